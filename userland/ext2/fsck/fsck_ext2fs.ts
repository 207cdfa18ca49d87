// SPDX-License-Identifier: BSD-2-Clause
import { DiskCache } from '../../disk/disk_cache.ts';
import {
  FSCK_EXIT_CHECK_FAILED,
  FSCK_EXIT_OK,
  FSCK_EXIT_USAGE,
  FsckDialog,
  type FsckMode,
} from '../../disk/fsck_dialog.ts';
import { Progress } from '../../disk/progress.ts';
import { RawDevice } from '../../disk/raw_device.ts';
import type { Program } from '../../lib/program.ts';
import type { ProgramContext } from '../../lib/program_context.ts';
import { ProgramEnd } from '../../librump/program_end.ts';
import { isErrno, SyscallError } from '../../librump/syscall_error.ts';
import { E2FS_ERRORS, E2FS_ISCLEAN } from '../superblock.ts';
import type { Ext2Volume } from '../volume.ts';
import { Ext2Check, type Ext2CheckOptions, Restart } from './ext2_check.ts';
import { LostFound } from './lost_found.ts';
import { openVolume } from './open_volume.ts';
import { releaseOrphans } from './orphans.ts';
import { pass1 } from './pass1.ts';
import { pass1b } from './pass1b.ts';
import { pass2 } from './pass2.ts';
import { ensureRoot, pass3 } from './pass3.ts';
import { pass4 } from './pass4.ts';
import { pass5 } from './pass5.ts';

const LOSTFOUND_MODE = 0o1777;

/** fsck_ext2fs(8). */
export const fsckExt2fs: Program = (ctx) => {
  const usage = () => ctx.usage(`${ctx.name} [-dfnPpqUy] [-b block#] [-c level] [-m mode] filesystem ...`);
  const { options, rest } = ctx.getopt('b:c:dfm:nPpqUy', usage);
  if (rest.length === 0) usage();
  const flags = new Map(options.map(({ flag, value }) => [flag, value]));
  const block = numberOf(ctx, flags.get('b'), 10);
  const lostFoundMode = numberOf(ctx, flags.get('m'), 8) ?? LOSTFOUND_MODE;
  if (lostFoundMode > 0o7777) ctx.fail(`bad mode to -m: ${flags.get('m')}`, FSCK_EXIT_USAGE);
  let status = FSCK_EXIT_OK;
  for (const special of rest) {
    const run = new FsckExt2fs(ctx, special, flags, block, {
      lostFoundMode,
      userNames: flags.has('U'),
      debug: flags.has('d'),
      now: Number(ctx.sys.clockGettime(0).sec),
    });
    status = Math.max(status, run.run());
  }
  return status;
};

function numberOf(ctx: ProgramContext, text: string | undefined, base: 8 | 10): number | undefined {
  if (text === undefined) return undefined;
  if (!(base === 8 ? /^[0-7]+$/ : /^[0-9]+$/).test(text)) ctx.fail(`${text}: not a number`, FSCK_EXIT_USAGE);
  return Number.parseInt(text, base);
}

/** The check of one file system. */
class FsckExt2fs {
  constructor(
    private readonly ctx: ProgramContext,
    private readonly special: string,
    private readonly flags: ReadonlyMap<string, string>,
    private readonly block: number | undefined,
    private readonly options: Ext2CheckOptions,
  ) {}

  /** @returns the exit status */
  run(): number {
    const { ctx, special } = this;
    try {
      const { device, mode } = this.open();
      try {
        return this.check(device, mode);
      } finally {
        device.close();
      }
    } catch (error) {
      if (error instanceof ProgramEnd && error.signal === undefined) return error.status;
      if (!(error instanceof SyscallError)) throw error;
      ctx.warnError(special, error);
      return FSCK_EXIT_CHECK_FAILED;
    }
  }

