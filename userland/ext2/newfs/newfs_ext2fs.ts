// SPDX-License-Identifier: BSD-2-Clause
import { DiskCache } from '../../disk/disk_cache.ts';
import { type Disk, RawDevice } from '../../disk/raw_device.ts';
import type { Program } from '../../lib/program.ts';
import type { ProgramContext } from '../../lib/program_context.ts';
import { O_CREAT, O_RDWR } from '../../librump/constants.gen.ts';
import { Geometry } from '../geometry.ts';
import type { Superblock } from '../superblock.ts';
import { type Ext2Request, PlanError, planExt2 } from './plan_ext2.ts';
import { Ext2Writer } from './write_ext2.ts';

const MB = 1048576;
/** Up to this size a file system has blocks of 1 KB. */
const SMALL = 512 * MB;
const LINE = 78;
/** Blocks for an inode, when nothing is said. */
const BLOCKS_PER_INODE = 4;

/** newfs_ext2fs(8). */
export const newfsExt2fs: Program = (ctx) => new NewfsExt2fs(ctx).run();

class NewfsExt2fs {
  private readonly options = new Map<string, string>();
  private readonly special: string;

  constructor(private readonly ctx: ProgramContext) {
    const usage = () =>
      ctx.usage(
        `${ctx.name} [-FINZ] [-b block-size] [-D inodesize] [-f frag-size]`,
        '[-i bytes-per-inode] [-m free-space] [-n inodes] [-O filesystem-format]',
        '[-S sector-size] [-s size] [-V verbose] [-v volname] special',
      );
    const { options, rest } = ctx.getopt('FINZb:D:f:i:m:n:O:S:s:V:v:', usage);
    if (rest.length !== 1) usage();
    for (const { flag, value } of options) this.options.set(flag, value);
    this.special = this.has('F') ? (rest[0] as string) : devicePath(ctx, rest[0] as string);
  }

  run(): number {
    const { ctx } = this;
    const verbosity = this.number('V', 3, 0, 4);
    const sector = this.number('S', 512, 512, 65536);
    if (!isPowerOf2(sector)) ctx.fail(`bad sector size ${sector}`);
    const disk = this.open(sector);
    try {
      const request = this.request(this.size(disk.size, sector));
      const sb = planExt2(request);
      if (verbosity >= 1 || this.has('N')) this.printPlan(sb, sector);
      if (verbosity >= 3) this.printBackups(sb, verbosity > 3);
      if (!this.has('N')) this.write(disk, sb, request, verbosity === 2 || verbosity === 3);
    } catch (error) {
      if (error instanceof PlanError) ctx.fail(error.message);
      ctx.failError(this.special, error);
    } finally {
      disk.close();
    }
    return ctx.status;
  }

  private has(flag: string): boolean {
    return this.options.has(flag);
  }

  /** The number of an option, with b, k, m, g behind it. */
  private number(flag: string, otherwise: number, min: number, max: number): number {
    const text = this.options.get(flag);
    if (text === undefined) return otherwise;
    const value = suffixed(text, 1);
    if (value === undefined || value < min || value > max) this.ctx.fail(`-${flag} ${text}: not from ${min} to ${max}`);
    return value as number;
  }

  /** With -F the image is made when it is not there, and as long as -s says. */
  private open(sector: number): RawDevice {
    const { ctx, special } = this;
    try {
      if (this.has('F') && !this.has('N')) this.prepareImage(sector);
      const disk = new RawDevice(ctx.sys, special, this.has('N') ? 'read' : 'write');
      if (
        disk.isDevice &&
        ctx.sys.getvfsstat().some((m) => [m.mntfromname, rawName(m.mntfromname)].includes(special))
      ) {
        disk.close();
        ctx.fail(`${special} is mounted`);
      }
      return disk;
    } catch (error) {
      return ctx.failError(special, error);
    }
  }

  private prepareImage(sector: number): void {
    const { sys } = this.ctx;
    const fd = sys.open(this.special, O_RDWR | O_CREAT, 0o666);
    try {
      const now = Number(sys.fstat(fd).size);
      const size = this.size(now, sector);
      if (size > now) sys.ftruncate(fd, size);
      if (!this.has('Z')) return;
      const zeros = new Uint8Array(65536);
      for (let at = 0; at < size; at += zeros.length) sys.pwrite(fd, zeros.subarray(0, size - at), at);
    } finally {
      sys.close(fd);
    }
  }

