// SPDX-License-Identifier: BSD-2-Clause
/** fsdb(8): look into a fast file system, and change it inode by inode. */
import { DiskCache } from '../../disk/disk_cache.ts';
import type { Disk } from '../../disk/raw_device.ts';
import { printable } from '../../lib/format.ts';
import type { Program } from '../../lib/program.ts';
import type { ProgramContext } from '../../lib/program_context.ts';
import { findFileSystem, mountOf, openFfs, pendingJournal, refuseRecords } from '../open_ffs.ts';
import type { Superblock } from '../superblock.ts';
import { runCommand } from './fsdb_commands.ts';
import { active } from './fsdb_look.ts';
import { FsdbError, FsdbSession } from './fsdb_session.ts';

export const fsdb: Program = (ctx) => {
  const usage = () => ctx.usage('fsdb [-dFn] -f fsname');
  const { options, rest } = ctx.getopt('dFf:n', usage);
  const flags = new Map(options.map((o) => [o.flag, o.value]));
  const name = flags.get('f');
  if (name === undefined || rest.length > 0) return usage();
  const readOnly = flags.has('n');
  const path = flags.has('F') ? name : findFileSystem(ctx, name);
  const mount = mountOf(ctx, path);
  if (!readOnly && mount !== undefined && !mount.readOnly)
    ctx.fail(`${path} is mounted on ${mount.on} for writing: only -n may look at it`);
  try {
    const opened = openFfs(ctx, path, readOnly ? 'read' : 'write');
    if (typeof opened === 'string') return ctx.fail(`${path}: ${opened}`);
    const { disk, sb } = opened;
    try {
      if (sb.size * sb.fsize > disk.size) ctx.fail(`${path}: the file system is larger than the disk`);
      if (!readOnly) refuseRecords(ctx, disk, sb);
      const seen = pendingJournal(ctx, disk, sb)?.overlay() ?? disk;
      edit(ctx, path, new DiskCache(seen), sb, readOnly);
    } finally {
      disk.close();
    }
  } catch (error) {
    ctx.failError(path, error);
  }
  return ctx.status;
};

function edit(ctx: ProgramContext, path: string, disk: Disk, sb: Superblock, readOnly: boolean): void {
  const session = new FsdbSession(disk, sb, readOnly);
  ctx.print(`Editing file system \`${path}'\nLast Mounted on ${printable(sb.fsmnt)}\n`);
  attempt(ctx, () => active(session));
  const input = ctx.input();
  const prompt = ctx.sys.isatty(0);
  for (;;) {
    if (prompt) ctx.print(`fsdb (inum: ${session.current})> `);
    ctx.out.flush();
    const line = input.readLine();
    if (line === undefined || attempt(ctx, () => runCommand(session, line)) === undefined) break;
  }
  if (session.changed) leaveDirty(ctx, disk, sb);
}

/** What a command shows, or why it did not work. */
function attempt(ctx: ProgramContext, body: () => string | undefined): string | undefined {
  try {
    const text = body();
    if (text !== undefined) ctx.print(text);
    return text;
  } catch (error) {
    if (error instanceof FsdbError) ctx.warn(error.message);
    else ctx.warnError('', error);
    return '';
  }
}

function leaveDirty(ctx: ProgramContext, disk: Disk, sb: Superblock): void {
  sb.clean = 0;
  disk.write(sb.sblockloc, sb.diskBytes());
  disk.flush();
  ctx.print('*** FILE SYSTEM MARKED DIRTY\n*** BE SURE TO RUN FSCK TO CLEAN UP ANY DAMAGE\n');
}
