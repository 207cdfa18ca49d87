// SPDX-License-Identifier: BSD-2-Clause
/** newfs_v7fs(8): make a file system of Seventh Edition UNIX on a disk or in a file. */
import { Progress } from '../disk/progress.ts';
import { RawDevice } from '../disk/raw_device.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { CLOCK_REALTIME, O_CREAT, O_RDWR } from '../librump/constants.gen.ts';
import { isErrno } from '../librump/syscall_error.ts';
import { makeV7fs, planV7fs } from './make_v7fs.ts';
import { BLOCK, BYTE_ORDERS, type ByteOrder, MAX_INODE, ROOT_INODE } from './v7fs_format.ts';

/** Where FAT, ext2, ISO 9660 and FFS have theirs: offset and length, bytes. */
const MARKS = [
  [0, 73728],
  [262144, 8192],
] as const;

interface Command {
  readonly special: string;
  readonly order: ByteOrder;
  readonly inodes: number | undefined;
  /** Bytes. */
  readonly size: number | undefined;
  /** -F: the special is a regular file, -Z: without holes. */
  readonly file: boolean;
  readonly zeros: boolean;
  readonly verbose: number;
}

export const newfsV7fs: Program = (ctx) => {
  const command = parse(ctx);
  try {
    if (command.file) prepareFile(ctx, command);
    else checkMounted(ctx, command.special);
    const disk = new RawDevice(ctx.sys, command.special, 'write');
    try {
      return make(ctx, command, disk);
    } finally {
      disk.close();
    }
  } catch (error) {
    return ctx.failError(command.special, error);
  }
};

function parse(ctx: ProgramContext): Command {
  const usage = () => ctx.usage('newfs_v7fs [-FZ] [-B byte-order] [-n inodes] [-s size] [-V verbose] special');
  const { options, rest } = ctx.getopt('B:FZV:n:s:', usage);
  const [special] = rest;
  if (special === undefined || rest.length > 1) return usage();
  const given = new Map(options.map(({ flag, value }) => [flag, value]));
  const order = given.get('B') ?? 'le';
  if (!(BYTE_ORDERS as readonly string[]).includes(order)) ctx.fail(`-B ${order}: not le, be or pdp`);
  const number = (flag: string, min: number, max: number): number | undefined => {
    const text = given.get(flag);
    if (text === undefined) return undefined;
    const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) ctx.fail(`-${flag} ${text}: not from ${min} to ${max}`);
    return value;
  };
  const size = given.has('s') ? bytes(ctx, given.get('s') as string) : undefined;
  if (given.has('F') && size === undefined) ctx.fail('-F needs the size of the file: -s size');
  return {
    special: given.has('F') ? special : devicePath(ctx, special),
    order: order as ByteOrder,
    inodes: number('n', ROOT_INODE, MAX_INODE),
    size,
    file: given.has('F'),
    zeros: given.has('Z'),
    verbose: number('V', 0, 2) ?? 1,
  };
}

/** A number of blocks, or with b, k, m, g behind it of bytes, kilobytes, ... */
function bytes(ctx: ProgramContext, text: string): number {
  const m = /^([0-9]+)([sbkmg]?)$/i.exec(text);
  const scale = { '': BLOCK, s: BLOCK, b: 1, k: 1024, m: 1048576, g: 1073741824 }[(m?.[2] ?? '').toLowerCase()] ?? 0;
  const size = Number(m?.[1] ?? 0) * scale;
  if (size === 0 || !Number.isSafeInteger(size)) ctx.fail(`-s ${text}: not a size`);
  return size;
}

function make(ctx: ProgramContext, command: Command, disk: RawDevice): number {
  const size = command.size ?? disk.size;
  if (size > disk.size) ctx.fail(`-s: larger than ${disk.path}`);
  if (disk.sectorSize > BLOCK) ctx.fail(`${disk.path}: sectors of ${disk.sectorSize} bytes are too large`);
  const plan = planV7fs(command.order, Math.floor(size / BLOCK), command.inodes);
  if (typeof plan === 'string') return ctx.fail(plan);
  const { isize, fsize, order } = plan;
  if (command.verbose > 0)
    ctx.print(`${disk.path}: ${fsize} blocks, i-list ${isize - 2}, data from block ${isize}, byte order ${order}\n`);
  ctx.out.flush();
  const progress = new Progress(ctx, disk.path);
  const now = Math.floor(ctx.sys.clockGettime(CLOCK_REALTIME).sec);
  const owner = { uid: ctx.sys.geteuid() & 0xffff, gid: ctx.sys.getegid() & 0xffff, now };
  try {
    clearMarks(disk);
    makeV7fs(disk, plan, owner, (done, total) => progress.step(done, total));
  } finally {
    progress.end();
  }
  return 0;
}

/** Boot sectors and superblocks of other file systems go, which mount(8) would believe before this one. */
function clearMarks(disk: RawDevice): void {
  for (const [at, length] of MARKS)
    if (at < disk.size) disk.write(at, new Uint8Array(Math.min(length, disk.size - at)));
}

/** The file as long as -s says, a hole or with -Z zeros. */
function prepareFile(ctx: ProgramContext, { special, size = 0, zeros }: Command): void {
  const fd = ctx.sys.open(special, O_RDWR | O_CREAT, 0o644);
  try {
    ctx.sys.ftruncate(fd, size);
    const chunk = new Uint8Array(65536);
    for (let at = 0; zeros && at < size; at += chunk.length) ctx.sys.pwrite(fd, chunk.subarray(0, size - at), at);
  } finally {
    ctx.sys.close(fd);
  }
}

/** A name without a slash is a disk below /dev, the raw one first, as opendisk(3) has it. */
function devicePath(ctx: ProgramContext, name: string): string {
  if (name.includes('/')) return name;
  try {
    ctx.sys.stat(`/dev/r${name}`);
    return `/dev/r${name}`;
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    return `/dev/${name}`;
  }
}

function checkMounted(ctx: ProgramContext, path: string): void {
  const names = [path, path.replace(/\/r([^/]*)$/, '/$1')];
  for (const { mntfromname, mntonname } of ctx.sys.getvfsstat())
    if (names.includes(mntfromname)) ctx.fail(`${path} is mounted on ${mntonname}`);
}
