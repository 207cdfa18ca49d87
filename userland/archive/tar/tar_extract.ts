// SPDX-License-Identifier: BSD-2-Clause
/**
 * Makes files of members. Archives may be hostile: unless -P allows it, nothing is made outside the current directory, by an
 * absolute name, by `..`, or through a symbolic link that stands in the way. An old file is removed first, never written into.
 */
import { groupId, makeDevice, userId } from '../../lib/format.ts';
import { dirName } from '../../lib/paths.ts';
import type { ProgramContext } from '../../lib/program_context.ts';
import { isDirectory, isLink, statOrNone } from '../../lib/tree_walk.ts';
import { O_CREAT, O_EXCL, O_WRONLY } from '../../librump/constants.gen.ts';
import { isErrno, SyscallError } from '../../librump/syscall_error.ts';
import { type NameRules, safeName } from './member_filter.ts';
import type { TarEntry } from './tar_entry.ts';
import type { TarReader } from './tar_reader.ts';

export interface ExtractOptions {
  readonly names: NameRules;
  readonly keepOld: boolean;
  readonly keepTimes: boolean;
  readonly owner: boolean;
  readonly numericOwner: boolean;
  /** Modes as they are, not less the umask. */
  readonly exactMode: boolean;
}

/** The member is passed over for its own sake. */
class Refused extends Error {}

export class TarExtractor {
  /** Directories seen to be directories. */
  private readonly directories = new Set<string>(['.', '/']);
  /** Their modes and times come last: making files in them changes them, or is forbidden by them. */
  private readonly pending = new Map<string, TarEntry>();
  private readonly umask: number;
  private toldStrip = false;

  constructor(
    private readonly ctx: ProgramContext,
    private readonly options: ExtractOptions,
  ) {
    this.umask = ctx.sys.umask(0);
    ctx.sys.umask(this.umask);
  }

  /** Make the member; a fault is told, and the next one may go on. @throws TarError of the archive */
  member(entry: TarEntry, reader: TarReader): void {
    const { ctx } = this;
    try {
      const path = this.pathOf(entry.name);
      if (path === undefined) return;
      this.parents(path);
      if (this.make(path, entry, reader)) this.attributes(path, entry);
    } catch (error) {
      if (error instanceof Refused) ctx.warn(`${entry.name}: ${error.message}`);
      else ctx.warnError(entry.name, error);
    }
  }

  /** Modes and times of the directories, the deepest first. */
  finish(): void {
    const paths = [...this.pending.keys()].sort((a, b) => b.length - a.length);
    for (const path of paths) {
      try {
        this.attributes(path, this.pending.get(path) as TarEntry);
      } catch (error) {
        this.ctx.warnError(path, error);
      }
    }
  }

  private pathOf(name: string): string | undefined {
    const safe = safeName(name, this.options.names);
    if (safe === 'outside') throw new Refused("name has `..' in it (not extracted)");
    if (safe === 'nothing') return undefined;
    if (safe.stripped && !this.toldStrip) {
      this.toldStrip = true;
      this.ctx.err.write('tar: Removing leading / from absolute path names in the archive\n');
      this.ctx.err.flush();
    }
    return safe.path;
  }

  /** Every directory above, made where it is missing. */
  private parents(path: string): void {
    const dir = dirName(path);
    if (this.directories.has(dir)) return;
    this.parents(dir);
    const st = statOrNone(this.ctx, dir, this.options.names.absolute);
    if (st === undefined) this.ctx.sys.mkdir(dir, 0o777);
    else if (isLink(st)) throw new Refused(`${dir} is a symbolic link (not followed)`);
    else if (!isDirectory(st)) throw new Refused(`${dir} is not a directory`);
    this.directories.add(dir);
  }

  /** False when there is nothing more to set. */
  private make(path: string, entry: TarEntry, reader: TarReader): boolean {
    const { sys } = this.ctx;
    if (entry.type === 'directory') return this.directory(path, entry);
    const old = statOrNone(this.ctx, path, false);
    if (old !== undefined && this.options.keepOld) return false;
    if (old !== undefined) sys.unlink(path);
    const mode = entry.mode & 0o777;
    switch (entry.type) {
      case 'file':
        this.file(path, entry, reader);
        return true;
      case 'hardlink':
        return this.hardlink(path, entry);
      case 'symlink':
        sys.symlink(entry.link, path);
        return true;
      case 'fifo':
        sys.mkfifo(path, mode);
        return true;
      case 'char':
      case 'block':
        sys.mknod(path, (entry.type === 'char' ? 0o020000 : 0o060000) | mode, makeDevice(entry.major, entry.minor));
        return true;
    }
  }

  private directory(path: string, entry: TarEntry): boolean {
    const { sys } = this.ctx;
    const old = statOrNone(this.ctx, path, this.options.names.absolute);
    if (old !== undefined && !isDirectory(old)) {
      if (this.options.keepOld) return false;
      sys.unlink(path);
    }
    if (old === undefined || !isDirectory(old)) sys.mkdir(path, 0o700);
    this.directories.add(path);
    this.pending.set(path, entry);
    return false;
  }

  private hardlink(path: string, entry: TarEntry): boolean {
    const target = this.pathOf(entry.link);
    if (target === undefined) return false;
    this.parents(target);
    this.ctx.sys.link(target, path);
    return false;
  }

  private file(path: string, entry: TarEntry, reader: TarReader): void {
    const { sys } = this.ctx;
    const fd = sys.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600);
    try {
      if (entry.sparse === undefined) for (let d = reader.data(); d.length > 0; d = reader.data()) sys.writeAll(fd, d);
      else this.sparse(fd, entry, reader);
    } finally {
      sys.close(fd);
    }
  }

  /** Each run where it belongs; the holes stay holes. */
  private sparse(fd: number, entry: TarEntry, reader: TarReader): void {
    const { sys } = this.ctx;
    let data = new Uint8Array(0) as Uint8Array;
    for (const { offset, length } of entry.sparse ?? []) {
      sys.lseek(fd, offset, 0);
      for (let left = length; left > 0; ) {
        if (data.length === 0) data = reader.data();
        const part = data.subarray(0, left);
        sys.writeAll(fd, part);
        data = data.subarray(part.length);
        left -= part.length;
      }
    }
    sys.ftruncate(fd, entry.size);
  }

  private attributes(path: string, entry: TarEntry): void {
    const { sys } = this.ctx;
    if (this.options.owner) this.chown(path, entry);
    if (entry.type !== 'symlink')
      sys.chmod(path, this.options.exactMode ? entry.mode : entry.mode & 0o777 & ~this.umask);
    if (!this.options.keepTimes) sys.utimens(path, entry.mtime, entry.mtime, entry.type !== 'symlink');
  }

  /** File systems without owners do not make an archive unusable. */
  private chown(path: string, entry: TarEntry): void {
    const named = !this.options.numericOwner;
    const uid = (named && entry.user !== '' ? userId(entry.user) : undefined) ?? entry.uid;
    const gid = (named && entry.group !== '' ? groupId(entry.group) : undefined) ?? entry.gid;
    try {
      this.ctx.sys.lchown(path, uid, gid);
    } catch (error) {
      if (!(error instanceof SyscallError) || !isErrno(error, 'EPERM', 'EOPNOTSUPP', 'EINVAL')) throw error;
    }
  }
}
