// SPDX-License-Identifier: BSD-2-Clause
/** All bytes of a store in pieces of 1 MiB, the last perhaps shorter. Holes are not read. */
import { type BlockStore, nextData } from './block_store.ts';

const PIECE = 1 << 20;

export async function* storePieces(store: BlockStore, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  let data = await nextData(store, 0);
  for (let at = 0; at < store.size; at += PIECE) {
    signal?.throwIfAborted();
    const piece = new Uint8Array(Math.min(PIECE, store.size - at));
    if (data !== undefined && data.end <= at) data = await nextData(store, at);
    if (data !== undefined && data.start < at + piece.length) await store.read(at, piece);
    yield piece;
  }
}
