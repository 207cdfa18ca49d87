// SPDX-License-Identifier: BSD-2-Clause
import type { GuestPtr, KernelInstance } from '../abi.ts';
import { decodeZ, encode, encodeInto } from '../lib/bytes.ts';
import * as E from '../librump/errno.gen.ts';
import * as S from '../librump/structs.gen.ts';
import * as N from '../librump/syscalls.gen.ts';
import { FakeTree, type Inode } from './fake_tree.ts';

const MEMORY_PAGES = 256;
const PIPE_CAP = 1 << 20;

interface Pipe {
  data: Uint8Array[];
  size: number;
  readers: number;
  writers: number;
}

export interface OpenFile {
  refs: number;
  flags: number;
  offset: number;
  readonly node?: Inode;
  readonly pipe?: { readonly pipe: Pipe; readonly writes: boolean };
  /** Host side of a standard stream. */
  readonly device?: { read(length: number): Uint8Array; write(data: Uint8Array): void };
}

interface Proc {
  readonly pid: number;
  readonly ppid: number;
  readonly lwp: number;
  fds: (OpenFile | undefined)[];
  cwd: Inode;
  umask: number;
  pgrp: number;
}

class Errno {
  constructor(readonly errno: number) {}
}

type Handler = (a: (i: number) => number) => number | [number, number];

/**
 * A kernel in memory for unit tests of userland: files, pipes, descriptors and processes at the level of rump_syscall,
 * so that the syscall client runs as it does on the real one. Nothing blocks: a pipe holds up to 1 MiB, reading an
 * empty pipe whose writers are alive is EAGAIN.
 */
