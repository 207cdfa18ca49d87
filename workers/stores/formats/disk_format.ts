// SPDX-License-Identifier: BSD-2-Clause
/**
 * What format a file is in, by its content, and the disk in it. A name says nothing; a raw image is what is no other format.
 * Only files people hand in are looked at like this: an image a guest has written to is raw for ever.
 */
import type { BlockStore } from '../block_store.ts';
import { MappedStore, refused } from './disk_map.ts';

/** With the disk's bytes in reach, or a stream that is unpacked first. */
export type DiskFormat = 'raw' | 'qcow2' | 'vmdk' | 'vhd';
export type PackedFormat = 'gzip' | 'zstd' | 'zip';

const SECTOR = 512;

type Magic = readonly [at: number, bytes: string];

const DISKS: readonly (readonly [DiskFormat, Magic])[] = [
  ['qcow2', [0, 'QFI\xfb']],
  ['vmdk', [0, 'KDMV']],
  ['vmdk', [0, 'COWD']],
  ['vmdk', [0, '# Disk DescriptorFile']],
  ['vhd', [0, 'conectix']],
];

const PACKED: readonly (readonly [PackedFormat, Magic])[] = [
  ['gzip', [0, '\x1f\x8b\x08']],
  ['zstd', [0, '\x28\xb5\x2f\xfd']],
  ['zip', [0, 'PK\x03\x04']],
];

/** Formats nobody here reads, and what to do. */
const REFUSED: readonly (readonly [name: string, Magic, advice: string])[] = [
  ['a VHDX image', [0, 'vhdxfile'], 'Convert it: qemu-img convert -O qcow2 DISK.vhdx disk.qcow2'],
  ['a VDI image', [0x40, '\x7f\x10\xda\xbe'], 'Convert it: qemu-img convert -O qcow2 DISK.vdi disk.qcow2'],
  ['a QED image', [0, 'QED\0'], 'Convert it: qemu-img convert -O qcow2 DISK.qed disk.qcow2'],
  ['packed with xz', [0, '\xfd7zXZ\0'], 'Unpack it first: unxz FILE'],
  ['packed with bzip2', [0, 'BZh'], 'Unpack it first: bunzip2 FILE'],
  ['a 7z archive', [0, "7z\xbc\xaf'\x1c"], 'Unpack it first: 7z x FILE'],
];

function has(head: Uint8Array, [at, bytes]: Magic): boolean {
  return [...bytes].every((char, i) => head[at + i] === char.charCodeAt(0));
}

async function sector(file: BlockStore, at: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, Math.min(SECTOR, file.size - at)));
  if (at >= 0) await file.read(at, bytes);
  return bytes;
}

/** The format of a file. EFTYPE with advice for those nobody here reads. */
export async function formatOf(file: BlockStore): Promise<DiskFormat | PackedFormat> {
  const head = await sector(file, 0);
  for (const [name, magic, advice] of REFUSED) if (has(head, magic)) throw refused(`This is ${name}. ${advice}`);
  const found = [...DISKS, ...PACKED].find(([, magic]) => has(head, magic));
  if (found !== undefined) return found[0];
  if (file.size > SECTOR && has(await sector(file, file.size - SECTOR), [0, 'conectix'])) return 'vhd';
  return 'raw';
}

/** The disk in a file. EFTYPE when it is a stream, in a format nobody here reads, or damaged. Closes the file when it fails. */
export async function openDisk(file: BlockStore): Promise<{ store: BlockStore; format: DiskFormat }> {
  try {
    const format = await formatOf(file);
    switch (format) {
      case 'raw':
        return { store: file, format };
      case 'qcow2':
        return { store: new MappedStore(file, await (await import('./qcow2.ts')).openQcow2(file)), format };
      case 'vmdk':
        return { store: new MappedStore(file, await (await import('./vmdk.ts')).openVmdk(file)), format };
      case 'vhd':
        return { store: new MappedStore(file, await (await import('./vhd.ts')).openVhd(file)), format };
      default:
        throw refused(`This is packed (${format}); unpack it first`);
    }
  } catch (error) {
    await file.close();
    throw error;
  }
}