  /** Bytes that the file system may take of the `available`. */
  private size(available: number, sector: number): number {
    const text = this.options.get('s');
    if (text === undefined) {
      if (available === 0) this.ctx.fail(`${this.special}: no size; specify -s size`);
      return available;
    }
    const asked = suffixed(text, sector, /^(-?[0-9]+)([sbkmg]?)$/i);
    if (asked === undefined || asked === 0) this.ctx.fail(`-s ${text}: not a size`);
    const size = (asked as number) < 0 ? available + (asked as number) : (asked as number);
    if (size <= 0) this.ctx.fail(`-s ${text}: larger than ${this.special}`);
    return size;
  }

  private request(size: number): Ext2Request {
    const { ctx } = this;
    const blockSize = this.number('b', size <= SMALL ? 1024 : 4096, 0, 65536);
    if (!isPowerOf2(blockSize) || blockSize < 1024 || blockSize > 4096)
      ctx.fail(`block size ${blockSize} is not 1024, 2048 or 4096`);
    if (this.number('f', blockSize, 0, 65536) !== blockSize) ctx.fail('fragment size must be the same as block size');
    const inodeSize = this.number('D', 128, 0, 65536);
    if (inodeSize !== 128 && inodeSize !== 256) ctx.fail(`inode size ${inodeSize} is not 128 or 256`);
    return {
      size,
      blockSize,
      inodeSize,
      revision: this.number('O', 1, 0, 1) as 0 | 1,
      ...(this.has('n') ? { inodes: this.number('n', 0, 1, 0xffffffff) } : {}),
      bytesPerInode: this.number('i', blockSize * BLOCKS_PER_INODE, 1, 2 ** 40),
      minFree: this.number('m', 5, 0, 99),
      volumeName: this.options.get('v') ?? '',
      uid: ctx.sys.geteuid(),
      gid: ctx.sys.getegid(),
      now: Number(ctx.sys.clockGettime(0).sec),
    };
  }

  private printPlan(sb: Superblock, sector: number): void {
    const geometry = new Geometry(sb);
    const { bsize, groups, bpg, ipg, bcount } = geometry;
    const bytes = bcount * bsize;
    this.ctx.print(
      `${this.special}: ${(bytes / MB).toFixed(1)}MB (${Math.floor(bytes / sector)} sectors) block size ${bsize}, fragment size ${bsize}\n` +
        `\tusing ${groups} block groups of ${((bpg * bsize) / MB).toFixed(1)}MB, ${bpg} blks, ${ipg} inodes.\n`,
    );
  }

  /** Block numbers of the copies: those that fit on a line, or all. */
  private printBackups(sb: Superblock, all: boolean): void {
    const geometry = new Geometry(sb);
    if (geometry.groups === 1) return;
    this.ctx.print('super-block backups (for fsck_ext2fs -b #) at:\n');
    let line = '';
    for (let group = 1; group < geometry.groups; group++) {
      if (!geometry.hasSuper(group)) continue;
      const text = ` ${geometry.groupStart(group)},`;
      if (line.length + text.length > LINE) {
        if (!all) {
          line += ' ...';
          break;
        }
        this.ctx.print(`${line}\n`);
        line = '';
      }
      line += text;
    }
    this.ctx.print(`${line}\n`);
  }

  private write(disk: Disk, sb: Superblock, request: Ext2Request, dots: boolean): void {
    const { ctx } = this;
    let shown = 0;
    const progress = (done: number, total: number): void => {
      if (!dots) return;
      const width = Math.floor((done * LINE) / total);
      ctx.print('.'.repeat(width - shown));
      ctx.out.flush();
      shown = width;
    };
    new Ext2Writer(new DiskCache(disk), sb, request).write(progress);
    if (dots) ctx.print('\n');
  }
}

const isPowerOf2 = (n: number): boolean => n > 0 && (n & (n - 1)) === 0;

/** A number with a suffix; without one, or with s, it counts `unit` bytes. */
function suffixed(text: string, unit: number, form = /^([0-9]+)([bkmg]?)$/i): number | undefined {
  const m = form.exec(text);
  if (!m) return undefined;
  const scale = { '': unit, s: unit, b: 1, k: 1024, m: MB, g: 1024 * MB }[(m[2] as string).toLowerCase()] as number;
  return Number(m[1]) * scale;
}

/** A bare name is a device's: sd0a stands for /dev/rsd0a, or /dev/sd0a where there is no raw one. */
function devicePath(ctx: ProgramContext, name: string): string {
  if (name.includes('/')) return name;
  for (const path of [`/dev/r${name}`, `/dev/${name}`]) {
    try {
      ctx.sys.stat(path);
      return path;
    } catch {}
  }
  return name;
}

/** The raw device of a block device. */
const rawName = (path: string): string => path.replace(/^\/dev\//, '/dev/r');
