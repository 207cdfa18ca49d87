// SPDX-License-Identifier: BSD-2-Clause
import { stat as S } from '../../userland/librump/structs.gen.ts';

const TYPES: Readonly<Record<number, string>> = {
  4096: 'fifo',
  8192: 'chr',
  16384: 'dir',
  24576: 'blk',
  32768: 'reg',
  40960: 'lnk',
  49152: 'sock',
  57344: 'wht',
};

/** A time as seconds and nanoseconds. */
interface Time {
  readonly sec: bigint;
  readonly nsec: number;
}

/** Every field of a struct stat that scripts ask for. */
export interface StatRecord {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly type: string;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: bigint;
  readonly size: bigint;
  readonly blocks: bigint;
  readonly blksize: number;
  readonly flags: number;
  readonly atime: Time;
  readonly mtime: Time;
  readonly ctime: Time;
  readonly birthtime: Time;
}

function readTime(view: DataView, at: number): Time {
  return { sec: view.getBigInt64(at, true), nsec: view.getInt32(at + 8, true) };
}

/** Decode the struct stat at `at`. */
export function readStatRecord(view: DataView, at: number): StatRecord {
  const mode = view.getUint32(at + S.st_mode, true);
  return {
    dev: view.getBigUint64(at + S.st_dev, true),
    ino: view.getBigUint64(at + S.st_ino, true),
    type: TYPES[mode & 0o170000] ?? 'none',
    mode: mode & 0o7777,
    nlink: view.getUint32(at + S.st_nlink, true),
    uid: view.getUint32(at + S.st_uid, true),
    gid: view.getUint32(at + S.st_gid, true),
    rdev: view.getBigUint64(at + S.st_rdev, true),
    size: view.getBigInt64(at + S.st_size, true),
    blocks: view.getBigInt64(at + S.st_blocks, true),
    blksize: view.getInt32(at + S.st_blksize, true),
    flags: view.getUint32(at + S.st_flags, true),
    atime: readTime(view, at + S.st_atim),
    mtime: readTime(view, at + S.st_mtim),
    ctime: readTime(view, at + S.st_ctim),
    birthtime: readTime(view, at + S.st_birthtim),
  };
}

function showTime(t: Time): string {
  return `${t.sec}.${String(t.nsec).padStart(9, '0')}`;
}

const EXTRAS: Readonly<Record<string, (s: StatRecord) => string>> = {
  blocks: (s) => `blocks=${s.blocks}`,
  blksize: (s) => `blksize=${s.blksize}`,
  rdev: (s) => `rdev=0x${s.rdev.toString(16)}`,
  flags: (s) => `flags=0x${s.flags.toString(16)}`,
  size: (s) => (s.type === 'dir' ? `size=${s.size}` : ''),
  ino: (s) => `ino=${s.ino}`,
  mtime: (s) => `mtime=${showTime(s.mtime)}`,
  atime: (s) => `atime=${showTime(s.atime)}`,
};

/** A stat as scripts print it, with the extras asked for; undefined when an extra is unknown. */
export function showStat(s: StatRecord, extras: readonly string[]): string | undefined {
  const fields = [
    `type=${s.type}`,
    `mode=${s.mode.toString(8).padStart(4, '0')}`,
    `nlink=${s.nlink}`,
    `uid=${s.uid}`,
    `gid=${s.gid}`,
  ];
  if (s.type !== 'dir') fields.push(`size=${s.size}`);
  for (const extra of extras) {
    const show = EXTRAS[extra];
    if (show === undefined) return undefined;
    const text = show(s);
    if (text !== '') fields.push(text);
  }
  return fields.join(' ');
}

function timeOrder(before: Time, after: Time): string {
  if (before.sec === after.sec && before.nsec === after.nsec) return '';
  const newer = after.sec > before.sec || (after.sec === before.sec && after.nsec > before.nsec);
  return newer ? '+' : '-';
}

const COMPARED = ['ino', 'mode', 'nlink', 'uid', 'gid', 'size', 'flags'] as const;
const COMPARED_TIMES = ['atime', 'mtime', 'ctime', 'birthtime'] as const;

/** Names of the fields that differ, times with + (newer) or - (older); `nothing` when none does. */
export function changedFields(before: StatRecord, after: StatRecord): string {
  const changed: string[] = COMPARED.filter((field) => before[field] !== after[field]);
  for (const field of COMPARED_TIMES) {
    const order = timeOrder(before[field], after[field]);
    if (order !== '') changed.push(field + order);
  }
  return changed.length === 0 ? 'nothing' : changed.join(' ');
}
