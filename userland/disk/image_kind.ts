// SPDX-License-Identifier: BSD-2-Clause
/**
 * What a file is, from its first bytes: which file system, whether it is whole, or why it is no image.
 *
 * Offsets come from the format fact sheets. Only a small head of the file is read, also for a 4 GB image.
 */
import { probeV7fs } from '../v7fs/v7fs_probe.ts';

export type FileSystem = 'cd9660' | 'ffs' | 'ext2fs' | 'msdos' | 'v7fs';

export interface ImageKind {
  /** Type for mount -t, where this kernel may mount it. */
  readonly fs: FileSystem | undefined;
  /** For the list: "FFSv2, big-endian". */
  readonly label: string;
  /** True when this kernel mounts it. */
  readonly mountable: boolean;
  /** Why it is not mounted, and what to do. */
  readonly advice?: string;
  /** The image says it is longer than the file. */
  readonly expectedSize?: number;
  /** False: not a disk image at all; it is not attached. */
  readonly accepted: boolean;
}

/** Enough for the FFS superblock at 256 KiB. */
export const HEAD_BYTES = 264 * 1024;

const CD_VOLUME = 16 * 2048;
const FFS_SUPERBLOCKS = [65536, 8192, 0, 262144];
const FFS_MAGIC = 1372;

function ascii(head: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...head.subarray(at, at + length));
}

function cd9660(head: Uint8Array, view: DataView): ImageKind | undefined {
  if (head.length < CD_VOLUME + 2048 || ascii(head, CD_VOLUME + 1, 5) !== 'CD001') return undefined;
  const blocks = view.getUint32(CD_VOLUME + 80, true);
  const blockSize = view.getUint16(CD_VOLUME + 128, true);
  const volume = ascii(head, CD_VOLUME + 40, 32)
    .replace(/\0/g, '')
    .trim();
  return {
    fs: 'cd9660',
    label: volume && volume !== 'CDROM' ? `ISO 9660 "${volume}"` : 'ISO 9660',
    mountable: true,
    accepted: true,
    expectedSize: blocks * blockSize,
  };
}

/** fs_size counts fragments of fs_fsize bytes. */
function ffsSize(view: DataView, at: number, version: 1 | 2, little: boolean): number {
  const fragment = view.getInt32(at + 52, little);
  const fragments = version === 2 ? Number(view.getBigInt64(at + 1080, little)) : view.getInt32(at + 36, little);
  return fragment * fragments;
}

function ffs(head: Uint8Array, view: DataView): ImageKind | undefined {
  for (const at of FFS_SUPERBLOCKS) {
    if (head.length < at + 1376) continue;
    for (const little of [true, false]) {
      const magic = view.getUint32(at + FFS_MAGIC, little);
      const version = magic === 0x00011954 ? 1 : magic === 0x19540119 ? 2 : undefined;
      if (version === undefined) continue;
      const expectedSize = ffsSize(view, at, version, little);
      return {
        fs: 'ffs',
        label: `FFSv${version}${little ? '' : ', big-endian'}`,
        mountable: true,
        accepted: true,
        ...(expectedSize > 0 ? { expectedSize } : {}),
      };
    }
  }
  return undefined;
}

const EXT2_HAS_JOURNAL = 0x4;
const EXT2_EXTENTS = 0x40;
/** Incompatible features, and what they mean for who has such an image. */
const EXT2_REFUSED: readonly (readonly [number, string])[] = [
  [0x4, 'its journal was not replayed; run e2fsck on the image first'],
  [0x80, 'it has the 64bit feature (mkfs.ext4 -O ^64bit,^metadata_csum makes one without)'],
  [0xfffffdb9, 'it has features this kernel does not know'],
];

function ext2(head: Uint8Array, view: DataView): ImageKind | undefined {
  const at = 1024;
  if (head.length < 2 * at || view.getUint16(at + 56, true) !== 0xef53) return undefined;
  const refused = EXT2_REFUSED.find(([bit]) => (view.getUint32(at + 96, true) & bit) !== 0);
  const journal = (view.getUint32(at + 92, true) & EXT2_HAS_JOURNAL) !== 0;
  const extents = (view.getUint32(at + 96, true) & EXT2_EXTENTS) !== 0;
  return {
    fs: 'ext2fs',
    label: extents ? 'ext4' : journal ? 'ext3' : 'ext2',
    mountable: refused === undefined,
    accepted: true,
    expectedSize: view.getUint32(at + 4, true) * 1024 * 2 ** Math.min(view.getUint32(at + 24, true), 6),
    ...(refused ? { advice: `This kernel does not mount it: ${refused[1]}. You can read the raw device.` } : {}),
  };
}

