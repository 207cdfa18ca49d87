// SPDX-License-Identifier: BSD-2-Clause
/** syscalls.master -> userland/librump/syscalls.gen.ts: the table and the raw client. */
import { isPointer, tsHead } from './master.mjs';
import { syscallRows } from './syscall_rows.mjs';

const RESERVED = new Set(['in', 'new', 'delete', 'class', 'function', 'with']);

export function syscallClientFiles(dir) {
  const rows = syscallRows(dir);
  return { 'userland/librump/syscalls.gen.ts': client(rows) };
}

function kind(a) {
  if (a.pad) return 'pad';
  if (a.wide) return 'i64';
  if (a.type === 'const char *') return 'string';
  return isPointer(a.type) ? 'ptr' : 'int';
}

function retKind(r) {
  if (r.ret === 'off_t') return 'i64';
  if (r.name === 'pipe') return 'pair';
  return r.noerr ? 'noerr' : 'i32';
}

const paramName = (a) => (RESERVED.has(a.name) ? `${a.name}_` : a.name);

function method(r) {
  const shown = r.args.filter((a) => !a.pad);
  const params = shown.map((a) => {
    const type = isPointer(a.type) ? 'GuestPtr' : 'number';
    return a.optional ? `${paramName(a)}: ${type} = 0` : `${paramName(a)}: ${type}`;
  });
  const stores = r.args.flatMap((a) => {
    const at = a.offset === 0 ? 'a' : `a + ${a.offset / 4}`;
    if (a.pad) return [`w[${at}] = 0;`];
    if (!a.wide) return [`w[${at}] = ${paramName(a)};`];
    return [`w[${at}] = ${paramName(a)};`, `w[a + ${a.offset / 4 + 1}] = Math.floor(${paramName(a)} / 0x100000000);`];
  });
  const head =
    stores.length > 0
      ? `    const w = this.words;\n    const a = this.argsIndex;\n${stores.map((s) => `    ${s}\n`).join('')}`
      : '';
  const call = `this.call(${r.number}, this.args, ${r.argsize}, this.ret)`;
  return `  /** ${r.number} ${r.sysName}: ${r.noerr ? 'noerr ' : ''}${r.ret} */
  ${r.name}(${params.join(', ')}): number {
${head}    return ${result(r)}(${call});
  }
`;
}

function result(r) {
  if (r.ret === 'off_t') return 'this.wide';
  if (r.ret === 'long') return 'this.limit';
  return r.noerr ? 'this.value' : 'this.int';
}

function client(rows) {
  const calls = rows.filter((r) => r.inTable && r.faction !== 'N');
  const shown = rows.filter((r) => !r.compat);
  const row = (r) => {
    const args = r.args.map((a) => `{ name: '${a.name}', kind: '${kind(a)}', offset: ${a.offset} }`).join(', ');
    return `  { name: '${r.name}', sysName: '${r.sysName}', number: ${r.number}, size: ${r.argsize}, ret: '${retKind(r)}', args: [${args}] },\n`;
  };
  return `${tsHead('syscalls.master', 'System call numbers, argument layouts (ILP32) and a client without conversions.')}import type { GuestPtr } from '../abi.ts';

export type SyscallArgKind = 'int' | 'ptr' | 'string' | 'i64' | 'pad';

export interface SyscallDesc {
  readonly name: string;
  /** Name of the number: SYS_<sysName>. */
  readonly sysName: string;
  readonly number: number;
  /** Bytes of the argument block. */
  readonly size: number;
  /** noerr: the value itself, never an errno; pair: a second value in retval[1]. */
  readonly ret: 'i32' | 'i64' | 'pair' | 'noerr';
  readonly args: readonly { readonly name: string; readonly kind: SyscallArgKind; readonly offset: number }[];
}

${shown.map((r) => `export const SYS_${r.name} = ${r.number};\n`).join('')}
// biome-ignore format: one row a system call
export const SYSCALLS: readonly SyscallDesc[] = [
${shown.map(row).join('')}];

/** rump_syscall(num, args, argslen, retval): the kernel's errno. */
export type SyscallEntry = (num: number, args: number, size: number, ret: number) => number;

/** Bytes of guest memory a RawSyscalls needs: the largest argument block and retval[2]. */
export const RAW_SYSCALLS_BYTES = ${Math.max(...shown.map((r) => r.argsize)) + 8};

/**
 * One method a system call, numbers and guest addresses in, number out.
 *
 * A method returns the value (>= 0) or minus the errno; nothing is thrown and nothing allocated.
 * 64-bit arguments and results are numbers (exact up to 2^53). Calls that cannot fail (noerr)
 * return the value as unsigned. A limit of pathconf(2) that does not exist is Infinity.
 * The second value of getpid, getuid, getgid and pipe is in \`second\` until the next call.
 */
export class RawSyscalls {
  private readonly call: SyscallEntry;
  private readonly words: Int32Array;
  private readonly args: GuestPtr;
  private readonly argsIndex: number;
  private readonly ret: GuestPtr;
  private readonly retIndex: number;

  /** @param block RAW_SYSCALLS_BYTES of guest memory, 8-aligned, of this client alone */
  constructor(call: SyscallEntry, memory: WebAssembly.Memory, block: GuestPtr) {
    this.call = call;
    this.words = new Int32Array(memory.buffer);
    this.ret = block;
    this.retIndex = block >> 2;
    this.args = block + 8;
    this.argsIndex = (block + 8) >> 2;
  }

  /** retval[1] of the last call. */
  get second(): number {
    return this.words[this.retIndex + 1] as number;
  }

  private int(error: number): number {
    return error !== 0 ? -error : (this.words[this.retIndex] as number);
  }

  private value(error: number): number {
    return error !== 0 ? error : (this.words[this.retIndex] as number) >>> 0;
  }

  private limit(error: number): number {
    if (error !== 0) return -error;
    const value = this.words[this.retIndex] as number;
    return value < 0 ? Number.POSITIVE_INFINITY : value;
  }

  private wide(error: number): number {
    if (error !== 0) return -error;
    const low = (this.words[this.retIndex] as number) >>> 0;
    return (this.words[this.retIndex + 1] as number) * 0x100000000 + low;
  }

${calls.map(method).join('\n')}}
`;
}
