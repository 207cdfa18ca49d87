// SPDX-License-Identifier: BSD-2-Clause
/** head(1), tail(1). */
import type { InputStream } from '../lib/input_stream.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { isRegular } from '../lib/tree_walk.ts';
import { SyscallError } from '../librump/syscall_error.ts';

const EVFILT_READ = 0;
const EVFILT_VNODE = 3;
const EV_ADD = 1;
const EV_CLEAR = 0x20;
const NOTE_WRITE = 2;
const NOTE_EXTEND = 4;
const NOTE_ATTRIB = 8;

/** Options of the old form -N and -N[cl]. */
function oldForm(argv: readonly string[]): string[] {
  return argv.map((a, i) => (i === 1 && /^-[0-9]+$/.test(a) ? `-n${a.slice(1)}` : a));
}

function parse(ctx: ProgramContext, spec: string, usage: () => never) {
  const saved = ctx.argv;
  (ctx as { argv: readonly string[] }).argv = oldForm(saved);
  return ctx.getopt(spec, usage);
}

export const head: Program = (ctx) => {
  const usage = () => ctx.usage('head [-n lines] [-c bytes] [-qv] [file ...]');
  const { options, rest } = parse(ctx, 'c:n:qv', usage);
  let lines = 10;
  let bytes: number | undefined;
  for (const { flag, value } of options) {
    if (flag !== 'n' && flag !== 'c') continue;
    if (!/^[0-9]+$/.test(value) || Number(value) === 0)
      ctx.fail(`illegal ${flag === 'n' ? 'line' : 'byte'} count -- ${value}`);
    if (flag === 'n') lines = Number(value);
    else bytes = Number(value);
  }
  const titles = options.some((o) => o.flag === 'v') || (rest.length > 1 && !options.some((o) => o.flag === 'q'));
  let first = true;
  ctx.eachInput(rest, (input, name) => {
    if (titles) ctx.print(`${first ? '' : '\n'}==> ${name === '-' ? 'stdin' : name} <==\n`);
    first = false;
    if (bytes !== undefined) {
      for (let left = bytes; left > 0; ) {
        const c = input.nextChunk();
        if (c === undefined) break;
        ctx.out.writeBytes(c.subarray(0, left));
        left -= Math.min(left, c.length);
      }
      return;
    }
    for (let n = 0; n < lines; n++) {
      const line = input.readUntil();
      if (line === undefined) break;
      ctx.out.writeBytes(line);
    }
  });
  return ctx.status;
};

export const tail: Program = (ctx) => {
  const usage = () => ctx.usage('tail [-f | -F | -r] [-b # | -c # | -n #] [file ...]');
  const { options, rest } = parse(ctx, 'Ffrb:c:n:qv', usage);
  const how = options.findLast((o) => 'bcn'.includes(o.flag));
  const reverse = options.some((o) => o.flag === 'r');
  const text = how?.value ?? (reverse ? '+1' : '10');
  const m = /^([+-]?)([0-9]+)$/.exec(text);
  if (!m) ctx.fail(`illegal offset -- ${text}`);
  const count = Number(m?.[2]) * (how?.flag === 'b' ? 512 : 1);
  const fromStart = m?.[1] === '+';
  const byBytes = how?.flag === 'c' || how?.flag === 'b';
  const follow = options.some((o) => o.flag === 'f' || o.flag === 'F');
  let first = true;
  ctx.eachInput(rest, (input, name) => {
    if ((rest.length > 1 && !options.some((o) => o.flag === 'q')) || options.some((o) => o.flag === 'v'))
      ctx.print(`${first ? '' : '\n'}==> ${name} <==\n`);
    first = false;
    if (reverse) showReversed(ctx, input, how === undefined ? Number.POSITIVE_INFINITY : count);
    else if (fromStart) showFrom(ctx, input, Math.max(0, count - 1), byBytes);
    else if (byBytes) showLastBytes(ctx, input, count);
    else showLastLines(ctx, input, count);
    if (follow && name === (rest[rest.length - 1] ?? '-')) followFile(ctx, input.fd);
  });
  return ctx.status;
};

