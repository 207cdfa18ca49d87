// SPDX-License-Identifier: BSD-2-Clause
import { decode, encode } from '../lib/bytes.ts';
import { modeString, strftime } from '../lib/format.ts';
import type { Program } from '../lib/program.ts';
import * as CONSTANTS from '../librump/constants.gen.ts';
import type { Librump } from '../librump/librump.ts';
import { errnoName, strerror } from '../librump/strerror.ts';
import { readDirents, readS64, readStat, readStatvfs, readTimespec, writeTimespec } from '../librump/struct_codec.ts';
import { SYSCALLS, type SyscallDesc } from '../librump/syscalls.gen.ts';
import { cString } from './ktrace.ts';

const BUFFER = 65536;
const SHOWN_BYTES = 256;

/** What a pointer argument of a call is, by call and argument name, for decoding afterwards. */
type Shape = 'stat' | 'statvfs' | 'timespec' | 'dirents' | 'text' | 'bytes' | 'fds' | 'int';

interface Pointer {
  readonly at: number;
  readonly size: number;
  readonly output: boolean;
  readonly shape: Shape;
  readonly name: string;
}

/** The program `sys`. The shell has it built in, so that descriptors stay open from one call to the next. */
export const sys: Program = (ctx) =>
  sysMain(
    ctx.sys,
    ctx.argv,
    (t) => ctx.print(t),
    (m) => ctx.warn(m.replace(/^sys: /, '')),
  );

export function sysMain(
  lib: Librump,
  argv: readonly string[],
  print: (text: string) => void,
  complain: (message: string) => void,
): number {
  const [, name, ...args] = argv;
  if (name === undefined || name === '-h') {
    complain(
      'usage: sys call [argument ...]\n       sys -l [word]        list the calls\nexample: sys open /etc/motd O_RDONLY',
    );
    return 1;
  }
  if (name === '-l') {
    for (const d of SYSCALLS)
      if (d.name.includes(args[0] ?? '')) print(`${String(d.number).padStart(4)}  ${signature(d)}\n`);
    return 0;
  }
  const desc = SYSCALLS.find((d) => d.name === name || d.sysName === name || String(d.number) === name);
  if (desc === undefined) {
    const near = SYSCALLS.filter((d) => d.name.includes(name) || name.includes(d.name)).map((d) => d.name);
    complain(
      `sys: ${name}: no such system call${near.length > 0 ? ` (${near.slice(0, 6).join(', ')}?)` : ' (sys -l lists them)'}`,
    );
    return 1;
  }
  return new RawCall(lib, desc, print, complain).run(args);
}

function signature(d: SyscallDesc): string {
  return `${d.name}(${d.args
    .filter((a) => a.kind !== 'pad')
    .map((a) => (a.kind === 'string' ? `"${a.name}"` : a.kind === 'ptr' ? `*${a.name}` : a.name))
    .join(', ')})`;
}

class BadArgument extends Error {}

class RawCall {
  private readonly held: number[] = [];
  private readonly pointers: Pointer[] = [];

  constructor(
    private readonly lib: Librump,
    private readonly desc: SyscallDesc,
    private readonly print: (text: string) => void,
    private readonly complain: (message: string) => void,
  ) {}

  run(given: readonly string[]): number {
    const { desc, lib } = this;
    const words: number[] = new Array<number>(Math.ceil(desc.size / 4)).fill(0);
    try {
      const args = this.arrange(given);
      desc.args.forEach((a, i) => {
        const text = args[i];
        if (a.kind === 'pad' || text === undefined) return;
        if (a.kind === 'i64') {
          const n = this.integer(text);
          words[a.offset / 4] = (n % 4294967296) | 0;
          words[a.offset / 4 + 1] = Math.floor(n / 4294967296) | 0;
        } else
          words[a.offset / 4] =
            a.kind === 'string'
              ? this.string(text)
              : a.kind === 'ptr'
                ? this.pointer(a.name, text)
                : this.integer(text) | 0;
      });
      return this.make(words);
    } catch (error) {
      if (!(error instanceof BadArgument)) throw error;
      this.complain(`sys: ${error.message}\n       ${signature(desc)}`);
      return 1;
    } finally {
      for (const p of this.held) lib.kernel.free(p);
    }
  }

