// SPDX-License-Identifier: BSD-2-Clause
/** Finding the disk that a name means, and the file system on it. */
import { RawDevice } from '../disk/raw_device.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { isErrno } from '../librump/syscall_error.ts';
import { hasJournal, Journal, JournalError, journalPlace } from './journal.ts';
import { Superblock } from './superblock.ts';

/** A name without a slash is a disk below /dev, the raw one first, as opendisk(3) has it. */
export function findSpecial(ctx: ProgramContext, special: string): string {
  if (special.includes('/')) return special;
  const raw = `/dev/r${special}`;
  return exists(ctx, raw) ? raw : `/dev/${special}`;
}

/** The disk of a file system that is named by where it is mounted; else findSpecial(). The raw one, which is never busy. */
export function findFileSystem(ctx: ProgramContext, name: string): string {
  const mount = ctx.sys.getvfsstat().findLast((m) => m.mntonname === name);
  const special = mount === undefined ? findSpecial(ctx, name) : mount.mntfromname;
  const raw = special.replace(/^\/dev\/([^/]+)$/, '/dev/r$1');
  return raw !== special && exists(ctx, raw) ? raw : special;
}

function exists(ctx: ProgramContext, path: string): boolean {
  try {
    ctx.sys.stat(path);
    return true;
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR')) ctx.failError(path, error);
    return false;
  }
}

/** Where this disk is mounted, and whether it is written to there. */
export function mountOf(ctx: ProgramContext, path: string): { on: string; readOnly: boolean } | undefined {
  const names = [path, path.replace(/\/r([^/]*)$/, '/$1')];
  const mount = ctx.sys.getvfsstat().find((m) => names.includes(m.mntfromname));
  return mount === undefined ? undefined : { on: mount.mntonname, readOnly: (mount.flag & 1) !== 0 };
}

/** What is wrong, or the disk and its superblock. @throws SyscallError */
export function openFfs(
  ctx: ProgramContext,
  path: string,
  access: 'read' | 'write',
): { disk: RawDevice; sb: Superblock } | string {
  const disk = new RawDevice(ctx.sys, path, access);
  try {
    const sb = Superblock.find(disk);
    const problem = sb === undefined ? 'could not find superblock' : sb.problem();
    if (sb !== undefined && problem === undefined) return { disk, sb };
    disk.close();
    return sb === undefined ? (problem as string) : `bad superblock: ${problem}`;
  } catch (error) {
    disk.close();
    throw error;
  }
}

/** The records of the journal, undefined where there is none or it is empty. */
export function pendingJournal(ctx: ProgramContext, disk: RawDevice, sb: Superblock): Journal | undefined {
  if (!hasJournal(sb)) return undefined;
  try {
    const journal = new Journal(disk, sb.order, journalPlace(sb, disk.size));
    return journal.empty ? undefined : journal;
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return ctx.fail(`${disk.path}: the journal is damaged; run fsck_ffs(8)`);
  }
}

/** Replay would put what the records hold over what a tool changes. */
export function refuseRecords(ctx: ProgramContext, disk: RawDevice, sb: Superblock): void {
  if (pendingJournal(ctx, disk, sb) !== undefined)
    ctx.fail(`${disk.path}: the journal holds changes; mount it or run fsck_ffs(8) first`);
}
