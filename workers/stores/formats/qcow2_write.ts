// SPDX-License-Identifier: BSD-2-Clause
/**
 * Writes a disk as a qcow2 image, version 3: data in the order it comes, clusters of zeros left out, tables behind it, the header
 * last. So the disk is read once, forward, and only the tables are held (8 bytes a cluster).
 */
const CLUSTER_BITS = 16;
const CLUSTER = 1 << CLUSTER_BITS;
const TABLE_ENTRIES = CLUSTER / 8;
/** Reference counts have 16 bits. */
const COUNTS_IN_BLOCK = CLUSTER / 2;
const MAGIC = 0x514649fb;
const COPIED = 1n << 63n;

/** Takes bytes at any place of the file; the first write at 0 may come last. */
export interface ImageSink {
  write(at: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** @param pieces  all bytes of the disk in order, in pieces of a multiple of 64 KiB but for the last */
export async function writeQcow2(
  size: number,
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  sink: ImageSink,
  isZero: (bytes: Uint8Array) => boolean,
): Promise<void> {
  const clusters = Math.ceil(size / CLUSTER);
  const places = new Float64Array(clusters);
  let end = CLUSTER;
  const append = async (bytes: Uint8Array<ArrayBuffer>): Promise<number> => {
    const at = end;
    await sink.write(at, bytes);
    end += Math.ceil(bytes.length / CLUSTER) * CLUSTER;
    return at;
  };

  let n = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += CLUSTER, n++) {
      const cluster = piece.subarray(at, at + CLUSTER);
      if (!isZero(cluster)) places[n] = await append(whole(cluster));
    }
  }
  const l1 = await appendL2(places, append);
  const l1At = await append(whole(tableOf(l1)));
  const counts = await appendCounts(end, append);
  await sink.write(0, header(size, l1.length, l1At, counts));
}

/** Second-level tables; answers the entries of the first. */
async function appendL2(
  places: Float64Array,
  append: (b: Uint8Array<ArrayBuffer>) => Promise<number>,
): Promise<bigint[]> {
  const l1: bigint[] = [];
  for (let first = 0; first < places.length; first += TABLE_ENTRIES) {
    const entries = [...places.subarray(first, first + TABLE_ENTRIES)].map((at) =>
      at === 0 ? 0n : BigInt(at) | COPIED,
    );
    const used = entries.some((entry) => entry !== 0n);
    l1.push(used ? BigInt(await append(whole(tableOf(entries)))) | COPIED : 0n);
  }
  return l1;
}

/** Reference counts of one for every cluster, those of the counts included. */
async function appendCounts(
  end: number,
  append: (b: Uint8Array<ArrayBuffer>) => Promise<number>,
): Promise<{ at: number; clusters: number }> {
  const used = end / CLUSTER;
  let blocks = 1;
  let tables = 1;
  for (let again = true; again; ) {
    const all = used + blocks + tables;
    again = blocks * COUNTS_IN_BLOCK < all || tables * TABLE_ENTRIES < blocks;
    blocks = Math.ceil(all / COUNTS_IN_BLOCK);
    tables = Math.ceil(blocks / TABLE_ENTRIES);
  }
  const all = used + blocks + tables;
  const places: bigint[] = [];
  for (let block = 0; block < blocks; block++) {
    const view = new DataView(new ArrayBuffer(CLUSTER));
    const counted = Math.min(COUNTS_IN_BLOCK, all - block * COUNTS_IN_BLOCK);
    for (let i = 0; i < counted; i++) view.setUint16(i * 2, 1);
    places.push(BigInt(await append(new Uint8Array(view.buffer))));
  }
  const table = new Uint8Array(tables * CLUSTER);
  table.set(tableOf(places));
  return { at: await append(table), clusters: tables };
}

function header(
  size: number,
  l1Entries: number,
  l1At: number,
  counts: { at: number; clusters: number },
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(CLUSTER));
  view.setUint32(0, MAGIC);
  view.setUint32(4, 3);
  view.setUint32(20, CLUSTER_BITS);
  view.setBigUint64(24, BigInt(size));
  view.setUint32(36, l1Entries);
  view.setBigUint64(40, BigInt(l1At));
  view.setBigUint64(48, BigInt(counts.at));
  view.setUint32(56, counts.clusters);
  view.setUint32(96, 4); // 2^4 bits a reference count
  view.setUint32(100, 104);
  return new Uint8Array(view.buffer);
}

function tableOf(entries: readonly bigint[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(entries.length * 8));
  for (const [i, entry] of entries.entries()) view.setBigUint64(i * 8, entry);
  return new Uint8Array(view.buffer);
}

/** Filled up to whole clusters. */
function whole(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (bytes.length > 0 && bytes.length % CLUSTER === 0) return bytes;
  const out = new Uint8Array(Math.max(1, Math.ceil(bytes.length / CLUSTER)) * CLUSTER);
  out.set(bytes);
  return out;
}
