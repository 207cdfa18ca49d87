// SPDX-License-Identifier: BSD-2-Clause
/**
 * QEMU's copy-on-write format, versions 2 and 3, read (QEMU's interoperability specification "qcow2"). Clusters may be
 * compressed with deflate or zstd. Refused with the reason: backing files, encryption, external data files, extended L2 entries.
 */
import { inflateSync } from 'fflate';
import type { BlockStore } from '../block_store.ts';
import { type DiskMap, damaged, type Extent, readFile, readView, refused, u64 } from './disk_map.ts';
import { Lru, lruRoom } from './lru.ts';
import { unzstdFrame } from './zstd_frame.ts';

const L1_MAX_BYTES = 32 << 20;
const OFFSET_MASK = 0x00fffffffffffe00n;
const COMPRESSED = 1n << 62n;
const READS_AS_ZEROS = 1n;

const I_DIRTY = 1n;
const I_CORRUPT = 2n;
const I_DATA_FILE = 4n;
const I_COMPRESSION = 8n;
const I_EXTENDED_L2 = 16n;

interface Header {
  readonly version: number;
  readonly clusterBits: number;
  readonly size: number;
  readonly l1Entries: number;
  readonly l1At: number;
  readonly zstd: boolean;
}

function header(view: DataView): Header {
  const version = view.getUint32(4);
  if (version !== 2 && version !== 3) throw refused(`qcow version ${version} is not known here; 2 and 3 are`);
  if (u64(view, 8) !== 0)
    throw refused(
      'this qcow2 image holds only the changes to another file (a backing file); join them first: qemu-img convert -O qcow2 IMAGE whole.qcow2',
    );
  if (view.getUint32(32) !== 0) throw refused('this qcow2 image is encrypted; decrypt it first with qemu-img convert');
  const features = version === 3 ? view.getBigUint64(72) : 0n;
  if ((features & I_DATA_FILE) !== 0n)
    throw refused('the bytes of this qcow2 image are in another file; join them first with qemu-img convert');
  if ((features & I_EXTENDED_L2) !== 0n)
    throw refused('this qcow2 image has extended L2 entries; rewrite it with qemu-img convert -O qcow2');
  const known = I_DIRTY | I_CORRUPT | I_COMPRESSION;
  if ((features & ~known) !== 0n) throw refused(`this qcow2 image has unknown features (${features.toString(16)})`);
  const clusterBits = view.getUint32(20);
  if (clusterBits < 9 || clusterBits > 21) throw damaged(`clusters of 2^${clusterBits} bytes`);
  const size = u64(view, 24);
  const l1Entries = view.getUint32(36);
  const needed = Math.ceil(size / 2 ** (clusterBits + clusterBits - 3));
  if (l1Entries * 8 > L1_MAX_BYTES || l1Entries < needed) throw damaged(`a table of ${l1Entries} entries`);
  return {
    version,
    clusterBits,
    size,
    l1Entries: needed,
    l1At: u64(view, 40),
    zstd: compression(view, features) === 1,
  };
}

function compression(view: DataView, features: bigint): number {
  if ((features & I_COMPRESSION) === 0n) return 0;
  const type = view.getUint32(100) > 104 ? view.getUint8(104) : 0;
  if (type > 1) throw refused(`this qcow2 image is compressed in an unknown way (${type})`);
  return type;
}

export async function openQcow2(file: BlockStore): Promise<DiskMap> {
  const h = header(await readView(file, 0, Math.min(112, file.size)));
  const l1 = await readView(file, h.l1At, h.l1Entries * 8);
  const clusterSize = 2 ** h.clusterBits;
  const l2Bits = h.clusterBits - 3;
  const tables = new Lru<DataView>(lruRoom(clusterSize));
  const unpacked = new Lru<Uint8Array>(lruRoom(clusterSize));

  /** The entry of a cluster; 0 none. Also how many clusters from it on have none because their table has none. */
  const entryOf = async (cluster: number): Promise<{ entry: bigint; holes: number }> => {
    const table = Number(l1.getBigUint64(Math.floor(cluster / 2 ** l2Bits) * 8) & OFFSET_MASK);
    const index = cluster % 2 ** l2Bits;
    if (table === 0) return { entry: 0n, holes: 2 ** l2Bits - index };
    const view = await tables.get(table, () => readView(file, table, clusterSize));
    return { entry: view.getBigUint64(index * 8), holes: 1 };
  };

  const isHole = (entry: bigint): boolean =>
    (entry & COMPRESSED) === 0n &&
    ((entry & OFFSET_MASK) === 0n || (h.version === 3 && (entry & READS_AS_ZEROS) !== 0n));

  const unpack = async (entry: bigint): Promise<Uint8Array> => {
    const offsetBits = BigInt(62 - (h.clusterBits - 8));
    const at = Number(entry & ((1n << offsetBits) - 1n));
    const sectors = Number((entry & (COMPRESSED - 1n)) >> offsetBits) + 1;
    const packed = new Uint8Array(Math.max(0, Math.min(sectors * 512 - (at % 512), file.size - at)));
    await readFile(file, at, packed);
    const out = new Uint8Array(clusterSize);
    try {
      if (h.zstd) unzstdFrame(packed, out);
      else inflateSync(packed, { out });
    } catch (error) {
      throw damaged(`a compressed cluster at ${at}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return out;
  };

  return {
    size: h.size,
    async extent(offset): Promise<Extent> {
      const cluster = Math.floor(offset / clusterSize);
      const within = offset % clusterSize;
      const { entry, holes } = await entryOf(cluster);
      if (isHole(entry)) return { kind: 'zeros', length: holes * clusterSize - within };
      const length = clusterSize - within;
      if ((entry & COMPRESSED) === 0n) return { kind: 'file', length, at: Number(entry & OFFSET_MASK) + within };
      const bytes = await unpacked.get(cluster, () => unpack(entry));
      return { kind: 'bytes', length, bytes: bytes.subarray(within) };
    },
    async scan(offset) {
      const { entry, holes } = await entryOf(Math.floor(offset / clusterSize));
      const hole = isHole(entry);
      return { data: !hole, length: (hole ? holes : 1) * clusterSize - (offset % clusterSize) };
    },
  };
}
