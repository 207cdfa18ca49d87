// SPDX-License-Identifier: BSD-2-Clause
/** ktrace(1) and kdump(1). */

import { decode, decodeZ } from '../lib/bytes.ts';
import { spawnChild, waitChild } from '../lib/child.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import * as C from '../librump/constants.gen.ts';
import { SIGNAMES } from '../librump/signal_names.ts';
import { errnoName, strerror } from '../librump/strerror.ts';
import { readS64 } from '../librump/struct_codec.ts';
import { ktr_header } from '../librump/structs.gen.ts';
import { syscallByNumber } from '../librump/syscall_name.ts';

const LETTERS: Readonly<Record<string, number>> = {
  a: C.KTRFAC_EXEC_ARG,
  c: C.KTRFAC_SYSCALL | C.KTRFAC_SYSRET,
  e: C.KTRFAC_EMUL,
  i: C.KTRFAC_GENIO,
  l: C.KTRFAC_MIB,
  n: C.KTRFAC_NAMEI,
  s: C.KTRFAC_PSIG,
  u: C.KTRFAC_USER,
  v: C.KTRFAC_EXEC_ENV,
  w: C.KTRFAC_CSW,
};
const DEFAULT =
  C.KTRFAC_SYSCALL | C.KTRFAC_SYSRET | C.KTRFAC_NAMEI | C.KTRFAC_GENIO | C.KTRFAC_PSIG | C.KTRFAC_USER | C.KTRFAC_MIB;
const VERSION_BITS = 2 << 24;

function points(ctx: ProgramContext, text: string): number {
  let bits = 0;
  for (const c of text) {
    if (c === '+') bits |= DEFAULT;
    else if (c === 'A') for (const v of Object.values(LETTERS)) bits |= v;
    else bits |= LETTERS[c] ?? ctx.fail(`unknown facility letter ${c} (known: ${Object.keys(LETTERS).join('')})`);
  }
  return bits;
}

export const ktrace: Program = (ctx) => {
  const usage = () =>
    ctx.usage(
      'ktrace [-aCcdinst] [-f trfile] [-p pid] [-t trstr] command [arg ...]',
      'ktrace [-acdi] [-f trfile] [-p pid] [-t trstr] -p pid',
    );
  const { options, rest } = ctx.getopt('aCcdf:g:ip:nst:T', usage);
  const flags = new Map(options.map((o) => [o.flag, o.value]));
  const file = flags.get('f') ?? 'ktrace.out';
  let facilities = flags.has('t') ? points(ctx, flags.get('t') as string) : DEFAULT;
  if (flags.has('i')) facilities |= C.KTRFAC_INHERIT;
  facilities |= VERSION_BITS;
  const pidText = flags.get('p') ?? (flags.has('g') ? `-${flags.get('g')}` : undefined);
  const descend = flags.has('d') ? C.KTRFLAG_DESCEND : 0;
  try {
    if (flags.has('C')) {
      ctx.sys.ktrace(undefined, C.KTROP_CLEAR | C.KTRFLAG_DESCEND, facilities, 1);
      return 0;
    }
    if (flags.has('c')) {
      if (pidText !== undefined) ctx.sys.ktrace(undefined, C.KTROP_CLEAR | descend, facilities, Number(pidText));
      else ctx.sys.ktrace(file, C.KTROP_CLEARFILE, facilities, 0);
      return 0;
    }
    if (pidText === undefined && rest.length === 0) usage();
    const fd = ctx.sys.open(file, C.O_WRONLY | C.O_CREAT | (flags.has('a') ? C.O_APPEND : C.O_TRUNC), 0o644);
    ctx.sys.close(fd);
    if (pidText !== undefined) {
      ctx.sys.ktrace(file, C.KTROP_SET | descend, facilities, Number(pidText));
      return 0;
    }
  } catch (error) {
    ctx.failError(file, error);
  }
  // The child turns tracing on for itself while it is current here, so that its first call is seen.
  const pid = spawnChild(ctx, rest, () => ctx.sys.ktrace(file, C.KTROP_SET, facilities, ctx.sys.getpid()));
  return waitChild(ctx, pid);
};

export const kdump: Program = (ctx) => {
  const usage = () => ctx.usage('kdump [-dEnNRTtx] [-f file] [-m maxdata] [-p pid] [-t trstr]');
  const { options } = ctx.getopt('dEe:f:lm:nNp:RTt:x:X:', usage);
  const flags = new Map(options.map((o) => [o.flag, o.value]));
  const file = flags.get('f') ?? 'ktrace.out';
  const wanted = flags.has('t') ? points(ctx, flags.get('t') as string) : ~0;
  const onlyPid = flags.get('p');
  const most = flags.has('m') ? Number(flags.get('m')) : 64;
  ctx.eachInput([file], (input) => {
    const data = input.readAll();
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    let before: number | undefined;
    for (let at = 0; at + ktr_header.size <= data.length; ) {
      const length = view.getInt32(at + ktr_header.ktr_len, true);
      const type = view.getInt16(at + ktr_header.ktr_type, true);
      const pid = view.getInt32(at + ktr_header.ktr_pid, true);
      const body = at + ktr_header.size;
      if (length < 0 || body + length > data.length) {
        ctx.warn('bogus length in the trace file');
        return;
      }
      at = body + length;
      if ((wanted & (1 << type)) === 0 || (onlyPid !== undefined && pid !== Number(onlyPid))) continue;
      const head = body - ktr_header.size;
      const sec = readS64(view, head + ktr_header.ktr_time) + view.getInt32(head + ktr_header.ktr_time + 8, true) / 1e9;
      let line = `${String(pid).padStart(6)} ${String(view.getInt32(head + ktr_header.ktr_lid, true)).padStart(6)} ${decodeZ(data, head + ktr_header.ktr_comm, 17).padEnd(8)} `;
      if (flags.has('T')) line += `${sec.toFixed(9)} `;
      if (flags.has('R')) line += `${(before === undefined ? 0 : sec - before).toFixed(9)} `;
      if (flags.has('E')) line += `${(before === undefined ? 0 : sec - before).toFixed(9)} `;
      before = sec;
      ctx.print(`${line}${record(type, data, view, body, length, most, flags.has('n'))}\n`);
    }
  });
  return ctx.status;
};