function fat(head: Uint8Array, view: DataView): ImageKind | undefined {
  if (head.length < 512 || view.getUint16(510, true) !== 0xaa55) return undefined;
  const jump = head[0] === 0xeb || head[0] === 0xe9;
  const sector = view.getUint16(11, true);
  const looksFat = jump && [512, 1024, 2048, 4096].includes(sector) && (head[16] ?? 0) >= 1 && (head[16] ?? 9) <= 2;
  if (!looksFat) return undefined;
  return { fs: 'msdos', label: 'FAT', mountable: true, accepted: true };
}

const V7_ORDERS = { le: '', be: ', big-endian', pdp: ', PDP-11' } as const;

/** Without a signature: only when nothing else was known, and when everything in it agrees. */
function v7fs(head: Uint8Array, fileSize: number): ImageKind | undefined {
  const found = probeV7fs(head, fileSize);
  if (found === undefined) return undefined;
  const label = `V7${V7_ORDERS[found.order]}`;
  return { fs: 'v7fs', label, mountable: true, accepted: true, expectedSize: found.size };
}

function partitioned(head: Uint8Array, view: DataView): ImageKind | undefined {
  if (head.length >= 1024 && ascii(head, 512, 8) === 'EFI PART') {
    return { fs: undefined, label: 'disk with GPT', mountable: false, accepted: true };
  }
  if (head.length < 512 || view.getUint16(510, true) !== 0xaa55) return undefined;
  const used = [446, 462, 478, 494].some((at) => (head[at] === 0 || head[at] === 0x80) && (head[at + 4] ?? 0) !== 0);
  if (!used) return undefined;
  return { fs: undefined, label: 'disk with MBR', mountable: false, accepted: true };
}

const PACKED: readonly (readonly [string, readonly number[], string])[] = [
  ['gzip', [0x1f, 0x8b], 'gunzip FILE'],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd], 'unzstd FILE'],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a], 'unxz FILE'],
  ['bzip2', [0x42, 0x5a, 0x68], 'bunzip2 FILE'],
  ['zip', [0x50, 0x4b, 0x03, 0x04], 'unzip FILE'],
  ['qcow2', [0x51, 0x46, 0x49, 0xfb], 'qemu-img convert -O raw FILE disk.img'],
];

function packed(head: Uint8Array): ImageKind | undefined {
  for (const [label, magic, how] of PACKED) {
    if (!magic.every((byte, index) => head[index] === byte)) continue;
    const advice = `This is a ${label} file, not a raw image. Unpack it first (${how}), then take the result.`;
    return { fs: undefined, label, mountable: false, accepted: false, advice };
  }
  return undefined;
}

function isText(head: Uint8Array): boolean {
  const sample = head.subarray(0, 4096);
  if (sample.length === 0) return false;
  const odd = sample.filter((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27)).length;
  return odd === 0;
}

/** Decide from the head of a file. Never throws. */
export function imageKind(head: Uint8Array, fileSize: number): ImageKind {
  const refuse = (label: string, advice: string): ImageKind => ({
    fs: undefined,
    label,
    mountable: false,
    accepted: false,
    advice,
  });
  if (fileSize === 0)
    return refuse('empty file', 'This file is empty. Was it still being written when you dropped it?');
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const known =
    packed(head) ??
    cd9660(head, view) ??
    ffs(head, view) ??
    ext2(head, view) ??
    fat(head, view) ??
    partitioned(head, view) ??
    v7fs(head, fileSize);
  if (known) return known;
  if (isText(head)) {
    return refuse(
      'text',
      'This is a text file, not a disk image. Take an ISO 9660, FFS, ext2, FAT or V7 image (made by xorriso, makefs, mke2fs or mkfs.fat, for example).',
    );
  }
  return {
    fs: undefined,
    label: 'unknown',
    mountable: false,
    accepted: true,
    advice: 'No file system was recognised. You can attach it and look at the raw device, for example with hexdump -C.',
  };
}

/** A sentence when the file is shorter than the image in it says. */
export function truncation(kind: ImageKind, fileSize: number): string | undefined {
  if (kind.expectedSize === undefined || kind.expectedSize <= fileSize) return undefined;
  const percent = Math.floor((fileSize / kind.expectedSize) * 100);
  return `Cut short: the image should have ${kind.expectedSize.toLocaleString('en')} bytes, the file has ${percent} % of that. What is missing reads as an error; fetch the file again if you can.`;
}
