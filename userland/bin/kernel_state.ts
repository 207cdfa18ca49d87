// SPDX-License-Identifier: BSD-2-Clause
/** sysctl(8), dmesg(8), ps(1), fstat(1). */
import { decodeZ, encode } from '../lib/bytes.ts';
import { userName } from '../lib/format.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import {
  CTLFLAG_HEX,
  CTLFLAG_HIDDEN,
  CTLFLAG_UNSIGNED,
  CTLTYPE_NODE,
  type SysctlNode,
  sysctlByName,
  sysctlDescription,
  sysctlLeaves,
} from '../lib/sysctl_tree.ts';
import { readS64, readU64 } from '../librump/struct_codec.ts';
import { kinfo_proc2 } from '../librump/structs.gen.ts';
import { isErrno, SyscallError } from '../librump/syscall_error.ts';

const CTL_KERN = 1;
const KERN_PROC2 = 47;
const KERN_MSGBUF = 53;
const KERN_FILE2 = 77;

export const sysctl: Program = (ctx) => {
  const usage = () => ctx.usage('sysctl [-AdenqxX] [name ...]', 'sysctl [-nq] [-w] name=value ...', 'sysctl -a');
  const { options, rest } = ctx.getopt('AadenqwxX', usage);
  const flags = new Set(options.map((o) => o.flag));
  if (flags.has('a') || flags.has('A')) {
    for (const node of sysctlLeaves(ctx.sys, undefined))
      if (flags.has('A') || (node.flags & CTLFLAG_HIDDEN) === 0) show(ctx, node, flags, true);
    return 0;
  }
  if (rest.length === 0) usage();
  for (const arg of rest) {
    const eq = arg.indexOf('=');
    const name = eq < 0 ? arg : arg.slice(0, eq);
    const node = sysctlByName(ctx.sys, name);
    if (node === undefined) {
      ctx.warn(
        flags.has('q')
          ? `${name}`
          : `second level name '${name.slice(name.lastIndexOf('.') + 1)}' in '${name}' is invalid`.replace(
              /^second/,
              ['top', 'second', 'third', 'fourth'][Math.min(3, name.split('.').length - 1)] as string,
            ),
      );
      continue;
    }
    if (eq >= 0) {
      assign(ctx, node, arg.slice(eq + 1), flags);
      continue;
    }
    if (node.type === CTLTYPE_NODE) {
      for (const leaf of sysctlLeaves(ctx.sys, node)) show(ctx, leaf, flags, true);
      continue;
    }
    show(ctx, node, flags, false);
  }
  return ctx.status;
};

function show(ctx: ProgramContext, node: SysctlNode, flags: ReadonlySet<string>, quiet: boolean): void {
  if (flags.has('d')) {
    ctx.print(`${node.name}: ${sysctlDescription(ctx.sys, node) ?? '(no description)'}\n`);
    return;
  }
  try {
    const text = valueText(node, ctx.sys.sysctl(node.mib), flags);
    if (text === undefined) {
      if (!quiet) ctx.warn(`${node.name}: this type is unknown to this program`);
      return;
    }
    ctx.print(flags.has('n') ? `${text}\n` : flags.has('e') ? `${node.name}=${text}\n` : `${node.name} = ${text}\n`);
  } catch (error) {
    if (!quiet) ctx.warnError(node.name, error);
    else if (!(error instanceof SyscallError)) throw error;
  }
}

function valueText(node: SysctlNode, data: Uint8Array, flags: ReadonlySet<string>): string | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const hex = (node.flags & CTLFLAG_HEX) !== 0 || flags.has('x');
  switch (node.type) {
    case 2: {
      if (data.length < 4) return undefined;
      const values: string[] = [];
      for (let at = 0; at + 4 <= data.length; at += 4) {
        const v = (node.flags & CTLFLAG_UNSIGNED) !== 0 || hex ? view.getUint32(at, true) : view.getInt32(at, true);
        values.push(hex ? `0x${v.toString(16)}` : String(v));
      }
      return values.join(', ');
    }
    case 3:
      return decodeZ(data, 0, data.length).replace(/\n$/, '');
    case 4:
      return data.length < 8
        ? undefined
        : hex
          ? `0x${readU64(view, 0).toString(16)}`
          : String((node.flags & CTLFLAG_UNSIGNED) !== 0 ? readU64(view, 0) : readS64(view, 0));
    case 6:
      return data.length < 1 ? undefined : String(data[0] === 0 ? 0 : 1);
    case 5:
      return structText(node, view);
    default:
      return undefined;
  }
}

/** The structures people look at. */
function structText(node: SysctlNode, view: DataView): string | undefined {
  if (node.name === 'kern.clockrate' && view.byteLength >= 20)
    return `tick = ${view.getInt32(4, true)}, tickadj = ${view.getInt32(8, true)}, hz = ${view.getInt32(0, true)}, profhz = ${view.getInt32(16, true)}, stathz = ${view.getInt32(12, true)}`;
  if (node.name === 'kern.boottime' && view.byteLength >= 8) return new Date(readS64(view, 0) * 1000).toUTCString();
  if (node.name === 'vm.loadavg' && view.byteLength >= 16) {
    const scale = view.getInt32(12, true) || 2048;
    return [0, 4, 8].map((at) => (view.getUint32(at, true) / scale).toFixed(2)).join(' ');
  }
  if (node.name === 'kern.cp_time' && view.byteLength >= 40)
    return ['user', 'nice', 'sys', 'intr', 'idle'].map((n, i) => `${n} = ${readU64(view, i * 8)}`).join(', ');
  return undefined;
}

