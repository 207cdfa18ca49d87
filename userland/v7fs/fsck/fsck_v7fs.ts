// SPDX-License-Identifier: BSD-2-Clause
/** fsck_v7fs(8): check and repair a file system of Seventh Edition UNIX. */
import { DiskCache } from '../../disk/disk_cache.ts';
import { FSCK_EXIT_CHECK_FAILED, FSCK_EXIT_USAGE, FsckDialog, type FsckMode } from '../../disk/fsck_dialog.ts';
import { Progress } from '../../disk/progress.ts';
import { type Disk, RawDevice } from '../../disk/raw_device.ts';
import type { Program } from '../../lib/program.ts';
import type { ProgramContext } from '../../lib/program_context.ts';
import { ProgramEnd } from '../../librump/program_end.ts';
import * as V7 from '../v7fs_format.ts';
import { checkBlocks } from './check_blocks.ts';
import { checkFree } from './check_free.ts';
import { checkLinks } from './check_links.ts';
import { NameCheck } from './check_names.ts';
import { V7Volume } from './v7_volume.ts';

export const fsckV7fs: Program = (ctx) => {
  const usage = (): never => {
    ctx.err.write('usage: fsck_v7fs [-fnPpqy] [-B byte-order] special ...\n');
    ctx.err.flush();
    throw new ProgramEnd(FSCK_EXIT_USAGE);
  };
  const { options, rest } = ctx.getopt('B:fnPpqy', usage);
  const given = new Map(options.map(({ flag, value }) => [flag, value]));
  const order = given.get('B');
  if (rest.length === 0 || (order !== undefined && !V7.BYTE_ORDERS.includes(order as V7.ByteOrder))) usage();
  const mode: FsckMode = given.has('p') ? 'preen' : given.has('n') ? 'no' : given.has('y') ? 'yes' : 'ask';
  let status = 0;
  for (const special of rest) status = Math.max(status, check(ctx, special, mode, order as V7.ByteOrder | undefined));
  return status;
};

function check(ctx: ProgramContext, special: string, mode: FsckMode, order: V7.ByteOrder | undefined): number {
  const raw = special.includes('/') ? special : `/dev/r${special}`;
  let disk: RawDevice | undefined;
  try {
    disk = new RawDevice(ctx.sys, raw, mode === 'no' ? 'read' : 'write');
    const cache = new DiskCache(disk);
    const progress = new Progress(ctx, special);
    const dialog = new FsckDialog(ctx, { special, mode });
    dialog.heading(`${raw}${mode === 'no' ? ' (NO WRITE)' : ''}`);
    const status = checkVolume(cache, dialog, order, (done, total) => progress.step(done, total));
    progress.end();
    if (dialog.changed) cache.flush();
    return status;
  } catch (error) {
    if (error instanceof ProgramEnd) throw error;
    ctx.warnError(raw, error);
    return FSCK_EXIT_CHECK_FAILED;
  } finally {
    disk?.close();
  }
}

/** Every phase. @returns the exit status; what was changed is in `disk` */
export function checkVolume(
  disk: Disk,
  dialog: FsckDialog,
  asked?: V7.ByteOrder,
  progress: (done: number, total: number) => void = () => {},
): number {
  const volume = open(disk, asked);
  if (volume === undefined) return dialog.abandon('BAD SUPER BLOCK: NOT A V7 FILE SYSTEM');
  const dirty = volume.sb.modified;
  dialog.heading('Phase 1 - Check Blocks and Sizes');
  checkBlocks(volume, dialog, progress);
  dialog.heading('Phase 2 - Check Pathnames');
  const names = new NameCheck(volume, dialog);
  names.fromRoot();
  dialog.heading('Phase 3 - Check Connectivity');
  names.connect();
  dialog.heading('Phase 4 - Check Reference Counts');
  checkLinks(volume, dialog, names.lostFound);
  dialog.heading('Phase 5 - Check Free List');
  checkFree(volume, dialog);
  if (dirty && !volume.sb.modified) dialog.changed = true;
  summary(volume, dialog);
  return dialog.status;
}

/** In the byte order asked for, or in the first in which there is a root. */
function open(disk: Disk, asked: V7.ByteOrder | undefined): V7Volume | undefined {
  if (disk.size < 4 * V7.BLOCK) return undefined;
  const found = (asked === undefined ? V7.BYTE_ORDERS : [asked]).flatMap((order) => {
    const sb = V7.decodeSuperblock(order, disk.read(V7.BLOCK, V7.BLOCK));
    return sb === undefined || sb.fsize * V7.BLOCK > disk.size ? [] : [new V7Volume(disk, order, sb)];
  });
  return found.find((volume) => volume.isDirectory(V7.ROOT_INODE)) ?? found[0];
}

function summary(volume: V7Volume, dialog: FsckDialog): void {
  const { sb, used } = volume;
  let files = 0;
  for (let ino = V7.ROOT_INODE; ino <= volume.inodeCount; ino++) if (volume.inode(ino).mode !== 0) files++;
  const blocks = used.subarray(sb.isize).reduce((n, u) => n + u, 0);
  dialog.note(`${files} files, ${blocks} used, ${sb.fsize - sb.isize - blocks} free`);
  if (dialog.changed && !dialog.preen) dialog.print('\n***** FILE SYSTEM WAS MODIFIED *****\n');
}