  /** Fill in what may be left out: buffers for the kernel to write to, trailing optional arguments. */
  private arrange(given: readonly string[]): (string | undefined)[] {
    const { args } = this.desc;
    const real = args.filter((a) => a.kind !== 'pad');
    const pointers = real.filter((a) => a.kind === 'ptr').length;
    const out: (string | undefined)[] = [];
    let i = 0;
    const auto = given.length < real.length && given.length <= real.length - pointers;
    for (const a of args) {
      if (a.kind === 'pad') out.push(undefined);
      else if (auto && a.kind === 'ptr') out.push('_');
      else out.push(given[i++]);
    }
    if (i < given.length) throw new BadArgument(`too many arguments`);
    const missing = args.findIndex((a, k) => a.kind !== 'pad' && out[k] === undefined);
    const optional = ['open', 'openat', 'ioctl', 'fcntl'].includes(this.desc.name) && missing === args.length - 1;
    if (missing >= 0 && !optional) throw new BadArgument(`argument ${args[missing]?.name} is missing`);
    return out;
  }

  private alloc(bytes: number): number {
    const at = this.lib.kernel.malloc(bytes);
    this.held.push(at);
    this.lib.u8.fill(0, at, at + bytes);
    return at;
  }

  private string(text: string): number {
    if (text === 'NULL') return 0;
    const data = encode(text);
    const at = this.alloc(data.length + 1);
    this.lib.u8.set(data, at);
    return at;
  }

  /** Numbers in C's bases, names of constants, joined by "|" (to be quoted in a shell) or ",". */
  private integer(text: string): number {
    return text.split(/[|,]/).reduce((sum, part) => {
      const t = part.trim();
      if (/^-?0[0-7]+$/.test(t)) return or(sum, Number.parseInt(t, 8));
      if (/^-?([0-9]+|0x[0-9a-fA-F]+)$/.test(t)) return or(sum, t.startsWith('-0x') ? -Number(t.slice(1)) : Number(t));
      const value = (CONSTANTS as Readonly<Record<string, unknown>>)[t];
      if (typeof value !== 'number') throw new BadArgument(`${t}: neither a number nor a constant of this kernel`);
      return or(sum, value);
    }, 0);
  }

  private shape(name: string): Shape {
    const call = this.desc.name;
    if (/^(f|l|fh)?stat$|^fstatat$/.test(call)) return 'stat';
    if (/statvfs1$|^getvfsstat$/.test(call)) return 'statvfs';
    if (call === 'getdents') return 'dirents';
    if (call === 'readlink' || call === '__getcwd' || call === '__getlogin') return 'text';
    if (call === 'pipe2') return 'fds';
    if (/^(tp|rqtp|rmtp|ts|timeout|tptr)$/.test(name)) return 'timespec';
    return call === 'read' || call === 'pread' ? 'bytes' : call === 'ioctl' ? 'int' : 'bytes';
  }

  /** NULL, "_" for a buffer the kernel fills, a time for timespecs, else the bytes of the text. */
  private pointer(name: string, text: string): number {
    if (text === 'NULL' || text === '0') return 0;
    const shape = this.shape(name);
    if (text === '_') {
      const at = this.alloc(BUFFER);
      this.pointers.push({ at, size: BUFFER, output: true, shape, name });
      return at;
    }
    if (shape === 'timespec' && /^[0-9]+(\.[0-9]+)?$/.test(text)) {
      const at = this.alloc(32);
      const seconds = Number(text);
      writeTimespec(this.lib.view, at, { sec: Math.floor(seconds), nsec: Math.round((seconds % 1) * 1e9) });
      return at;
    }
    if (this.desc.name === 'fcntl' && /^-?[0-9]+$/.test(text)) return Number(text);
    const data = encode(
      text
        .replace(/\\n/g, '\n')
        .replace(/\\t/g, '\t')
        .replace(/\\0/g, '\0')
        .replace(/\\x([0-9a-f]{2})/gi, (_, h: string) => String.fromCharCode(Number.parseInt(h, 16))),
    );
    const at = this.alloc(data.length + 1);
    this.lib.u8.set(data, at);
    return at;
  }

  private make(words: readonly number[]): number {
    const { lib, desc } = this;
    const block = lib.kernel.malloc(96);
    this.held.push(block);
    words.forEach((w, i) => {
      lib.view.setInt32(block + 4 * i, w, true);
    });
    const ret = block + 80;
    lib.view.setInt32(ret, 0, true);
    lib.view.setInt32(ret + 4, 0, true);
    const entry = lib.kernel.exports['rump_syscall'];
    const errno = Number(entry?.(desc.number, block, desc.size, ret));
    if (errno !== 0) {
      this.print(`= -1 ${errnoName(errno)} (${strerror(errno)})\n`);
      lib.signals.deliver();
      return 1;
    }
    const value = lib.view.getInt32(ret, true);
    const second = lib.view.getInt32(ret + 4, true);
    this.print(`= ${this.result(value, second)}\n`);
    for (const p of this.pointers) if (p.output) this.show(p, value);
    lib.signals.deliver();
    return 0;
  }

