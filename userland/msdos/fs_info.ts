// SPDX-License-Identifier: BSD-2-Clause
import { viewOf } from './fat_format.ts';

/** The information sector of FAT32: hints that a driver may believe. */
export interface FsInfo {
  /** Free clusters; UNKNOWN when nobody counted. */
  readonly free: number;
  /** Where to look for the next one. */
  readonly next: number;
}

export const FSINFO_BYTES = 512;
export const UNKNOWN = 0xffffffff;

const LEAD = 0x41615252;
const MIDDLE = 0x61417272;
const TRAIL = 0xaa550000;

export function encodeFsInfo(info: FsInfo): Uint8Array {
  const sector = new Uint8Array(FSINFO_BYTES);
  const v = viewOf(sector);
  v.setUint32(0, LEAD, true);
  v.setUint32(484, MIDDLE, true);
  v.setUint32(488, info.free, true);
  v.setUint32(492, info.next, true);
  v.setUint32(508, TRAIL, true);
  return sector;
}

/** Undefined when the three signatures are not there. */
export function decodeFsInfo(sector: Uint8Array): FsInfo | undefined {
  const v = viewOf(sector);
  if (v.getUint32(0, true) !== LEAD || v.getUint32(484, true) !== MIDDLE || v.getUint32(508, true) !== TRAIL)
    return undefined;
  return { free: v.getUint32(488, true), next: v.getUint32(492, true) };
}