function assign(ctx: ProgramContext, node: SysctlNode, text: string, flags: ReadonlySet<string>): void {
  let data: Uint8Array;
  if (node.type === 3) data = encode(`${text}\0`);
  else {
    const n = Number(node.type === 6 ? ({ true: 1, false: 0, yes: 1, no: 0 }[text] ?? text) : text);
    if (!Number.isInteger(n) || text.trim() === '') {
      ctx.warn(`'${text}' is not a valid ${node.type === 6 ? 'boolean' : 'integer'}`);
      return;
    }
    data = new Uint8Array(node.type === 4 ? 8 : node.type === 6 ? 1 : 4);
    const view = new DataView(data.buffer);
    if (node.type === 6) data[0] = n === 0 ? 0 : 1;
    else {
      view.setUint32(0, (n % 4294967296) >>> 0, true);
      if (node.type === 4) view.setInt32(4, Math.floor(n / 4294967296), true);
    }
  }
  try {
    const before = valueText(node, ctx.sys.sysctl(node.mib), flags);
    ctx.sys.sysctl(node.mib, data, 0);
    const after = valueText(node, ctx.sys.sysctl(node.mib), flags);
    if (!flags.has('q')) ctx.print(flags.has('n') ? `${after}\n` : `${node.name}: ${before} -> ${after}\n`);
  } catch (error) {
    ctx.warnError(`${node.name}: sysctl() failed with`, error);
  }
}

export const dmesg: Program = (ctx) => {
  const { options } = ctx.getopt('dTt', () => ctx.usage('dmesg [-dTt]'));
  try {
    const bytes = ctx.sys.sysctl([CTL_KERN, KERN_MSGBUF]).filter((b) => b !== 0);
    const text = decodeZ(bytes, 0, bytes.length);
    for (const line of text.split('\n')) {
      if (line === '') continue;
      ctx.print(
        `${options.some((o) => o.flag === 't') ? line.replace(/^\[ *[0-9.]+\] /, '') : line.replace(/^<[0-9]+>/, '')}\n`,
      );
    }
    return 0;
  } catch (error) {
    return ctx.failError('sysctl kern.msgbuf', error);
  }
};

interface Process {
  readonly pid: number;
  readonly ppid: number;
  readonly sid: number;
  readonly pgid: number;
  readonly uid: number;
  readonly stat: number;
  readonly tdev: number;
  readonly comm: string;
}

/** Places inside kinfo_proc2 between the named fields. */
const SID = kinfo_proc2.p_ppid + 4;
const PGID = SID + 4;
const TDEV = 220;

export function processList(ctx: ProgramContext): Process[] {
  const size = kinfo_proc2.size;
  const data = ctx.sys.sysctl([CTL_KERN, KERN_PROC2, 0, 0, size, 90]);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const out: Process[] = [];
  for (let at = 0; at + size <= data.length; at += size)
    out.push({
      pid: view.getInt32(at + kinfo_proc2.p_pid, true),
      ppid: view.getInt32(at + kinfo_proc2.p_ppid, true),
      sid: view.getInt32(at + SID, true),
      pgid: view.getInt32(at + PGID, true),
      uid: view.getUint32(at + kinfo_proc2.p_uid, true),
      stat: view.getInt8(at + kinfo_proc2.p_stat),
      tdev: view.getUint32(at + TDEV, true),
      comm: decodeZ(data, at + kinfo_proc2.p_comm, 24),
    });
  return out.sort((a, b) => a.pid - b.pid);
}

const STATES: Readonly<Record<number, string>> = { 1: 'I', 2: 'R', 3: 'S', 4: 'T', 5: 'Z', 6: 'D', 7: 'O', 8: 'S' };

