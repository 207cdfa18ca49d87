// SPDX-License-Identifier: BSD-2-Clause
/**
 * VMware's format with everything in one file, read (VMware's "Virtual Disk Format 5.0"): monolithicSparse and streamOptimized.
 * Grains may be compressed. Refused with the reason: disks in several files, changes to a parent, ESX's COWD.
 */
import { unzlibSync } from 'fflate';
import type { BlockStore } from '../block_store.ts';
import { type DiskMap, damaged, type Extent, readView, refused, u64 } from './disk_map.ts';
import { Lru, lruRoom } from './lru.ts';

const SECTOR = 512;
const MAGIC = 0x564d444b; // "KDMV" in little-endian
const COWD = 0x44574f43;
const AT_END = 0xffffffffffffffffn;
const GRAIN_MAX = 16 << 20;
const DIRECTORY_MAX = 32 << 20;
const DESCRIPTOR_MAX = 1 << 20;

const F_ZERO_GRAINS = 4;
const F_COMPRESSED = 1 << 16;

interface Header {
  readonly flags: number;
  readonly size: number;
  readonly grain: number;
  readonly descriptorAt: number;
  readonly descriptorBytes: number;
  readonly tableEntries: number;
  readonly directoryAt: number;
}

function header(view: DataView): Header {
  const version = view.getUint32(4, true);
  if (version < 1 || version > 3) throw refused(`version ${version} of VMDK is not known here`);
  const flags = view.getUint32(8, true);
  const algorithm = view.getUint16(77, true);
  if ((flags & F_COMPRESSED) !== 0 && algorithm > 1)
    throw refused(`this VMDK image is compressed in an unknown way (${algorithm})`);
  const grain = u64(view, 20, true) * SECTOR;
  const tableEntries = view.getUint32(44, true);
  const size = u64(view, 12, true) * SECTOR;
  if (grain < SECTOR || grain > GRAIN_MAX || (grain & (grain - 1)) !== 0) throw damaged(`grains of ${grain} bytes`);
  if (tableEntries < 1 || tableEntries > 65536) throw damaged(`tables of ${tableEntries} entries`);
  if (size > Number.MAX_SAFE_INTEGER) throw damaged('its size');
  return {
    flags,
    size,
    grain,
    descriptorAt: u64(view, 28, true) * SECTOR,
    descriptorBytes: u64(view, 36, true) * SECTOR,
    tableEntries,
    directoryAt: view.getBigUint64(56, true) === AT_END ? -1 : u64(view, 56, true) * SECTOR,
  };
}

/** The header: of a stream the one that counts is at the end. */
async function readHeader(file: BlockStore): Promise<Header> {
  const first = header(await readView(file, 0, SECTOR));
  if (first.directoryAt >= 0) return first;
  const view = await readView(file, file.size - 2 * SECTOR, SECTOR);
  if (view.getUint32(0, true) !== MAGIC) throw damaged('its end is missing; fetch the file again');
  return { ...header(view), descriptorAt: first.descriptorAt, descriptorBytes: first.descriptorBytes };
}

async function checkDescriptor(file: BlockStore, h: Header): Promise<void> {
  const length = h.descriptorAt === 0 ? 0 : Math.min(h.descriptorBytes, DESCRIPTOR_MAX);
  const view = await readView(file, h.descriptorAt, length);
  const text = new TextDecoder('latin1').decode(view).split('\0', 1)[0] ?? '';
  const type = /^\s*createType\s*=\s*"([^"]*)"/m.exec(text)?.[1];
  if (type !== 'monolithicSparse' && type !== 'streamOptimized')
    throw refused(
      'this is one of the several files of a VMDK disk; join them: qemu-img convert -O qcow2 DISK.vmdk disk.qcow2',
    );
  const parent = /^\s*parentCID\s*=\s*([0-9a-f]+)/im.exec(text)?.[1];
  if (parent !== undefined && Number.parseInt(parent, 16) !== 0xffffffff)
    throw refused('this VMDK image holds only the changes to another file; join them first with qemu-img convert');
}

export async function openVmdk(file: BlockStore): Promise<DiskMap> {
  const magic = (await readView(file, 0, SECTOR)).getUint32(0, true);
  if (magic === COWD) throw refused("this is ESX's copy-on-write format; convert it: qemu-img convert -O qcow2");
  if (magic !== MAGIC)
    throw refused(
      'this VMDK file only describes a disk; the bytes are in the files it names. One of them alone ("…-flat.vmdk") is a raw image and can be opened',
    );
  const h = await readHeader(file);
  await checkDescriptor(file, h);
  const grains = Math.ceil(h.size / h.grain);
  const directoryBytes = Math.ceil(grains / h.tableEntries) * 4;
  if (directoryBytes > DIRECTORY_MAX) throw damaged(`a directory of ${directoryBytes} bytes`);
  const directory = await readView(file, h.directoryAt, directoryBytes);
  const tables = new Lru<DataView>(lruRoom(h.tableEntries * 4));
  const unpacked = new Lru<Uint8Array>(lruRoom(h.grain));

  /** Sector of a grain; 0 none. */
  const sectorOf = async (grain: number): Promise<{ sector: number; holes: number }> => {
    const index = grain % h.tableEntries;
    const at = directory.getUint32(Math.floor(grain / h.tableEntries) * 4, true);
    if (at === 0) return { sector: 0, holes: h.tableEntries - index };
    const table = await tables.get(at, () => readView(file, at * SECTOR, h.tableEntries * 4));
    const sector = table.getUint32(index * 4, true);
    return { sector: sector === 1 && (h.flags & F_ZERO_GRAINS) !== 0 ? 0 : sector, holes: 1 };
  };

  const unpack = async (sector: number): Promise<Uint8Array> => {
    const marker = await readView(file, sector * SECTOR, 12);
    const length = marker.getUint32(8, true);
    if (length > h.grain * 2 + 1024) throw damaged(`a compressed grain of ${length} bytes`);
    const packed = await readView(file, sector * SECTOR + 12, length);
    try {
      const out = new Uint8Array(h.grain);
      unzlibSync(new Uint8Array(packed.buffer), { out });
      return out;
    } catch (error) {
      throw damaged(
        `a compressed grain in sector ${sector}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };

  return {
    size: h.size,
    async extent(offset): Promise<Extent> {
      const grain = Math.floor(offset / h.grain);
      const within = offset % h.grain;
      const { sector, holes } = await sectorOf(grain);
      const length = holes * h.grain - within;
      if (sector === 0) return { kind: 'zeros', length };
      if ((h.flags & F_COMPRESSED) === 0) return { kind: 'file', length, at: sector * SECTOR + within };
      const bytes = await unpacked.get(sector, () => unpack(sector));
      return { kind: 'bytes', length, bytes: bytes.subarray(within) };
    },
    async scan(offset) {
      const { sector, holes } = await sectorOf(Math.floor(offset / h.grain));
      return { data: sector !== 0, length: holes * h.grain - (offset % h.grain) };
    },
  };
}
