// SPDX-License-Identifier: BSD-2-Clause

import { sizeNumber } from '../lib/format.ts';
import { concat } from '../lib/input_stream.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../librump/constants.gen.ts';
import { ProgramEnd } from '../librump/program_end.ts';
import { SIGINFO, SIGINT } from '../librump/signal_names.ts';
import { isErrno, SyscallError } from '../librump/syscall_error.ts';

/** dd(1): if= of= bs= ibs= obs= count= skip= seek= conv= msgfmt=quiet. */
export const dd: Program = (ctx) => new Dd(ctx).run();

class Dd {
  private readonly options = new Map<string, string>();
  private readonly conv: ReadonlySet<string>;
  private readonly start: number;
  private inFull = 0;
  private inPart = 0;
  private outFull = 0;
  private outPart = 0;
  private bytes = 0;
  private stopping = false;

  constructor(private readonly ctx: ProgramContext) {
    const known = [
      'if',
      'of',
      'bs',
      'ibs',
      'obs',
      'count',
      'skip',
      'iseek',
      'seek',
      'oseek',
      'conv',
      'msgfmt',
      'progress',
      'iflag',
      'oflag',
      'files',
      'cbs',
    ];
    for (const arg of ctx.argv.slice(1)) {
      const eq = arg.indexOf('=');
      if (eq < 0) ctx.fail(`unknown operand ${arg}`);
      const key = arg.slice(0, eq);
      if (!known.includes(key)) ctx.fail(`unknown operand ${key}`);
      this.options.set(key, arg.slice(eq + 1));
    }
    this.conv = new Set((this.options.get('conv') ?? '').split(',').filter((c) => c !== ''));
    for (const c of this.conv)
      if (!['notrunc', 'noerror', 'sync', 'swab', 'lcase', 'ucase', 'sparse', 'fsync'].includes(c))
        ctx.fail(`unknown conversion ${c}`);
    this.start = ctx.host.now();
  }

  private size(key: string, otherwise: number): number {
    const text = this.options.get(key);
    if (text === undefined) return otherwise;
    const n = sizeNumber(text);
    if (n === undefined) this.ctx.fail(`${key}: illegal numeric value`);
    return n as number;
  }

  run(): number {
    const { ctx } = this;
    const { sys } = ctx;
    const bs = this.options.has('bs') ? this.size('bs', 512) : undefined;
    const ibs = bs ?? this.size('ibs', 512);
    const obs = bs ?? this.size('obs', 512);
    if (ibs <= 0 || obs <= 0) ctx.fail('block size must be positive');
    const count = this.options.has('count') ? this.size('count', 0) : Number.POSITIVE_INFINITY;
    const input = this.openInput(this.size('skip', this.size('iseek', 0)), ibs);
    const output = this.openOutput(this.size('seek', this.size('oseek', 0)), obs);
    sys.sigaction(SIGINFO, { restart: true, handler: () => this.summary() });
    sys.sigaction(SIGINT, {
      restart: false,
      handler: () => {
        this.stopping = true;
      },
    });
    let held: Uint8Array[] = [];
    let heldSize = 0;
    try {
      for (let n = 0; n < count && !this.stopping; n++) {
        const block = this.readBlock(input, ibs);
        if (block === undefined) break;
        if (bs !== undefined) {
          this.writeBlock(output, block, obs);
          continue;
        }
        held.push(block);
        heldSize += block.length;
        if (heldSize < obs) continue;
        const all = concat(held);
        let at = 0;
        for (; at + obs <= all.length; at += obs) this.writeBlock(output, all.subarray(at, at + obs), obs);
        held = at < all.length ? [all.slice(at)] : [];
        heldSize = all.length - at;
      }
      if (heldSize > 0) this.writeBlock(output, concat(held), obs);
      if (this.sparseTail) sys.ftruncate(output, sys.lseek(output, 0, 1));
      if (this.conv.has('fsync')) sys.fsync(output);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      ctx.warn(
        `${error.call === 'read' ? (this.options.get('if') ?? 'stdin') : (this.options.get('of') ?? 'stdout')}: ${error.message}`,
      );
    }
    this.summary();
    if (this.stopping) throw new ProgramEnd(130, SIGINT);
    return ctx.status;
  }

  private sparseTail = false;

