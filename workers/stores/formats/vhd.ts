// SPDX-License-Identifier: BSD-2-Clause
/**
 * Virtual PC's and Hyper-V's first format, fixed and dynamic, read (Microsoft's "Virtual Hard Disk Image Format Specification").
 * Refused with the reason: differencing disks, and VHDX, which is another format.
 */
import type { BlockStore } from '../block_store.ts';
import { type DiskMap, damaged, type Extent, readView, refused, u64 } from './disk_map.ts';
import { Lru, lruRoom } from './lru.ts';

const SECTOR = 512;
const COOKIE = 0x636f6e6563746978n; // "conectix"
const DYNAMIC_COOKIE = 0x6378737061727365n; // "cxsparse"
const UNUSED = 0xffffffff;
const TABLE_MAX = 32 << 20;
const BLOCK_MAX = 256 << 20;

const FIXED = 2;
const DYNAMIC = 3;
const DIFFERENCING = 4;

export async function openVhd(file: BlockStore): Promise<DiskMap> {
  const footer = await readFooter(file);
  const type = footer.getUint32(60);
  const size = u64(footer, 48);
  if (type === FIXED) return fixed(file, size);
  if (type === DIFFERENCING)
    throw refused('this VHD image holds only the changes to another file; join them first with qemu-img convert');
  if (type !== DYNAMIC) throw refused(`a VHD disk of type ${type} is not known here`);
  return await dynamic(file, size, u64(footer, 16));
}

/** The copy at the start serves when the end is damaged or missing. */
async function readFooter(file: BlockStore): Promise<DataView> {
  const last = await readView(file, file.size - SECTOR, SECTOR);
  if (last.getBigUint64(0) === COOKIE) return last;
  return await readView(file, 0, SECTOR);
}

function fixed(file: BlockStore, size: number): DiskMap {
  if (size > file.size - SECTOR) throw damaged(`it should have ${size + SECTOR} bytes and has ${file.size}`);
  return { size, extent: async (offset) => ({ kind: 'file', length: size - offset, at: offset }) };
}

async function dynamic(file: BlockStore, size: number, headerAt: number): Promise<DiskMap> {
  const header = await readView(file, headerAt, 1024);
  if (header.getBigUint64(0) !== DYNAMIC_COOKIE) throw damaged('its dynamic header is missing');
  const block = header.getUint32(32);
  if (block < SECTOR || block > BLOCK_MAX || (block & (block - 1)) !== 0) throw damaged(`blocks of ${block} bytes`);
  const blocks = Math.ceil(size / block);
  if (blocks * 4 > TABLE_MAX || blocks > header.getUint32(28)) throw damaged(`a table of ${blocks} blocks`);
  const table = await readView(file, u64(header, 16), blocks * 4);
  const bitmapBytes = Math.ceil(block / SECTOR / 8 / SECTOR) * SECTOR;
  const bitmaps = new Lru<DataView>(lruRoom(bitmapBytes));

  return {
    size,
    async extent(offset): Promise<Extent> {
      const sector = table.getUint32(Math.floor(offset / block) * 4);
      const within = offset % block;
      if (sector === UNUSED) return { kind: 'zeros', length: block - within };
      const bitmap = await bitmaps.get(sector, () => readView(file, sector * SECTOR, bitmapBytes));
      const { used, sectors } = run(bitmap, Math.floor(within / SECTOR), block / SECTOR);
      const length = sectors * SECTOR - (within % SECTOR);
      return used ? { kind: 'file', length, at: sector * SECTOR + bitmapBytes + within } : { kind: 'zeros', length };
    },
  };
}

/** How many sectors from one on are all used, or all unused. */
function run(bitmap: DataView, from: number, end: number): { used: boolean; sectors: number } {
  const bit = (n: number): boolean => ((bitmap.getUint8(n >> 3) >> (7 - (n & 7))) & 1) !== 0;
  const used = bit(from);
  let to = from + 1;
  while (to < end && bit(to) === used) to++;
  return { used, sectors: to - from };
}
