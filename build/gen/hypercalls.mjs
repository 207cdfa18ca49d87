// SPDX-License-Identifier: BSD-2-Clause
/** rumpuser.master, rumpcomp.master -> rump/rumpuser.gen.h, rump/rumpcomp.gen.h, hypercall-js/imports.gen.ts */
import { cHead, declare, isPointer, isWide, parseArgs, readMaster, tsHead } from './master.mjs';

export function hypercallFiles(dir) {
  const user = read(dir, 'rumpuser');
  const comp = read(dir, 'rumpcomp');
  return {
    'kernel-wasm/include/rump/rumpuser.gen.h': header('rumpuser', user, USER_PREAMBLE),
    'kernel-wasm/include/rump/rumpcomp.gen.h': header('rumpcomp', comp, ''),
    'hypercall-js/imports.gen.ts': typescript(user, comp),
  };
}

function read(dir, module) {
  return readMaster(dir, `${module}.master`).map(([name, ret, blocks, args]) => ({
    module,
    name: `${module}_${name.replace('!', '')}`,
    imported: !name.endsWith('!'),
    ret,
    blocks,
    args: parseArgs(args),
  }));
}

const USER_PREAMBLE = `
struct evcnt;
struct lwp;
struct modinfo;
struct rump_component;
struct rumpuser_cv;
struct rumpuser_hyperup;
struct rumpuser_iovec;
struct rumpuser_mtx;
struct rumpuser_rw;

typedef void (*rump_biodone_fn)(void *, size_t, int);
typedef void (*rump_modinit_fn)(const struct modinfo *const *, size_t);
typedef int (*rump_symload_fn)(void *, uint64_t, char *, uint64_t);
typedef void (*rump_compload_fn)(const struct rump_component *);
typedef void (*rump_evcntattach_fn)(struct evcnt *);
`;

function header(module, calls, preamble) {
  const guard = `_RUMP_${module.toUpperCase()}_GEN_H_`;
  const lines = calls.map((c) => {
    const ret = c.ret === 'noreturn' ? 'void' : c.ret;
    const args = c.args.length === 0 ? 'void' : c.args.map((a) => a.decl).join(', ');
    const tail = c.ret === 'noreturn' ? ' __attribute__((__noreturn__))' : '';
    const format = c.args.at(-1)?.type === '...' ? ' __attribute__((__format__(__printf__, 1, 2)))' : '';
    const attr = c.imported ? ` RUMP_IMPORT("${module}", "${c.name}")` : '';
    return `${declare(ret, c.name)}(${args})${tail}${format}${attr};\n`;
  });
  return `${cHead(`${module}.master`, `Prototypes of the ${module} hypercalls.  Include rump/${module}.h instead.`)}
#ifndef ${guard}
#define ${guard}

#ifndef RUMP_IMPORT
#ifdef __wasm__
#define	RUMP_IMPORT(m, n) \\
	__attribute__((__import_module__(m), __import_name__(n)))
#else
#define	RUMP_IMPORT(m, n)
#endif
#endif
${preamble}
${lines.join('')}
#endif /* ${guard} */
`;
}

function kind(type) {
  if (type === '...') return 'va';
  if (isWide(type)) return 'i64';
  if (type.startsWith('const char *')) return 'string';
  if (isPointer(type)) return type.endsWith('_fn') || type.includes('(*)') ? 'fn' : 'ptr';
  if (type === 'size_t') return 'size';
  return 'int';
}

const tsType = (k) => (k === 'i64' ? 'bigint' : 'number');
const tsReturn = (ret) => (ret === 'void' ? 'void' : ret === 'noreturn' ? 'never' : 'number');

function typescript(user, comp) {
  const member = (c) => {
    const args = c.args.map((a) => `${a.name}: ${tsType(kind(a.type))}`).join(', ');
    return `  ${c.name}(${args}): ${tsReturn(c.ret)};\n`;
  };
  const row = (c) => {
    const args = c.args.map((a) => `{ name: '${a.name}', kind: '${kind(a.type)}' }`).join(', ');
    return `  { module: '${c.module}', name: '${c.name}', ret: '${tsReturn(c.ret)}', blocks: '${c.blocks}', args: [${args}] },\n`;
  };
  const u = user.filter((c) => c.imported);
  return `${tsHead('rumpuser.master and rumpcomp.master', 'What a kernel module imports. Pointers, sizes and ints are numbers (i32), 64-bit integers bigints (i64).')}/** rumpuser(3) version 17 as a wasm module imports it. */
export interface RumpuserImports {
${u.map(member).join('')}}

/** The component hypercalls of Rumpus. */
export interface RumpcompImports {
${comp.map(member).join('')}}

/** How the trace formatter shows an argument. */
export type HypercallArgKind = 'int' | 'size' | 'i64' | 'ptr' | 'string' | 'fn' | 'va';

export interface HypercallDesc {
  readonly module: 'rumpuser' | 'rumpcomp';
  readonly name: string;
  readonly ret: 'void' | 'never' | 'number';
  /** yes: gives up the kernel CPU around the wait; nowrap: may sleep, keeps it; no: short. */
  readonly blocks: 'yes' | 'nowrap' | 'no';
  readonly args: readonly { readonly name: string; readonly kind: HypercallArgKind }[];
}

// biome-ignore format: one row a hypercall
export const HYPERCALLS: readonly HypercallDesc[] = [
${[...u, ...comp].map(row).join('')}];

export const RUMPUSER_NAMES: readonly (keyof RumpuserImports)[] = [
${u.map((c) => `  '${c.name}',\n`).join('')}];

export const RUMPCOMP_NAMES: readonly (keyof RumpcompImports)[] = [
${comp.map((c) => `  '${c.name}',\n`).join('')}];
`;
}
