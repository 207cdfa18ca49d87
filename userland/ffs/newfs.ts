// SPDX-License-Identifier: BSD-2-Clause
/** newfs(8): make a fast file system on a disk or in a file. */
import { RawDevice } from '../disk/raw_device.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { CLOCK_REALTIME, O_CREAT, O_RDWR } from '../librump/constants.gen.ts';
import { cgSuper } from './geometry.ts';
import { type NewfsCommand, parseNewfs } from './newfs_options.ts';
import { NewfsError, planNewfs } from './newfs_plan.ts';
import { writeNewfs } from './newfs_write.ts';
import { findSpecial, mountOf } from './open_ffs.ts';
import type { Superblock } from './superblock.ts';

const COLUMNS = 79;
const ZERO_CHUNK = 1 << 20;

export const newfs: Program = (ctx) => {
  const command = parseNewfs(ctx);
  const path = command.image ? command.special : findSpecial(ctx, command.special);
  if (!command.printOnly) refuseMounted(ctx, path);
  if (command.image && command.printOnly && (command.size ?? 0) > 0) {
    print(ctx, command, path, planOrFail(ctx, command, { path, size: command.size as number, sectorSize: 512 }));
    return ctx.status;
  }
  if (command.image && !command.printOnly) sizeImage(ctx, path, command);
  let disk: RawDevice;
  try {
    disk = new RawDevice(ctx.sys, path, command.printOnly ? 'read' : 'write');
  } catch (error) {
    return ctx.failError(path, error);
  }
  try {
    make(ctx, command, disk);
  } finally {
    disk.close();
  }
  return ctx.status;
};

function make(ctx: ProgramContext, command: NewfsCommand, disk: RawDevice): void {
  if (!command.image && !disk.isDevice) ctx.fail(`${disk.path}: not a character special device`);
  const sb = planOrFail(ctx, command, disk);
  print(ctx, command, disk.path, sb);
  if (command.printOnly) return;
  const dots = new Dots(ctx, command.verbose >= 2 && command.verbose < 4);
  try {
    if (command.zero && command.image) zero(disk, sb.size * sb.fsize);
    const owner = { uid: ctx.sys.geteuid(), gid: ctx.sys.getegid() };
    writeNewfs(disk, sb, owner, (done, total) => dots.step(done, total));
  } catch (error) {
    ctx.failError(disk.path, error);
  } finally {
    dots.end();
  }
}

function print(ctx: ProgramContext, command: NewfsCommand, path: string, sb: Superblock): void {
  if (command.verbose >= 1) ctx.print(overview(path, sb));
  if (command.verbose >= 3) ctx.print(backups(sb, command.verbose >= 4));
  ctx.out.flush();
}

interface Place {
  readonly path: string;
  readonly size: number;
  readonly sectorSize: number;
  readonly isDevice?: boolean;
}

function planOrFail(ctx: ProgramContext, command: NewfsCommand, disk: Place): Superblock {
  let size = command.size ?? disk.size;
  if (size < 0) size += disk.size;
  if (size > disk.size) ctx.fail(`size ${size} is larger than the ${disk.size} bytes of ${disk.path}`);
  const sectorSize = command.sectorSize ?? disk.sectorSize;
  if (disk.isDevice && sectorSize < disk.sectorSize)
    ctx.fail(`sector size ${sectorSize} is too small, minimum is ${disk.sectorSize}`);
  const time = Math.floor(ctx.sys.clockGettime(CLOCK_REALTIME).sec);
  const random = crypto.getRandomValues(new Int32Array(1))[0] as number;
  try {
    return planNewfs({ ...command.wish, size, sectorSize, time, random });
  } catch (error) {
    if (error instanceof NewfsError) return ctx.fail(error.message);
    throw error;
  }
}

function refuseMounted(ctx: ProgramContext, path: string): void {
  const mount = mountOf(ctx, path);
  if (mount !== undefined) ctx.fail(`${path} is currently mounted on ${mount.on}`);
}

/** The file becomes as long as -s says; what is new is a hole. */
function sizeImage(ctx: ProgramContext, path: string, command: NewfsCommand): void {
  if (command.size === undefined || command.size < 0) return;
  try {
    const fd = ctx.sys.open(path, O_RDWR | O_CREAT, 0o666);
    try {
      ctx.sys.ftruncate(fd, command.size);
    } finally {
      ctx.sys.close(fd);
    }
  } catch (error) {
    ctx.failError(path, error);
  }
}

function zero(disk: RawDevice, size: number): void {
  const zeros = new Uint8Array(ZERO_CHUNK);
  for (let at = 0; at < size; at += ZERO_CHUNK) disk.write(at, zeros.subarray(0, Math.min(ZERO_CHUNK, size - at)));
}

function megabytes(bytes: number, digits: number): string {
  return (bytes / 1048576).toFixed(digits);
}

function overview(special: string, sb: Superblock): string {
  const sectorSize = sb.fsize >> sb.fsbtodb;
  const bytes = sb.size * sb.fsize;
  const group = sb.fpg * sb.fsize;
  return (
    `${special}: ${megabytes(bytes, 1)}MB (${bytes / sectorSize} sectors) ` +
    `block size ${sb.bsize}, fragment size ${sb.fsize}\n` +
    `\tusing ${sb.ncg} cylinder groups of ${megabytes(group, 2)}MB, ${sb.fpg / sb.frag} blks, ${sb.ipg} inodes.\n`
  );
}

/** Sectors of the copies of the superblock: a line of them, or all. */
function backups(sb: Superblock, all: boolean): string {
  const lines = [''];
  for (let c = 0; c < sb.ncg; c++) {
    const word = `${cgSuper(sb, c) * 2 ** sb.fsbtodb},`;
    const line = lines.at(-1) as string;
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] = `${line} ${word}`;
    else if (all) lines.push(word);
    else break;
  }
  return `super-block backups (for fsck_ffs -b #) at:\n${lines.join('\n')}\n`;
}

/** A line of dots that is full when the work is done. */
class Dots {
  private shown = 0;

  constructor(
    private readonly ctx: ProgramContext,
    private readonly wanted: boolean,
  ) {}

  step(done: number, total: number): void {
    const dots = Math.floor((COLUMNS * done) / total);
    if (!this.wanted || dots === this.shown) return;
    this.ctx.print('.'.repeat(dots - this.shown));
    this.ctx.out.flush();
    this.shown = dots;
  }

  end(): void {
    if (this.shown > 0) this.ctx.print('\n');
  }
}