  private openInput(skip: number, ibs: number): number {
    const { ctx } = this;
    const name = this.options.get('if');
    try {
      const fd = name === undefined ? 0 : ctx.sys.open(name, O_RDONLY);
      if (skip > 0) {
        try {
          ctx.sys.lseek(fd, skip * ibs, 0);
        } catch (error) {
          if (!isErrno(error, 'ESPIPE')) throw error;
          for (let i = 0; i < skip; i++) this.readFull(fd, ibs);
        }
      }
      return fd;
    } catch (error) {
      return ctx.failError(name ?? 'stdin', error);
    }
  }

  private openOutput(seek: number, obs: number): number {
    const { ctx } = this;
    const name = this.options.get('of');
    if (name === undefined) return 1;
    try {
      let fd: number;
      const truncate = this.conv.has('notrunc') || seek > 0 ? 0 : O_TRUNC;
      try {
        fd = ctx.sys.open(name, O_RDWR | O_CREAT | truncate, 0o666);
      } catch (error) {
        if (!isErrno(error, 'EACCES')) throw error;
        fd = ctx.sys.open(name, O_WRONLY | O_CREAT | truncate, 0o666);
      }
      if (seek > 0) {
        ctx.sys.lseek(fd, seek * obs, 0);
        const kind = ctx.sys.fstat(fd).mode & 0o170000;
        if (!this.conv.has('notrunc') && kind === 0o100000) ctx.sys.ftruncate(fd, seek * obs);
      }
      return fd;
    } catch (error) {
      return ctx.failError(name, error);
    }
  }

  private readFull(fd: number, size: number): Uint8Array {
    const { sys } = this.ctx;
    if (size <= 65536) return sys.read(fd, size);
    const parts: Uint8Array[] = [];
    for (let left = size; left > 0; ) {
      const part = sys.read(fd, Math.min(left, 65536));
      if (part.length === 0) break;
      parts.push(part);
      left -= part.length;
    }
    return concat(parts);
  }

  private readBlock(fd: number, size: number): Uint8Array | undefined {
    let block: Uint8Array;
    try {
      block = this.readFull(fd, size);
    } catch (error) {
      if (isErrno(error, 'EINTR')) return undefined;
      if (!this.conv.has('noerror') || !(error instanceof SyscallError)) throw error;
      this.ctx.warnError(this.options.get('if') ?? 'stdin', error);
      this.summary();
      this.ctx.sys.lseek(fd, size, 1);
      block = new Uint8Array(this.conv.has('sync') ? size : 0);
      this.inPart++;
      return this.convert(block);
    }
    if (block.length === 0) return undefined;
    if (block.length === size) this.inFull++;
    else {
      this.inPart++;
      if (this.conv.has('sync')) {
        const padded = new Uint8Array(size);
        padded.set(block);
        block = padded;
      }
    }
    return this.convert(block);
  }

  private convert(block: Uint8Array): Uint8Array {
    if (this.conv.has('swab'))
      for (let i = 0; i + 1 < block.length; i += 2) {
        const b = block[i] as number;
        block[i] = block[i + 1] as number;
        block[i + 1] = b;
      }
    const lower = this.conv.has('lcase');
    if (lower || this.conv.has('ucase'))
      for (let i = 0; i < block.length; i++) {
        const b = block[i] as number;
        if (lower ? b >= 65 && b <= 90 : b >= 97 && b <= 122) block[i] = b ^ 32;
      }
    return block;
  }

  private writeBlock(fd: number, block: Uint8Array, size: number): void {
    this.sparseTail = false;
    if (this.conv.has('sparse') && block.every((b) => b === 0)) {
      this.ctx.sys.lseek(fd, block.length, 1);
      this.sparseTail = true;
    } else this.ctx.sys.writeAll(fd, block);
    this.bytes += block.length;
    if (block.length === size) this.outFull++;
    else this.outPart++;
  }

  private summary(): void {
    if (this.options.get('msgfmt') === 'quiet') return;
    const seconds = Math.max(0.001, (this.ctx.host.now() - this.start) / 1000);
    this.ctx.err.write(`${this.inFull}+${this.inPart} records in\n${this.outFull}+${this.outPart} records out\n`);
    this.ctx.err.write(
      `${this.bytes} bytes transferred in ${seconds.toFixed(3)} secs (${Math.floor(this.bytes / seconds)} bytes/sec)\n`,
    );
    this.ctx.err.flush();
  }
}