export const ps: Program = (ctx) => {
  const usage = () => ctx.usage('ps [-AaefjlUuwx] [-o format] [-p pid]');
  const arg = ctx.argv[1] ?? '';
  // "ps aux": letters without a dash.
  const saved = /^[a-zA-Z]+$/.test(arg) ? ['ps', `-${arg}`, ...ctx.argv.slice(2)] : ctx.argv;
  (ctx as { argv: readonly string[] }).argv = saved;
  const { options } = ctx.getopt('AacefjlmN:O:o:p:rSTt:U:uvwWxh', usage);
  const flags = new Map(options.map((o) => [o.flag, o.value]));
  let list: Process[];
  try {
    list = processList(ctx);
  } catch (error) {
    return ctx.failError('sysctl kern.proc2', error);
  }
  const pids = flags.get('p');
  if (pids !== undefined) list = list.filter((p) => pids.split(/[, ]/).includes(String(p.pid)));
  const columns: Readonly<Record<string, readonly [title: string, left: boolean, text: (p: Process) => string]>> = {
    pid: ['PID', false, (p) => String(p.pid)],
    ppid: ['PPID', false, (p) => String(p.ppid)],
    pgid: ['PGID', false, (p) => String(p.pgid)],
    sid: ['SID', false, (p) => String(p.sid)],
    uid: ['UID', false, (p) => String(p.uid)],
    user: ['USER', true, (p) => userName(p.uid)],
    stat: ['STAT', true, (p) => STATES[p.stat] ?? '?'],
    state: ['STAT', true, (p) => STATES[p.stat] ?? '?'],
    comm: ['COMMAND', true, (p) => p.comm],
    command: ['COMMAND', true, (p) => p.comm],
    args: ['COMMAND', true, (p) => p.comm],
    ucomm: ['UCOMM', true, (p) => p.comm],
  };
  const wanted = (
    flags.get('o') ??
    (flags.has('j')
      ? 'user,pid,ppid,pgid,sid,stat,command'
      : flags.has('l')
        ? 'uid,pid,ppid,stat,command'
        : flags.has('u')
          ? 'user,pid,stat,command'
          : 'pid,ppid,stat,command')
  ).split(/[, ]/);
  const cols = wanted.map((w) => columns[w.replace(/=.*/, '')] ?? ctx.fail(`${w}: keyword not found`));
  const rows = [cols.map((c) => c[0]), ...list.map((p) => cols.map((c) => c[2](p)))];
  const widths = cols.map((_, i) => Math.max(...rows.map((r) => (r[i] as string).length)));
  for (const row of rows)
    ctx.print(
      `${row.map((t, i) => (i === row.length - 1 ? t : cols[i]?.[1] ? t.padEnd(widths[i] as number) : t.padStart(widths[i] as number))).join(' ')}\n`,
    );
  return list.length === 0 ? 1 : 0;
};

/** struct kinfo_file, 120 bytes. */
const FILE_SIZE = 120;
const FILE_TYPES = ['?', 'file', 'socket', 'pipe', 'kqueue', 'misc', 'crypto', 'mqueue', 'sem'] as const;
const VTYPES = ['-', 'file', 'dir', 'blk', 'chr', 'link', 'sock', 'fifo', 'bad'] as const;

export const fstat: Program = (ctx) => {
  const usage = () => ctx.usage('fstat [-fn] [-p pid] [-u user] [file ...]');
  const { options } = ctx.getopt('fnp:u:AvM:N:o', usage);
  const only = options.findLast((o) => o.flag === 'p')?.value;
  let list: Process[];
  let data: Uint8Array;
  try {
    list = processList(ctx);
    data = ctx.sys.sysctl([CTL_KERN, KERN_FILE2, 2, only === undefined ? 0 : Number(only), FILE_SIZE, 500]);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EOPNOTSUPP', 'ENOSYS')) return ownFiles(ctx);
    return ctx.failError('sysctl kern.file2', error);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  ctx.print(
    `${'USER'.padEnd(8)} ${'CMD'.padEnd(12)} ${'PID'.padStart(5)} ${'FD'.padStart(4)} ${'TYPE'.padEnd(7)} ${'R/W'.padEnd(4)} ${'OFFSET'.padStart(10)} SIZE\n`,
  );
  for (let at = 0; at + FILE_SIZE <= data.length; at += FILE_SIZE) {
    const pid = view.getUint32(at + 104, true);
    const fd = view.getInt32(at + 108, true);
    const flag = view.getUint32(at + 8, true);
    const type = view.getUint32(at + 16, true);
    const p = list.find((x) => x.pid === pid);
    const command = (p?.comm ?? '?').slice(0, 12);
    const kind = type === 1 ? (VTYPES[view.getUint32(at + 88, true)] ?? 'file') : (FILE_TYPES[type] ?? '?');
    const size = type === 1 ? String(readU64(view, at + 80)) : '-';
    ctx.print(
      `${userName(p?.uid ?? 0).padEnd(8)} ${command.padEnd(12)} ${String(pid).padStart(5)} ${String(fd).padStart(4)} ${kind.padEnd(7)} ${`${(flag & 1) !== 0 ? 'r' : ''}${(flag & 2) !== 0 ? 'w' : ''}`.padEnd(4)} ${String(readU64(view, at + 56)).padStart(10)} ${size}\n`,
    );
  }
  return 0;
};

/** Without kern.file2: the descriptors this program inherited. */
function ownFiles(ctx: ProgramContext): number {
  ctx.print('FD    INODE MODE      SIZE\n');
  for (let fd = 0; fd < 64; fd++) {
    try {
      const st = ctx.sys.fstat(fd);
      ctx.print(
        `${String(fd).padStart(2)} ${String(st.ino).padStart(8)} ${(st.mode & 0o177777).toString(8).padStart(6, '0')} ${String(st.size).padStart(8)}\n`,
      );
    } catch (error) {
      if (!isErrno(error, 'EBADF')) throw error;
    }
  }
  return 0;
}