  private result(value: number, second: number): string {
    switch (this.desc.ret) {
      case 'i64':
        return String(readS64(new DataView(Int32Array.of(value, second).buffer), 0));
      case 'pair':
        return `${value}, ${second}`;
      case 'noerr':
        if (this.desc.name === 'clock_nanosleep' || this.desc.name.startsWith('posix_f'))
          return value === 0 ? '0' : `${value} ${errnoName(value)} (${strerror(value)})`;
        return String(value);
      default:
        return this.desc.name === 'umask' ? `0${value.toString(8)}` : String(value);
    }
  }

  private show(p: Pointer, value: number): void {
    const { view, u8 } = this.lib;
    switch (p.shape) {
      case 'stat': {
        const st = readStat(view, p.at);
        const time = (t: { sec: number; nsec: number }) =>
          `${strftime('%F %T', t.sec)}.${String(t.nsec).padStart(9, '0')}`;
        this.print(
          `  dev=${st.dev} ino=${st.ino} mode=0${st.mode.toString(8)} (${modeString(st.mode)}) nlink=${st.nlink} uid=${st.uid} gid=${st.gid} rdev=${st.rdev}\n`,
        );
        this.print(
          `  size=${st.size} blocks=${st.blocks} blksize=${st.blksize} flags=0x${st.flags.toString(16)} gen=${st.gen}\n`,
        );
        this.print(
          `  atime=${time(st.atime)} mtime=${time(st.mtime)}\n  ctime=${time(st.ctime)} birthtime=${time(st.birthtime)}\n`,
        );
        return;
      }
      case 'statvfs': {
        const count = this.desc.name === 'getvfsstat' ? value : 1;
        for (let i = 0; i < count; i++) {
          const s = readStatvfs(view, u8, p.at + i * 2232);
          this.print(
            `  ${s.mntfromname} on ${s.mntonname} type ${s.fstypename} flag=0x${s.flag.toString(16)} bsize=${s.bsize} frsize=${s.frsize} blocks=${s.blocks} bfree=${s.bfree} bavail=${s.bavail} files=${s.files} ffree=${s.ffree} namemax=${s.namemax}\n`,
          );
        }
        return;
      }
      case 'timespec': {
        const t = readTimespec(view, p.at);
        if (p.name !== 'rmtp' || t.sec !== 0 || t.nsec !== 0) this.print(`  ${p.name}={${t.sec}, ${t.nsec}}\n`);
        return;
      }
      case 'dirents':
        for (const e of readDirents(view, u8, p.at, value)) this.print(`  ino=${e.ino} type=${e.type} "${e.name}"\n`);
        return;
      case 'text':
        this.print(`  "${decode(u8, p.at, p.at + value).replace(/\0.*$/s, '')}"\n`);
        return;
      case 'fds':
        this.print(`  [${view.getInt32(p.at, true)}, ${view.getInt32(p.at + 4, true)}]\n`);
        return;
      case 'int':
        this.print(`  ${view.getInt32(p.at, true)} (0x${view.getUint32(p.at, true).toString(16)})\n`);
        return;
      case 'bytes': {
        const n = this.desc.name === 'read' || this.desc.name === 'pread' ? value : lastByte(u8, p.at, SHOWN_BYTES);
        if (n > 0)
          this.print(
            `  "${cString(u8.subarray(p.at, p.at + Math.min(n, SHOWN_BYTES)))}"${n > SHOWN_BYTES ? ` ... ${n} bytes` : ''}\n`,
          );
      }
    }
  }
}

/** Bytes up to the last that is not zero. */
function lastByte(u8: Uint8Array, at: number, most: number): number {
  let n = most;
  while (n > 0 && u8[at + n - 1] === 0) n--;
  return n;
}

/** | on numbers that may not fit 32 bits. */
function or(a: number, b: number): number {
  return a === 0 ? b : b === 0 ? a : Math.abs(a) < 4294967296 && Math.abs(b) < 4294967296 ? (a | b) >>> 0 : a + b;
}
