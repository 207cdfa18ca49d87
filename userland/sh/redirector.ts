// SPDX-License-Identifier: BSD-2-Clause
import { encode } from '../lib/bytes.ts';
import {
  F_DUPFD_CLOEXEC,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../librump/constants.gen.ts';
import type { Librump } from '../librump/librump.ts';
import { isErrno, SyscallError } from '../librump/syscall_error.ts';
import type { Redirect } from './ast.ts';
import { ShellError } from './shell_error.ts';

/** A redirection whose word has been expanded. */
export interface ReadyRedirect {
  readonly fd: number;
  readonly op: Redirect['op'];
  readonly text: string;
}

/** What a pipe holds without a reader; a longer here-document goes through an unlinked file. */
const PIPE_SAFE = 8192;
const FIRST_SHELL_FD = 10;

/** Descriptors of the current process set as redirections say. */
export class Redirector {
  /** Descriptors of the shell's own, closed in every child. */
  readonly internal = new Set<number>();
  private serial = 0;

  constructor(
    private readonly sys: Librump,
    private readonly noclobber: () => boolean,
  ) {}

  /** Carry out redirections for good (in a child, or `exec`). */
  apply(redirects: readonly ReadyRedirect[]): void {
    for (const r of redirects) this.one(r);
  }

  /** The same in a child that has closed the shell's own descriptors. */
  applyInChild(redirects: readonly ReadyRedirect[]): void {
    const kept = [...this.internal];
    this.internal.clear();
    try {
      this.apply(redirects);
    } finally {
      for (const fd of kept) this.internal.add(fd);
    }
  }

  /** Carry them out and return what undoes them. */
  applySaved(redirects: readonly ReadyRedirect[]): () => void {
    const saved: { fd: number; copy: number }[] = [];
    const undo = () => {
      for (const { fd, copy } of saved.reverse()) {
        if (copy < 0) this.closeQuietly(fd);
        else {
          this.sys.dup2(copy, fd);
          this.sys.close(copy);
          this.internal.delete(copy);
        }
      }
      saved.length = 0;
    };
    try {
      for (const r of redirects) {
        saved.push({ fd: r.fd, copy: this.saveFd(r.fd) });
        this.one(r);
      }
    } catch (error) {
      undo();
      throw error;
    }
    return undo;
  }

  /** Keep a descriptor out of the way; -1 when it is closed. */
  private saveFd(fd: number): number {
    try {
      const copy = this.sys.fcntl(fd, F_DUPFD_CLOEXEC, FIRST_SHELL_FD);
      this.internal.add(copy);
      return copy;
    } catch (error) {
      if (isErrno(error, 'EBADF')) return -1;
      throw error;
    }
  }

  private closeQuietly(fd: number): void {
    try {
      this.sys.close(fd);
    } catch (error) {
      if (!isErrno(error, 'EBADF')) throw error;
    }
  }

  private move(from: number, to: number): void {
    if (from === to) return;
    this.sys.dup2(from, to);
    this.sys.close(from);
  }

  private one(r: ReadyRedirect): void {
    if (r.op === '<&' || r.op === '>&') this.duplicate(r);
    else this.move(this.openFor(r), r.fd);
  }

  private openFor(r: ReadyRedirect): number {
    switch (r.op) {
      case '<':
        return this.open(r.text, O_RDONLY);
      case '<>':
        return this.open(r.text, O_RDWR | O_CREAT);
      case '>':
        return this.noclobber() ? this.openNew(r.text) : this.open(r.text, O_WRONLY | O_CREAT | O_TRUNC);
      case '>>':
        return this.open(r.text, O_WRONLY | O_CREAT | O_APPEND);
      case '<<':
        return this.hereDocument(encode(r.text));
      default:
        return this.open(r.text, O_WRONLY | O_CREAT | O_TRUNC);
    }
  }

  private duplicate(r: ReadyRedirect): void {
    if (r.text === '-') {
      this.closeQuietly(r.fd);
      return;
    }
    if (!/^[0-9]+$/.test(r.text)) throw new ShellError(`Bad fd number: ${r.text}`);
    const from = Number(r.text);
    try {
      if (this.internal.has(from)) throw new SyscallError(9, 'dup2');
      if (from !== r.fd) this.sys.dup2(from, r.fd);
      else this.sys.fcntl(from, 1);
    } catch (error) {
      if (error instanceof SyscallError) throw new ShellError(`${r.text}: ${error.message}`);
      throw error;
    }
  }

  private open(path: string, flags: number): number {
    try {
      return this.sys.open(path, flags, 0o666);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      const create = (flags & O_CREAT) !== 0;
      const why = error.code === 'ENOENT' ? (create ? 'directory nonexistent' : 'no such file') : error.message;
      throw new ShellError(`cannot ${create ? 'create' : 'open'} ${path}: ${why}`);
    }
  }

  private openNew(path: string): number {
    try {
      if ((this.sys.stat(path).mode & 0o170000) !== 0o100000) return this.open(path, O_WRONLY | O_CREAT);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      return this.open(path, O_WRONLY | O_CREAT | O_EXCL);
    }
    throw new ShellError(`cannot create ${path}: file exists`);
  }

  private hereDocument(body: Uint8Array): number {
    if (body.length <= PIPE_SAFE) {
      const [r, w] = this.sys.pipe();
      this.sys.writeAll(w, body);
      this.sys.close(w);
      return r;
    }
    const path = `/tmp/.sh${this.sys.getpid()}.${this.serial++}`;
    const fd = this.open(path, O_RDWR | O_CREAT | O_EXCL);
    this.sys.unlink(path);
    this.sys.writeAll(fd, body);
    this.sys.lseek(fd, 0, 0);
    return fd;
  }
}
