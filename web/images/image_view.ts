// SPDX-License-Identifier: BSD-2-Clause
/** Reading a whole image forward, piece by piece, whatever keeps it: for exports and copies. */
import type { DiskView } from '../kernel_api';

const PIECE = 4 << 20;

type Range = DiskView['ranges'][number];

/** A file as a view. */
export function fileView(file: Blob): DiskView {
  return {
    size: file.size,
    ranges: [{ start: 0, end: file.size }],
    read: async (offset, length) => new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()),
    close: async () => undefined,
  };
}

/** One piece of a view, read where there is something. */
async function readPiece(view: DiskView, at: number): Promise<Uint8Array<ArrayBuffer>> {
  const end = Math.min(at + PIECE, view.size);
  const piece = new Uint8Array(end - at);
  for (let i = firstBehind(view.ranges, at); i < view.ranges.length; i++) {
    const range = view.ranges[i] as Range;
    if (range.start >= end) break;
    const from = Math.max(range.start, at);
    const to = Math.min(range.end, end);
    piece.set(await view.read(from, to - from), from - at);
  }
  return piece;
}

/** The first range that does not end before a place; they are in order. */
function firstBehind(ranges: readonly Range[], at: number): number {
  let low = 0;
  for (let high = ranges.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as Range).end > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** All bytes in pieces of 4 MiB, the last perhaps shorter; the next is read meanwhile. Closes the view at the end. */
export async function* viewPieces(view: DiskView, signal?: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let ahead: Promise<Uint8Array<ArrayBuffer>> | undefined;
  try {
    for (let at = 0; at < view.size; at += PIECE) {
      signal?.throwIfAborted();
      const piece = await (ahead ?? readPiece(view, at));
      ahead = at + PIECE < view.size ? readPiece(view, at + PIECE) : undefined;
      ahead?.catch(() => undefined); // told where it is awaited
      yield piece;
    }
  } finally {
    await ahead?.catch(() => undefined);
    await view.close();
  }
}

/** The bytes as a blob the browser may keep on disk: no piece stays in this page's memory. */
export async function viewBlob(view: DiskView): Promise<Blob> {
  const parts: Blob[] = [];
  for await (const piece of viewPieces(view)) parts.push(new Blob([piece]));
  return new Blob(parts);
}