function record(
  type: number,
  data: Uint8Array,
  view: DataView,
  at: number,
  length: number,
  most: number,
  plain: boolean,
): string {
  switch (type) {
    case C.KTR_SYSCALL: {
      const num = view.getInt32(at, true);
      const size = view.getInt32(at + 4, true);
      return `CALL  ${call(num, view, at + 8, size, plain)}`;
    }
    case C.KTR_SYSRET: {
      const num = view.getInt16(at, true);
      const error = view.getInt32(at + 4, true);
      const desc = syscallByNumber(num);
      const name = desc?.name ?? `syscall ${num}`;
      if (error === -2) return `RET   ${name} JUSTRETURN`;
      if (error === -3) return `RET   ${name} RESTART`;
      if (error !== 0 && desc?.ret !== 'noerr')
        return `RET   ${name} -1 errno ${error} ${plain ? '' : `${errnoName(error)} `}${strerror(error)}`;
      const value = view.getInt32(at + 8, true);
      const second = length >= 16 ? view.getInt32(at + 12, true) : 0;
      if (desc?.ret === 'i64') return `RET   ${name} ${(second * 4294967296 + (value >>> 0)).toString()}`;
      if (desc?.ret === 'pair') return `RET   ${name} ${number(value)}, ${number(second)}`;
      return `RET   ${name} ${number(value)}`;
    }
    case C.KTR_NAMEI:
      return `NAMI  "${decode(data, at, at + length)}"`;
    case C.KTR_GENIO: {
      const fd = view.getInt32(at, true);
      const bytes = data.subarray(at + 8, at + length);
      const shown = bytes.subarray(0, most);
      const more = bytes.length > shown.length ? ` (${bytes.length - shown.length} more bytes)` : '';
      return `GIO   fd ${fd} ${view.getInt32(at + 4, true) === 0 ? 'read' : 'wrote'} ${bytes.length} bytes\n       "${cString(shown)}"${more}`;
    }
    case C.KTR_PSIG: {
      const signo = view.getInt32(at, true);
      const action = view.getUint32(at + 4, true);
      return `PSIG  SIG${SIGNAMES[signo] ?? signo} ${action === 0 ? 'SIG_DFL' : `caught handler=0x${action.toString(16)}`}`;
    }
    case C.KTR_CSW:
      return `CSW   ${view.getInt32(at, true) === 1 ? 'stop' : 'resume'} ${view.getInt32(at + 4, true) === 1 ? 'user' : 'kernel'}`;
    case C.KTR_USER:
      return `USER  ${decodeZ(data, at, 20)} ${cString(data.subarray(at + 20, at + length))}`;
    case C.KTR_MIB:
      return `MIB   ${Array.from({ length: length / 4 }, (_, i) => view.getInt32(at + 4 * i, true)).join('.')}`;
    default:
      return `${type}    ${length} bytes`;
  }
}

function number(value: number): string {
  return value >= 0 && value < 10 ? String(value) : value < 0 ? String(value) : `${value}/0x${value.toString(16)}`;
}

function call(num: number, view: DataView, at: number, size: number, plain: boolean): string {
  const desc = syscallByNumber(num);
  if (desc === undefined)
    return `[${num}](${Array.from({ length: size / 4 }, (_, i) => `0x${view.getUint32(at + 4 * i, true).toString(16)}`).join(', ')})`;
  const args = desc.args
    .filter((a) => a.kind !== 'pad' && a.offset + 4 <= size)
    .map((a) => {
      if (a.kind === 'i64') return String(readS64(view, at + a.offset));
      const value = view.getInt32(at + a.offset, true);
      if (!plain && desc.name === 'open' && a.name === 'flags') return openFlags(value);
      return a.kind === 'int' && value >= -1 && value < 10
        ? String(value)
        : a.kind === 'int' && a.name === 'mode'
          ? `0${(value >>> 0).toString(8)}`
          : `0x${(value >>> 0).toString(16)}`;
    });
  return `${desc.name}${args.length > 0 ? `(${args.join(', ')})` : ''}`;
}

function openFlags(value: number): string {
  const names = [['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE'][value & 3] as string];
  for (const [n, bit] of [
    ['O_NONBLOCK', 4],
    ['O_APPEND', 8],
    ['O_CREAT', 0x200],
    ['O_TRUNC', 0x400],
    ['O_EXCL', 0x800],
    ['O_DIRECTORY', 0x200000],
    ['O_CLOEXEC', 0x400000],
  ] as const)
    if ((value & bit) !== 0) names.push(n);
  return names.join('|');
}

/** Bytes as in a C string. */
export function cString(bytes: Uint8Array): string {
  let out = '';
  for (const b of bytes) {
    if (b === 10) out += '\\n';
    else if (b === 9) out += '\\t';
    else if (b === 13) out += '\\r';
    else if (b === 34) out += '\\"';
    else if (b === 92) out += '\\\\';
    else if (b === 0) out += '\\0';
    else out += b >= 32 && b < 127 ? String.fromCharCode(b) : `\\x${b.toString(16).padStart(2, '0')}`;
  }
  return out;
}
