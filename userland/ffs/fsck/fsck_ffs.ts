// SPDX-License-Identifier: BSD-2-Clause
/** fsck_ffs(8) */
import {
  FSCK_EXIT_CHECK_FAILED,
  FSCK_EXIT_OK,
  FSCK_EXIT_USAGE,
  FsckDialog,
  type FsckMode,
} from '../../disk/fsck_dialog.ts';
import { Progress } from '../../disk/progress.ts';
import { RawDevice } from '../../disk/raw_device.ts';
import { userName } from '../../lib/format.ts';
import type { Program } from '../../lib/program.ts';
import type { ProgramContext } from '../../lib/program_context.ts';
import { MNT_RDONLY } from '../../librump/constants.gen.ts';
import { isErrno, SyscallError } from '../../librump/syscall_error.ts';
import { checkFileSystem } from './check.ts';

const REFUSED: Readonly<Record<string, string>> = {
  a: 'Apple UFS is not supported',
  B: 'the byte order of a file system cannot be changed; every byte order is checked as it is',
  c: 'levels of old file systems are not converted; every level is checked as it is',
  X: 'there are no snapshots of mounted file systems',
  x: 'there are no snapshots of mounted file systems',
};

interface Settings {
  mode: FsckMode;
  force: boolean;
  quiet: boolean;
  debug: boolean;
  image: boolean;
  names: boolean;
  progress: boolean;
  lostFoundMode: number;
  superblockAt: number | undefined;
}

export const fsckFfs: Program = (ctx) => {
  const usage = () =>
    ctx.usage(
      'fsck_ffs [-adFfPpqUX] [-B byte-order] [-b block] [-c level] [-m mode]',
      '         [-x snap-backup] [-y | -n] filesystem ...',
    );
  const { options, rest } = ctx.getopt('aB:b:c:dFfm:nPpqUXx:y', usage);
  const settings: Settings = {
    mode: 'ask',
    force: false,
    quiet: false,
    debug: false,
    image: false,
    names: false,
    progress: false,
    lostFoundMode: 0o700,
    superblockAt: undefined,
  };
  for (const { flag, value } of options) setOption(ctx, settings, flag, value);
  if (rest.length === 0) usage();
  let status = FSCK_EXIT_OK;
  for (const name of rest) status = Math.max(status, checkOne(ctx, settings, name));
  return status;
};

function setOption(ctx: ProgramContext, s: Settings, flag: string, value: string): void {
  const refused = REFUSED[flag];
  if (refused !== undefined) ctx.fail(`-${flag}: ${refused}`, FSCK_EXIT_USAGE);
  if (flag === 'n') s.mode = 'no';
  else if (flag === 'y') s.mode = 'yes';
  else if (flag === 'p') s.mode = 'preen';
  else if (flag === 'f') s.force = true;
  else if (flag === 'q') s.quiet = true;
  else if (flag === 'd') s.debug = true;
  else if (flag === 'F') s.image = true;
  else if (flag === 'U') s.names = true;
  else if (flag === 'P') s.progress = true;
  else if (flag === 'b') s.superblockAt = number(ctx, value, /^[0-9]+$/, 10, 'superblock location');
  else if (flag === 'm') s.lostFoundMode = number(ctx, value, /^[0-7]+$/, 8, 'mode') & 0o7777;
}

function number(ctx: ProgramContext, text: string, form: RegExp, base: number, what: string): number {
  if (!form.test(text)) ctx.fail(`bad ${what}: ${text}`, FSCK_EXIT_USAGE);
  return Number.parseInt(text, base);
}

function checkOne(ctx: ProgramContext, settings: Settings, name: string): number {
  const { mode } = settings;
  let device: RawDevice | undefined;
  const progress = settings.progress ? new Progress(ctx, name) : undefined;
  try {
    const opened = openDevice(ctx, settings, name);
    device = opened.device;
    const say = new FsckDialog(ctx, { special: name, mode: opened.writable || mode === 'preen' ? mode : 'no' });
    if (mode !== 'preen') say.print(`** ${name}${opened.writable ? '' : ' (NO WRITE)'}\n`);
    else if (!opened.writable) say.abandon('NO WRITE ACCESS');
    return checkFileSystem(device, say, {
      force: settings.force,
      quiet: settings.quiet,
      debug: settings.debug,
      lostFoundMode: settings.lostFoundMode,
      special: name,
      now: ctx.sys.clockGettime(0).sec,
      userName: settings.names ? userName : String,
      ...(progress === undefined ? {} : { progress: (done, total) => progress.step(done, total) }),
      ...(settings.superblockAt === undefined ? {} : { superblockAt: settings.superblockAt }),
    });
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    ctx.warnError(name, error);
    return FSCK_EXIT_CHECK_FAILED;
  } finally {
    progress?.end();
    device?.close();
  }
}

/** For writing unless -n says no, the medium cannot, or the file system is mounted to be written to. */
function openDevice(ctx: ProgramContext, s: Settings, name: string): { device: RawDevice; writable: boolean } {
  if (s.mode !== 'no' && !mounted(ctx, name)) {
    try {
      return { device: checkKind(ctx, s, new RawDevice(ctx.sys, name, 'write')), writable: true };
    } catch (error) {
      if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS', 'EBUSY', 'ENODEV')) throw error;
    }
  }
  return { device: checkKind(ctx, s, new RawDevice(ctx.sys, name, 'read')), writable: false };
}

function checkKind(ctx: ProgramContext, s: Settings, device: RawDevice): RawDevice {
  if (s.image && device.isDevice) ctx.fail(`${device.path}: -F is for a regular file`, FSCK_EXIT_USAGE);
  return device;
}

/** Also by the name of the raw device, which has an r in front. */
function mounted(ctx: ProgramContext, name: string): boolean {
  const names = [name, name.replace(/\/r([^/]+)$/, '/$1')];
  return ctx.sys.getvfsstat().some((m) => names.includes(m.mntfromname) && (m.flag & MNT_RDONLY) === 0);
}
