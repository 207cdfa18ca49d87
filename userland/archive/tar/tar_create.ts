// SPDX-License-Identifier: BSD-2-Clause
/** Adds files and trees to an archive. */
import { deviceNumbers, groupName, userName } from '../../lib/format.ts';
import type { ProgramContext } from '../../lib/program_context.ts';
import { isDirectory, isLink, isRegular, S_IFMT, walkTree } from '../../lib/tree_walk.ts';
import { O_RDONLY } from '../../librump/constants.gen.ts';
import type { Stat } from '../../librump/structs.ts';
import type { ArchiveStore } from './archive_store.ts';
import { isExcluded } from './member_filter.ts';
import type { TarEntry, TarType } from './tar_entry.ts';
import type { TarWriter } from './tar_writer.ts';

export interface CreateOptions {
  readonly excludes: readonly string[];
  /** Names keep their slash and `..` in front. */
  readonly absolute: boolean;
  readonly follow: boolean;
  readonly sameDevice: boolean;
  readonly numericOwner: boolean;
  /** Is the file newer than what the archive has of that name? */
  readonly isWanted: (name: string, st: Stat) => boolean;
  readonly onMember: (entry: TarEntry) => void;
}

const S_IFIFO = 0o010000;
const S_IFCHR = 0o020000;
const S_IFBLK = 0o060000;

export class TarCreator {
  /** Name in the archive of files with more names, by device and inode. */
  private readonly links = new Map<string, string>();
  private toldStrip = false;

  constructor(
    private readonly ctx: ProgramContext,
    private readonly writer: TarWriter,
    private readonly store: ArchiveStore,
    private readonly options: CreateOptions,
  ) {}

  /** A file, or a directory with everything below it. */
  add(operand: string): void {
    const { options } = this;
    let device: number | undefined;
    const enter = (path: string, st: Stat): boolean => {
      device ??= st.dev;
      if (options.sameDevice && st.dev !== device) return false;
      if (isExcluded(path, options.excludes)) return false;
      this.guarded(path, st);
      return true;
    };
    walkTree(this.ctx, operand, { enter }, { followAll: options.follow });
  }

  private guarded(path: string, st: Stat): void {
    try {
      this.file(path, st);
    } catch (error) {
      this.ctx.warnError(path, error);
    }
  }

  private file(path: string, st: Stat): void {
    const name = this.nameOf(path);
    const type = typeOf(st);
    if (type === undefined) this.ctx.warn(`${path}: a socket cannot be archived`);
    else if (this.store.isArchive(st.dev, st.ino)) this.ctx.warn(`${path}: the archive itself is not archived`);
    else if (this.options.isWanted(name, st)) this.member(path, name, type, st);
  }

  private member(path: string, name: string, type: TarType, st: Stat): void {
    const key = `${st.dev}:${st.ino}`;
    const earlier = st.nlink > 1 && type !== 'directory' ? this.links.get(key) : undefined;
    if (st.nlink > 1 && earlier === undefined) this.links.set(key, name);
    if (earlier !== undefined) this.put({ ...this.entry(name, 'hardlink', st), link: earlier });
    else if (type === 'file') this.data(path, this.entry(name, 'file', st));
    else this.put({ ...this.entry(name, type, st), link: isLink(st) ? this.ctx.sys.readlink(path) : '' });
  }

  /** As it stands in the archive: relative, unless -P. */
  private nameOf(path: string): string {
    if (this.options.absolute) return path;
    const name = path.replace(/^.*(?:^|\/)\.\.(?:\/+|$)/, '').replace(/^\/+/, '');
    if (name !== path && !this.toldStrip) {
      this.toldStrip = true;
      const what = path.startsWith('/') ? 'leading /' : 'leading ..';
      this.ctx.err.write(`tar: Removing ${what} from absolute path names in the archive\n`);
      this.ctx.err.flush();
    }
    return name === '' ? '.' : name;
  }

  private entry(name: string, type: TarType, st: Stat): TarEntry {
    const { major, minor } = type === 'char' || type === 'block' ? deviceNumbers(st.rdev) : { major: 0, minor: 0 };
    const named = !this.options.numericOwner;
    return {
      type,
      name,
      link: '',
      mode: st.mode & 0o7777,
      uid: st.uid,
      gid: st.gid,
      user: named ? knownName(userName(st.uid)) : '',
      group: named ? knownName(groupName(st.gid)) : '',
      size: type === 'file' ? Number(st.size) : 0,
      mtime: st.mtime,
      major,
      minor,
    };
  }

  private put(entry: TarEntry): void {
    this.options.onMember(entry);
    this.writer.begin(entry);
    this.writer.finish();
  }

  /** A file that shrinks meanwhile is filled up with zeros: its size is in the archive already. */
  private data(path: string, entry: TarEntry): void {
    const { sys } = this.ctx;
    const fd = sys.open(path, O_RDONLY);
    try {
      this.options.onMember(entry);
      this.writer.begin(entry);
      let left = entry.size;
      try {
        for (let n = 1; left > 0 && n > 0; left -= n) {
          n = sys.readBulk(fd, left);
          this.writer.data(sys.bulk.slice(0, n));
        }
      } catch (error) {
        this.ctx.warnError(path, error);
      }
      if (left > 0) this.ctx.warn(`${path}: file changed size; filled up with ${left} zeros`);
      for (; left > 0; left -= Math.min(left, 65536)) this.writer.data(new Uint8Array(Math.min(left, 65536)));
      this.writer.finish();
    } finally {
      sys.close(fd);
    }
  }
}

function typeOf(st: Stat): TarType | undefined {
  if (isRegular(st)) return 'file';
  if (isDirectory(st)) return 'directory';
  if (isLink(st)) return 'symlink';
  const kind = st.mode & S_IFMT;
  return kind === S_IFIFO ? 'fifo' : kind === S_IFCHR ? 'char' : kind === S_IFBLK ? 'block' : undefined;
}

/** A number is no name. */
function knownName(name: string): string {
  return /^[0-9]+$/.test(name) ? '' : name;
}
