// SPDX-License-Identifier: BSD-2-Clause
/** fsck_msdos(8): check a FAT file system and repair it. */
import { DiskCache } from '../../disk/disk_cache.ts';
import { FSCK_EXIT_CHECK_FAILED, FsckDialog, type FsckMode } from '../../disk/fsck_dialog.ts';
import { RawDevice } from '../../disk/raw_device.ts';
import type { Program } from '../../lib/program.ts';
import type { ProgramContext } from '../../lib/program_context.ts';
import { CLOCK_REALTIME } from '../../librump/constants.gen.ts';
import { ProgramEnd } from '../../librump/program_end.ts';
import { isErrno, SyscallError } from '../../librump/syscall_error.ts';
import { checkVolume } from './check_volume.ts';

export const fsckMsdos: Program = (ctx) => {
  const usage = () => ctx.usage('fsck_msdos -p [-f] filesystem ...', 'fsck_msdos [-fny] filesystem ...');
  const { options, rest } = ctx.getopt('fnpy', usage);
  if (rest.length === 0) usage();
  let mode: FsckMode = 'ask';
  let force = false;
  for (const { flag } of options) {
    if (flag === 'f') force = true;
    else mode = flag === 'n' ? 'no' : flag === 'y' ? 'yes' : 'preen';
  }
  let status = 0;
  for (const name of rest) status = Math.max(status, checkOne(ctx, name, mode, force));
  return status;
};

function checkOne(ctx: ProgramContext, name: string, mode: FsckMode, force: boolean): number {
  const opened = openDisk(ctx, name, mode);
  if (opened === undefined) return FSCK_EXIT_CHECK_FAILED;
  const { device, readonly } = opened;
  const actual = readonly ? 'no' : mode;
  const dialog = new FsckDialog(ctx, { special: name, mode: actual, spaced: false });
  if (mode !== 'preen') ctx.print(`** ${name}${readonly ? ' (NO WRITE)' : ''}\n`);
  const disk = new DiskCache(device);
  try {
    const now = Math.floor(ctx.sys.clockGettime(CLOCK_REALTIME).sec);
    checkVolume(disk, dialog, { skipClean: mode === 'preen' && !force, now });
    if (dialog.changed) disk.flush();
    return dialog.status;
  } catch (error) {
    return failed(ctx, name, error);
  } finally {
    device.close();
  }
}

/** For writing, when that is to be and can be. */
function openDisk(
  ctx: ProgramContext,
  name: string,
  mode: FsckMode,
): { device: RawDevice; readonly: boolean } | undefined {
  const { sys } = ctx;
  const mounted = sys.getvfsstat().some((m) => m.mntfromname === name);
  if (mounted && mode !== 'no') ctx.print(`${name} is mounted; it is not written\n`);
  try {
    if (mode === 'no' || mounted) return { device: new RawDevice(sys, name, 'read'), readonly: true };
    try {
      return { device: new RawDevice(sys, name, 'write'), readonly: false };
    } catch (error) {
      if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
      return { device: new RawDevice(sys, name, 'read'), readonly: true };
    }
  } catch (error) {
    ctx.warnError(name, error);
    return undefined;
  }
}

/** What ended the check becomes a message and a status. */
function failed(ctx: ProgramContext, name: string, error: unknown): number {
  if (error instanceof ProgramEnd && error.signal === undefined) return error.status;
  if (error instanceof SyscallError) ctx.warnError(name, error);
  else if (error instanceof RangeError) ctx.warn(`${name}: too large for the memory there is`);
  else throw error;
  return FSCK_EXIT_CHECK_FAILED;
}