export class FakeKernel implements KernelInstance {
  readonly memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES, shared: true });
  readonly u8 = new Uint8Array(this.memory.buffer);
  readonly view = new DataView(this.memory.buffer);
  readonly exports: KernelInstance['exports'];
  readonly tree = new FakeTree();
  readonly procs = new Map<number, Proc>();
  current: Proc;
  /** Called for kill(2) and SIGPIPE. */
  onSignal: (pid: number, signal: number) => void = () => undefined;
  /** Calls made, by name count. */
  readonly counts = new Map<number, number>();
  private nextPid = 1;
  private heapTop = 65536;
  private readonly freeLists = new Map<number, GuestPtr[]>();
  private readonly handlers = new Map<number, Handler>();

  constructor() {
    this.current = this.newProc(0);
    this.defineFiles();
    this.defineNames();
    this.defineProcesses();
    this.exports = {
      rump_syscall: (num, args, _len, ret) => this.syscall(Number(num), Number(args), Number(ret)),
      rump_pub_lwproc_rfork: (flags) => {
        const parent = this.current;
        const child = this.newProc(parent.pid);
        if (Number(flags) !== 2) for (const f of parent.fds) child.fds.push(f && this.retain(f));
        child.cwd = parent.cwd;
        child.umask = parent.umask;
        child.pgrp = parent.pgrp;
        this.current = child;
        return 0;
      },
      rump_pub_lwproc_curlwp: () => this.current.lwp,
      rump_pub_lwproc_switch: (lwp) => {
        for (const p of this.procs.values()) if (p.lwp === Number(lwp)) this.current = p;
      },
      rump_pub_lwproc_releaselwp: () => {
        for (const f of this.current.fds) if (f) this.release(f);
        this.procs.delete(this.current.pid);
      },
    };
  }

  malloc(bytes: number): GuestPtr {
    const size = (bytes + 15) & ~15;
    const free = this.freeLists.get(size)?.pop();
    if (free !== undefined) return free;
    const at = this.heapTop + 16;
    this.heapTop = at + size;
    if (this.heapTop > this.u8.length) throw new Error('fake kernel: out of guest memory');
    this.view.setUint32(at - 16, size, true);
    return at;
  }

  free(ptr: GuestPtr): void {
    const size = this.view.getUint32(ptr - 16, true);
    const list = this.freeLists.get(size) ?? [];
    list.push(ptr);
    this.freeLists.set(size, list);
  }

  /** Put a host stream on a descriptor of the current process. */
  setDevice(fd: number, device: NonNullable<OpenFile['device']>): void {
    this.current.fds[fd] = { refs: 1, flags: 2, offset: 0, device };
  }

  private newProc(ppid: number): Proc {
    const pid = this.nextPid++;
    const proc: Proc = { pid, ppid, lwp: 0x10000 + pid * 64, fds: [], cwd: this.tree.root, umask: 0o022, pgrp: pid };
    this.procs.set(pid, proc);
    return proc;
  }

  private syscall(num: number, args: GuestPtr, ret: GuestPtr): number {
    this.counts.set(num, (this.counts.get(num) ?? 0) + 1);
    const handler = this.handlers.get(num);
    if (handler === undefined) return E.ENOSYS;
    try {
      const value = handler((i) => this.view.getInt32(args + 4 * i, true));
      this.view.setInt32(ret, typeof value === 'number' ? (value % 4294967296) | 0 : value[0], true);
      this.view.setInt32(ret + 4, typeof value === 'number' ? Math.floor(value / 4294967296) : value[1], true);
      return 0;
    } catch (error) {
      if (error instanceof Errno) return error.errno;
      throw error;
    }
  }

  private on(num: number, handler: Handler): void {
    this.handlers.set(num, handler);
  }

  private text(ptr: number): string {
    if (ptr === 0) throw new Errno(E.EFAULT);
    return decodeZ(this.u8, ptr, 1024);
  }

  private file(fd: number): OpenFile {
    const f = this.current.fds[fd];
    if (f === undefined) throw new Errno(E.EBADF);
    return f;
  }

  private retain(f: OpenFile): OpenFile {
    f.refs++;
    return f;
  }

  private release(f: OpenFile): void {
    if (--f.refs > 0 || !f.pipe) return;
    if (f.pipe.writes) f.pipe.pipe.writers--;
    else f.pipe.pipe.readers--;
  }

  private newFd(file: OpenFile, from = 0): number {
    const { fds } = this.current;
    let fd = from;
    while (fds[fd] !== undefined) fd++;
    fds[fd] = file;
    return fd;
  }

  private setFd(fd: number, file: OpenFile): void {
    const old = this.current.fds[fd];
    if (old) this.release(old);
    this.current.fds[fd] = file;
  }

  private lookup(path: string, follow = true): Inode {
    const found = this.tree.lookup(this.current.cwd, path, follow);
    if (typeof found === 'number') throw new Errno(found);
    return found;
  }

  private parentOf(path: string): { dir: Inode; name: string } {
    const found = this.tree.parentOf(this.current.cwd, path);
    if (typeof found === 'number') throw new Errno(found);
    return found;
  }

  private check(errno: number): number {
    if (errno !== 0) throw new Errno(errno);
    return 0;
  }

  // Descriptors ----------------------------------------------------------------------------------------------------

  private defineFiles(): void {
    this.on(N.SYS_open, (a) => this.open(this.text(a(0)), a(1), a(2)));
    this.on(N.SYS_close, (a) => {
      this.release(this.file(a(0)));
      this.current.fds[a(0)] = undefined;
      return 0;
    });
    this.on(N.SYS_read, (a) => this.read(this.file(a(0)), a(1), a(2)));
    this.on(N.SYS_write, (a) => this.write(this.file(a(0)), this.u8.slice(a(1), a(1) + a(2))));
    this.on(N.SYS_pread, (a) => {
      const { node } = this.file(a(0));
      const data = node?.data?.subarray(a(4), a(4) + a(2)) ?? new Uint8Array(0);
      this.u8.set(data, a(1));
      return data.length;
    });
    this.on(N.SYS_lseek, (a) => {
      const f = this.file(a(0));
      if (!f.node) throw new Errno(E.ESPIPE);
      const base = a(4) === 0 ? 0 : a(4) === 1 ? f.offset : (f.node.data?.length ?? 0);
      f.offset = base + a(2);
      return f.offset;
    });
    this.on(N.SYS_dup, (a) => this.newFd(this.retain(this.file(a(0)))));
    this.on(N.SYS_dup2, (a) => {
      const f = this.file(a(0));
      if (a(0) !== a(1)) this.setFd(a(1), this.retain(f));
      return a(1);
    });
    this.on(N.SYS_fcntl, (a) => {
      const f = this.file(a(0));
      if (a(1) === 0 || a(1) === 12) return this.newFd(this.retain(f), a(2));
      return a(1) === 3 ? f.flags : 0;
    });
    this.on(N.SYS_pipe, () => {
      const pipe: Pipe = { data: [], size: 0, readers: 1, writers: 1 };
      const r = this.newFd({ refs: 1, flags: 0, offset: 0, pipe: { pipe, writes: false } });
      const w = this.newFd({ refs: 1, flags: 1, offset: 0, pipe: { pipe, writes: true } });
      return [r, w];
    });
    this.on(N.SYS_ftruncate, (a) => this.check(this.tree.truncate(this.file(a(0)).node, a(2))));
    this.on(N.SYS_fsync, () => 0);
    this.on(N.SYS_sync, () => 0);
    this.on(N.SYS_ioctl, () => {
      throw new Errno(E.ENOTTY);
    });
    this.on(N.SYS_getdents, (a) => this.getdents(this.file(a(0)), a(1), a(2)));
    this.on(N.SYS_poll, (a) => a(1));
  }

  private open(path: string, flags: number, mode: number): number {
    const create = (flags & 0x200) !== 0;
    let node = this.tree.lookup(this.current.cwd, path, true);
    if (typeof node === 'number') {
      if (node !== E.ENOENT || !create) throw new Errno(node);
      const { dir, name } = this.parentOf(path);
      node = this.tree.create(dir, name, 0o100000 | (mode & 0o7777 & ~this.current.umask));
    } else if (create && (flags & 0x800) !== 0) throw new Errno(E.EEXIST);
    if (node.children && (flags & 3) !== 0) throw new Errno(E.EISDIR);
    if (!node.children && (flags & 0x200000) !== 0) throw new Errno(E.ENOTDIR);
    if ((flags & 0x400) !== 0 && node.data) this.tree.truncate(node, 0);
    return this.newFd({ refs: 1, flags, offset: 0, node });
  }

  private read(f: OpenFile, to: GuestPtr, length: number): number {
    let data: Uint8Array;
    if (f.device) data = f.device.read(length);
    else if (f.pipe) data = this.readPipe(f.pipe.pipe, length);
    else if (f.node?.children) throw new Errno(E.EISDIR);
    else {
      data = f.node?.data?.subarray(f.offset, f.offset + length) ?? new Uint8Array(0);
      f.offset += data.length;
    }
    this.u8.set(data, to);
    return data.length;
  }

  private readPipe(pipe: Pipe, length: number): Uint8Array {
    const first = pipe.data[0];
    if (first === undefined) {
      if (pipe.writers > 0) throw new Errno(E.EAGAIN);
      return new Uint8Array(0);
    }
    const part = first.subarray(0, length);
    if (part.length === first.length) pipe.data.shift();
    else pipe.data[0] = first.subarray(length);
    pipe.size -= part.length;
    return part;
  }

  private write(f: OpenFile, data: Uint8Array): number {
    if (f.device) f.device.write(data);
    else if (f.pipe) {
      const { pipe } = f.pipe;
      if (pipe.readers === 0 || pipe.size > PIPE_CAP) {
        this.onSignal(this.current.pid, 13);
        throw new Errno(E.EPIPE);
      }
      pipe.data.push(data);
      pipe.size += data.length;
    } else if (f.node) {
      if ((f.flags & 3) === 0) throw new Errno(E.EBADF);
      if (f.node.name === 'null') return data.length;
      if ((f.flags & 8) !== 0) f.offset = f.node.data?.length ?? 0;
      this.tree.write(f.node, data, f.offset);
      f.offset += data.length;
    }
    return data.length;
  }

  private getdents(f: OpenFile, to: GuestPtr, room: number): number {
    const { node } = f;
    if (!node?.children) throw new Errno(E.EINVAL);
    const all: [string, Inode][] = [['.', node], ['..', node.parent ?? node], ...node.children];
    let at = to;
    for (; f.offset < all.length; f.offset++) {
      const [name, inode] = all[f.offset] as [string, Inode];
      const bytes = encode(name);
      const reclen = (S.dirent.d_name + bytes.length + 1 + 7) & ~7;
      if (at + reclen > to + room) break;
      this.u8.fill(0, at, at + reclen);
      this.view.setUint32(at, inode.ino, true);
      this.view.setUint16(at + S.dirent.d_reclen, reclen, true);
      this.view.setUint16(at + S.dirent.d_namlen, bytes.length, true);
      this.u8[at + S.dirent.d_type] = inode.mode >> 12;
      this.u8.set(bytes, at + S.dirent.d_name);
      at += reclen;
    }
    return at - to;
  }

  // Names ----------------------------------------------------------------------------------------------------------

  private defineNames(): void {
    const { tree } = this;
    this.on(N.SYS_stat, (a) => this.putStat(this.lookup(this.text(a(0))), a(1)));
    this.on(N.SYS_lstat, (a) => this.putStat(this.lookup(this.text(a(0)), false), a(1)));
    this.on(N.SYS_fstat, (a) =>
      this.putStat(this.file(a(0)).node ?? { ...tree.root, mode: 0o010600, children: undefined }, a(1)),
    );
    this.on(N.SYS_access, (a) => {
      const n = this.lookup(this.text(a(0)));
      return this.check(a(1) === 1 && !n.children && (n.mode & 0o111) === 0 ? E.EACCES : 0);
    });
    this.on(N.SYS_mkdir, (a) => {
      const { dir, name } = this.parentOf(this.text(a(0)));
      if (name === '' || dir.children?.has(name)) throw new Errno(E.EEXIST);
      tree.create(dir, name, 0o040000 | (a(1) & 0o7777 & ~this.current.umask));
      return 0;
    });
    this.on(N.SYS_mkfifo, (a) => this.make(this.text(a(0)), 0o010000 | a(1)));
    this.on(N.SYS_mknod, (a) => this.make(this.text(a(0)), a(1), a(2)));
    this.on(N.SYS_rmdir, (a) => {
      const node = this.lookup(this.text(a(0)), false);
      if (!node.children) throw new Errno(E.ENOTDIR);
      if (node.children.size > 0) throw new Errno(E.ENOTEMPTY);
      return this.check(tree.unlink(this.current.cwd, this.text(a(0))));
    });
    this.on(N.SYS_unlink, (a) => {
      if (this.lookup(this.text(a(0)), false).children) throw new Errno(E.EPERM);
      return this.check(tree.unlink(this.current.cwd, this.text(a(0))));
    });
    this.on(N.SYS_link, (a) => {
      const node = this.lookup(this.text(a(0)));
      const { dir, name } = this.parentOf(this.text(a(1)));
      if (dir.children?.has(name)) throw new Errno(E.EEXIST);
      dir.children?.set(name, node);
      node.nlink++;
      return 0;
    });
    this.on(N.SYS_symlink, (a) => {
      const { dir, name } = this.parentOf(this.text(a(1)));
      if (dir.children?.has(name)) throw new Errno(E.EEXIST);
      tree.create(dir, name, 0o120755).target = this.text(a(0));
      return 0;
    });
    this.on(N.SYS_readlink, (a) => {
      const node = this.lookup(this.text(a(0)), false);
      if (node.target === undefined) throw new Errno(E.EINVAL);
      return encodeInto(node.target, this.u8, a(1), a(2));
    });
    this.on(N.SYS_rename, (a) => this.check(tree.rename(this.current.cwd, this.text(a(0)), this.text(a(1)))));
    this.on(N.SYS_chmod, (a) => {
      const node = this.lookup(this.text(a(0)));
      node.mode = (node.mode & 0o170000) | (a(1) & 0o7777);
      return 0;
    });
    for (const num of [N.SYS_chown, N.SYS_lchown])
      this.on(num, (a) => {
        const node = this.lookup(this.text(a(0)), num === N.SYS_chown);
        if (a(1) !== -1) node.uid = a(1);
        if (a(2) !== -1) node.gid = a(2);
        return 0;
      });
    this.on(N.SYS_utimensat, (a) => {
      const node = this.lookup(this.text(a(1)), a(3) === 0);
      if (this.view.getInt32(a(2) + 24, true) < 0x3ffffffe) node.mtime = this.view.getUint32(a(2) + 16, true);
      return 0;
    });
    this.on(N.SYS_chdir, (a) => {
      const node = this.lookup(this.text(a(0)));
      if (!node.children) throw new Errno(E.ENOTDIR);
      this.current.cwd = node;
      return 0;
    });
    this.on(N.SYS___getcwd, (a) => {
      const n = encodeInto(tree.pathOf(this.current.cwd), this.u8, a(0), a(1));
      this.u8[a(0) + n] = 0;
      return n + 1;
    });
    this.on(N.SYS_umask, (a) => {
      const old = this.current.umask;
      this.current.umask = a(0);
      return old;
    });
    this.on(N.SYS_truncate, (a) => this.check(tree.truncate(this.lookup(this.text(a(0))), a(2))));
    this.on(N.SYS_getvfsstat, (a) => {
      this.u8.fill(0, a(0), a(0) + S.statvfs.size);
      for (const [at, v] of [
        [S.statvfs.f_bsize, 4096],
        [S.statvfs.f_frsize, 512],
        [S.statvfs.f_blocks, 2048],
        [S.statvfs.f_bfree, 1024],
        [S.statvfs.f_bavail, 1024],
        [S.statvfs.f_files, 100],
        [S.statvfs.f_ffree, 50],
      ] as const)
        this.view.setUint32(a(0) + at, v, true);
      for (const [at, t] of [
        [S.statvfs.f_fstypename, 'rumpfs'],
        [S.statvfs.f_mntonname, '/'],
        [S.statvfs.f_mntfromname, 'rumpfs'],
      ] as const)
        encodeInto(t, this.u8, a(0) + at, 90);
      return 1;
    });
  }

  private make(path: string, mode: number, rdev = 0): number {
    const { dir, name } = this.parentOf(path);
    if (dir.children?.has(name)) throw new Errno(E.EEXIST);
    this.tree.create(dir, name, mode & ~this.current.umask).rdev = rdev;
    return 0;
  }

  private putStat(node: Inode, to: GuestPtr): number {
    const { view } = this;
    this.u8.fill(0, to, to + S.stat.size);
    const size = node.children ? 512 : (node.data?.length ?? node.target?.length ?? 0);
    const words: [number, number][] = [
      [S.stat.st_dev, 7],
      [S.stat.st_mode, node.mode],
      [S.stat.st_ino, node.ino],
      [S.stat.st_nlink, node.nlink],
      [S.stat.st_uid, node.uid],
      [S.stat.st_gid, node.gid],
      [S.stat.st_rdev, node.rdev],
      [S.stat.st_size, size],
      [S.stat.st_blocks, Math.ceil(size / 512)],
      [S.stat.st_blksize, 4096],
    ];
    for (const [at, value] of words) view.setUint32(to + at, value, true);
    for (const at of [S.stat.st_atim, S.stat.st_mtim, S.stat.st_ctim, S.stat.st_birthtim])
      view.setUint32(to + at, node.mtime, true);
    return 0;
  }

  // Processes ------------------------------------------------------------------------------------------------------

  private defineProcesses(): void {
    const zero: Handler = () => 0;
    for (const num of [
      N.SYS_getuid,
      N.SYS_geteuid,
      N.SYS_getgid,
      N.SYS_getegid,
      N.SYS_setuid,
      N.SYS_setgid,
      N.SYS___sigaction_sigtramp,
      N.SYS_sigprocmask,
      N.SYS_nanosleep,
    ])
      this.on(num, zero);
    this.on(N.SYS_getpid, () => [this.current.pid, this.current.ppid]);
    this.on(N.SYS_getppid, () => this.current.ppid);
    this.on(N.SYS_getpgrp, () => this.current.pgrp);
    this.on(N.SYS_getgroups, () => 0);
    this.on(N.SYS_setpgid, (a) => {
      this.current.pgrp = a(1) || this.current.pid;
      return 0;
    });
    this.on(N.SYS_kill, (a) => {
      if (a(0) > 0 && !this.procs.has(a(0))) throw new Errno(E.ESRCH);
      if (a(1) !== 0) this.onSignal(Math.abs(a(0)), a(1));
      return 0;
    });
    this.on(N.SYS_clock_gettime, (a) => {
      this.u8.fill(0, a(1), a(1) + 16);
      this.view.setUint32(a(1), 1_500_000_000, true);
      return 0;
    });
    this.on(N.SYS_getrlimit, (a) => {
      this.view.setUint32(a(1), 0xffffffff, true);
      this.view.setUint32(a(1) + 4, 0x7fffffff, true);
      this.u8.copyWithin(a(1) + 8, a(1), a(1) + 8);
      return 0;
    });
    this.on(N.SYS___sysctl, (a) => {
      const mib = Array.from({ length: a(1) }, (_, i) => this.view.getInt32(a(0) + 4 * i, true)).join('.');
      const values: Readonly<Record<string, string>> = {
        '1.1': 'NetBSD',
        '1.2': '7.99.34',
        '1.4': 'fake',
        '1.10': 'fakehost',
        '6.1': 'wasm32',
        '6.10': 'wasm32',
      };
      const value = values[mib];
      if (value === undefined) throw new Errno(E.ENOENT);
      this.u8.set(encode(`${value}\0`), a(2));
      this.view.setUint32(a(3), value.length + 1, true);
      return 0;
    });
  }
}