  /** Who may not write gets the answer no to everything. */
  private open(): { device: RawDevice; mode: FsckMode } {
    const { ctx, special, flags } = this;
    const asked: FsckMode = flags.has('n') ? 'no' : flags.has('p') ? 'preen' : flags.has('y') ? 'yes' : 'ask';
    if (asked !== 'no' && !this.isMounted()) {
      try {
        return { device: new RawDevice(ctx.sys, special, 'write'), mode: asked };
      } catch (error) {
        if (!isErrno(error, 'EACCES', 'EROFS', 'EPERM')) throw error;
      }
    }
    if (asked === 'preen') ctx.fail(`${special}: NO WRITE ACCESS`, FSCK_EXIT_CHECK_FAILED);
    return { device: new RawDevice(ctx.sys, special, 'read'), mode: 'no' };
  }

  private isMounted(): boolean {
    const names = (name: string): string[] => [name, name.replace(/^\/dev\//, '/dev/r')];
    return this.ctx.sys.getvfsstat().some((m) => names(m.mntfromname).includes(this.special));
  }

  private check(device: RawDevice, mode: FsckMode): number {
    const { ctx, special, flags } = this;
    const dialog = new FsckDialog(ctx, { special, mode });
    const quiet = flags.has('q');
    if (!quiet) dialog.heading(`${special}${mode === 'no' ? ' (NO WRITE)' : ''}`);
    const disk = new DiskCache(device);
    const volume = openVolume(disk, dialog, this.block);
    if (!flags.has('f') && volume.sb.state === E2FS_ISCLEAN && !dialog.changed && !dialog.unresolved) {
      if (!quiet) dialog.note(`${dialog.preen ? 'f' : '** F'}ile system is clean; not checking`);
      return FSCK_EXIT_OK;
    }
    const check = this.phases(volume, dialog);
    this.summary(check, dialog);
    if (mode !== 'no') this.finish(volume, dialog);
    return dialog.status;
  }

  /** All phases; anew when one finds that an earlier one was misled. */
  private phases(volume: Ext2Volume, dialog: FsckDialog): Ext2Check {
    const distrusted = new Set<number>();
    const truncated = releaseOrphans(volume, dialog, this.options.now);
    for (;;) {
      try {
        const check = new Ext2Check(volume, dialog, this.options, distrusted, truncated);
        this.phase('Phase 1', (progress) => pass1(check, progress));
        pass1b(check);
        ensureRoot(check);
        this.phase('Phase 2', (progress) => pass2(check, progress));
        const lostFound = new LostFound(check);
        pass3(check, lostFound);
        pass4(check, lostFound);
        this.phase('Phase 5', (progress) => pass5(check, progress));
        return check;
      } catch (error) {
        if (!(error instanceof Restart)) throw error;
      }
    }
  }

  private phase(name: string, body: (progress: (done: number, total: number) => void) => void): void {
    const progress = new Progress(this.ctx, name);
    try {
      body((done, total) => progress.step(done, total));
    } finally {
      progress.end();
    }
  }

  private summary(check: Ext2Check, dialog: FsckDialog): void {
    const { geometry } = check.volume;
    const free = check.used.countClear(geometry.firstDblock, geometry.bcount);
    dialog.note(`${check.files} files, ${geometry.bcount - geometry.firstDblock - free} used, ${free} free`);
  }

  /** What is in order now is marked clean. */
  private finish(volume: Ext2Volume, dialog: FsckDialog): void {
    const { sb } = volume;
    const { changed } = dialog;
    const state = dialog.unresolved ? E2FS_ERRORS : E2FS_ISCLEAN;
    if (!changed && sb.state === state) return;
    const marked = state === E2FS_ISCLEAN && sb.state !== state;
    sb.state = state;
    sb.mntCount = 0;
    sb.lastfsck = sb.wtime = this.options.now;
    volume.writeSummaries(true);
    volume.disk.flush();
    if (dialog.preen) return;
    if (marked) dialog.print('\n***** FILE SYSTEM MARKED CLEAN *****\n');
    if (changed) dialog.print('\n***** FILE SYSTEM WAS MODIFIED *****\n');
  }
}
