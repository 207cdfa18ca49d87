// SPDX-License-Identifier: BSD-2-Clause
/** newfs_msdos(8): make a FAT file system on a disk or in a file. */
import { Progress } from '../disk/progress.ts';
import { RawDevice } from '../disk/raw_device.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { CLOCK_REALTIME, O_CREAT, O_RDWR, O_TRUNC } from '../librump/constants.gen.ts';
import { isErrno } from '../librump/syscall_error.ts';
import { type NewfsCommand, parseNewfs } from './newfs_options.ts';
import { describePlan, NewfsError, type NewfsPlan, planNewfs } from './newfs_plan.ts';
import { writeNewfs } from './newfs_write.ts';

/** Bytes of a bootstrap that are looked at. */
const MAX_BOOT = 32768;

export const newfsMsdos: Program = (ctx) => {
  const command = parseNewfs(ctx);
  const path = findSpecial(ctx, command);
  if (!command.dryRun) checkMounted(ctx, path);
  const boot = command.boot === undefined ? undefined : readBoot(ctx, command.boot);
  if (command.create !== undefined && !command.dryRun) createImage(ctx, path, command.create);
  let disk: RawDevice;
  try {
    disk = new RawDevice(ctx.sys, path, command.dryRun ? 'read' : 'write');
  } catch (error) {
    return ctx.failError(path, error);
  }
  try {
    make(ctx, command, disk, boot);
  } finally {
    disk.close();
  }
  return 0;
};

function make(ctx: ProgramContext, command: NewfsCommand, disk: RawDevice, boot: Uint8Array | undefined): void {
  const now = command.timestamp ?? Math.floor(ctx.sys.clockGettime(CLOCK_REALTIME).sec);
  const plan = planOrFail(ctx, command, disk, now, boot);
  for (const warning of plan.warnings) {
    ctx.err.write(`${ctx.name}: warning: ${warning}\n`);
    ctx.err.flush();
  }
  ctx.print(describePlan(plan, disk.path));
  ctx.out.flush();
  if (command.dryRun) return;
  const progress = new Progress(ctx, disk.path);
  try {
    writeNewfs(disk, plan, {
      offset: command.offset,
      now,
      progress: (done, total) => progress.step(done, total),
      ...(boot === undefined ? {} : { boot }),
    });
  } catch (error) {
    ctx.failError(disk.path, error);
  } finally {
    progress.end();
  }
}

function planOrFail(
  ctx: ProgramContext,
  { options, offset }: NewfsCommand,
  disk: RawDevice,
  now: number,
  boot: Uint8Array | undefined,
): NewfsPlan {
  if (offset % disk.sectorSize !== 0 || offset > disk.size) ctx.fail(`${offset}: bad offset`);
  try {
    const volumeId = options.volumeId ?? volumeIdOf(now);
    return planNewfs({ ...options, volumeId }, disk.size - offset, disk.sectorSize, (boot?.length ?? 512) / 512);
  } catch (error) {
    if (error instanceof NewfsError) return ctx.fail(error.message);
    throw error;
  }
}

/** Date and time of making, mixed as MS-DOS does it. */
function volumeIdOf(now: number): number {
  const t = new Date(now * 1000);
  const high = (((t.getUTCMonth() + 1) << 8) | t.getUTCDate()) + ((t.getUTCSeconds() << 8) | (now % 100));
  const low = ((t.getUTCHours() << 8) | t.getUTCMinutes()) + t.getUTCFullYear();
  return (((high & 0xffff) << 16) | (low & 0xffff)) >>> 0;
}

/** A name without a slash is a disk below /dev, the raw one first, as opendisk(3) has it. */
function findSpecial(ctx: ProgramContext, { special, create }: NewfsCommand): string {
  if (special.includes('/') || create !== undefined) return special;
  const raw = `/dev/r${special}`;
  try {
    ctx.sys.stat(raw);
    return raw;
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) ctx.failError(raw, error);
    return `/dev/${special}`;
  }
}

function checkMounted(ctx: ProgramContext, path: string): void {
  const names = [path, path.replace(/\/r([^/]*)$/, '/$1')];
  for (const { mntfromname, mntonname } of ctx.sys.getvfsstat())
    if (names.includes(mntfromname)) ctx.fail(`${path} is mounted on ${mntonname}`);
}

/** A file that ends with a byte of its own: the rest is a hole. */
function createImage(ctx: ProgramContext, path: string, size: number): void {
  try {
    const fd = ctx.sys.open(path, O_RDWR | O_CREAT | O_TRUNC, 0o644);
    try {
      if (size > 0) ctx.sys.pwrite(fd, new Uint8Array(1), size - 1);
    } finally {
      ctx.sys.close(fd);
    }
  } catch (error) {
    ctx.failError(path, error);
  }
}

/** A bootstrap of the user's: whole sectors with the jump and the signature of one. */
function readBoot(ctx: ProgramContext, path: string): Uint8Array {
  let boot: Uint8Array;
  try {
    const file = new RawDevice(ctx.sys, path, 'read');
    try {
      boot = file.read(0, Math.min(file.size, MAX_BOOT));
    } finally {
      file.close();
    }
  } catch (error) {
    return ctx.failError(path, error);
  }
  const jump = (boot[0] === 0xeb && boot[2] === 0x90) || boot[0] === 0xe9;
  const whole = boot.length > 0 && boot.length % 512 === 0;
  if (!jump || !whole || boot[510] !== 0x55 || boot[511] !== 0xaa)
    ctx.fail(`${path}: inappropriate file type or format`);
  return boot;
}
