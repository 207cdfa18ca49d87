// SPDX-License-Identifier: BSD-2-Clause
/** Reading a whole image forward, piece by piece, whatever keeps it: for exports and copies. */
import type { DiskView } from '../kernel_api';

const PIECE = 1 << 20;

/** A file as a view. */
export function fileView(file: Blob): DiskView {
  return {
    size: file.size,
    ranges: [{ start: 0, end: file.size }],
    read: async (offset, length) => new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()),
    close: async () => undefined,
  };
}

/** All bytes in pieces of 1 MiB, the last perhaps shorter. Closes the view at the end. */
export async function* viewPieces(view: DiskView, signal?: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    let range = 0;
    for (let at = 0; at < view.size; at += PIECE) {
      signal?.throwIfAborted();
      const end = Math.min(at + PIECE, view.size);
      const piece = new Uint8Array(end - at);
      for (; range < view.ranges.length; range++) {
        const { start, end: last } = view.ranges[range] as { start: number; end: number };
        if (start >= end) break;
        const from = Math.max(start, at);
        const to = Math.min(last, end);
        if (to > from) piece.set(await view.read(from, to - from), from - at);
        if (last > end) break;
      }
      yield piece;
    }
  } finally {
    await view.close();
  }
}

/** The bytes as a blob the browser may keep on disk: no piece stays in this page's memory. */
export async function viewBlob(view: DiskView): Promise<Blob> {
  const parts: Blob[] = [];
  for await (const piece of viewPieces(view)) parts.push(new Blob([piece]));
  return new Blob(parts);
}