function copyRest(ctx: ProgramContext, input: InputStream): void {
  for (let c = input.nextChunk(); c !== undefined; c = input.nextChunk()) ctx.out.writeBytes(c);
}

function showFrom(ctx: ProgramContext, input: InputStream, skip: number, bytes: boolean): void {
  if (bytes) for (let i = 0; i < skip && input.nextByte() >= 0; i++);
  else for (let i = 0; i < skip && input.readUntil() !== undefined; i++);
  copyRest(ctx, input);
}

function showLastLines(ctx: ProgramContext, input: InputStream, count: number): void {
  seekNearEnd(ctx, input.fd, count * 512);
  const kept: Uint8Array[] = [];
  for (let line = input.readUntil(); line !== undefined; line = input.readUntil()) {
    kept.push(line.slice());
    if (kept.length > count) kept.shift();
  }
  for (const line of kept) ctx.out.writeBytes(line);
}

/** On a large regular file start close to its end; when too few lines were there the caller would show too little, so only when lines are surely enough. */
function seekNearEnd(ctx: ProgramContext, fd: number, guess: number): void {
  try {
    const st = ctx.sys.fstat(fd);
    if (!isRegular(st) || st.size < 1 << 20) return;
    let from = Math.max(0, st.size - Math.max(guess, 65536));
    for (; from > 0; from = Math.max(0, from - 65536)) {
      let lines = 0;
      const size = st.size - from;
      for (let at = 0; at < size; at += 65536)
        for (const b of ctx.sys.pread(fd, Math.min(65536, size - at), from + at)) if (b === 10) lines++;
      if (lines > guess / 512 + 1) break;
    }
    ctx.sys.lseek(fd, from, 0);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
  }
}

function showLastBytes(ctx: ProgramContext, input: InputStream, count: number): void {
  let kept = new Uint8Array(0);
  for (let c = input.nextChunk(); c !== undefined; c = input.nextChunk()) {
    const joined = new Uint8Array(kept.length + c.length);
    joined.set(kept);
    joined.set(c, kept.length);
    kept = joined.slice(Math.max(0, joined.length - count));
  }
  ctx.out.writeBytes(kept);
}

function showReversed(ctx: ProgramContext, input: InputStream, count: number): void {
  const lines: Uint8Array[] = [];
  for (let line = input.readUntil(); line !== undefined; line = input.readUntil()) lines.push(line.slice());
  for (const line of lines.reverse().slice(0, count)) ctx.out.writeBytes(line);
}

/** Wait with kqueue for the file to grow. */
function followFile(ctx: ProgramContext, fd: number): void {
  const { sys } = ctx;
  ctx.out.flush();
  const st = sys.fstat(fd);
  const queue = sys.kqueue();
  const filter = isRegular(st) ? EVFILT_VNODE : EVFILT_READ;
  sys.kevent(
    queue,
    [
      {
        ident: fd,
        filter,
        flags: EV_ADD | EV_CLEAR,
        fflags: filter === EVFILT_VNODE ? NOTE_WRITE | NOTE_EXTEND | NOTE_ATTRIB : 0,
        data: 0,
      },
    ],
    0,
    { sec: 0, nsec: 0 },
  );
  for (;;) {
    const size = sys.fstat(fd).size;
    if (filter === EVFILT_VNODE && size < sys.lseek(fd, 0, 1)) {
      ctx.warn('file truncated');
      sys.lseek(fd, 0, 0);
    }
    let total = 0;
    for (let n = sys.readBulk(fd); n > 0; n = sys.readBulk(fd)) {
      for (let done = 0; done < n; ) done += sys.writeBulk(1, n - done, done);
      total += n;
    }
    if (total === 0 && filter === EVFILT_READ) return;
    sys.kevent(queue, [], 1);
  }
}
