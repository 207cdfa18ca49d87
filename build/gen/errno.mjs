// SPDX-License-Identifier: BSD-2-Clause
/** errno.master -> sys/errno.gen.h, userland/librump/errno.gen.ts, hypercall-js/errno.gen.ts */
import { cHead, readMaster, tsHead } from './master.mjs';

export function errnoFiles(dir) {
  const rows = readMaster(dir, 'errno.master').map(([number, name, text]) => ({ number, name, text }));
  const plain = rows.filter((r) => !r.number.startsWith('='));
  const user = plain.filter((r) => Number(r.number) > 0);
  return {
    'kernel-wasm/include/sys/errno.gen.h': header(rows, user),
    'userland/librump/errno.gen.ts': typescript(rows, user),
    'hypercall-js/errno.gen.ts': typescript(rows, user),
  };
}

function header(rows, user) {
  const line = (r) => {
    const value = r.number.startsWith('=') ? r.number.slice(1) : r.number;
    return `#define\t${r.name}${r.name.length < 8 ? '\t\t' : '\t'}${value.startsWith('-') ? `(${value})` : value}\n`;
  };
  const outside = rows.filter((r) => !r.number.startsWith('-'));
  const inside = rows.filter((r) => r.number.startsWith('-'));
  return `${cHead('errno.master', 'Error numbers.')}
#ifndef _SYS_ERRNO_GEN_H_
#define _SYS_ERRNO_GEN_H_

${outside.map(line).join('')}#define	ELAST		${user.at(-1).number}

/* These never leave the kernel. */
${inside.map(line).join('')}
#endif /* _SYS_ERRNO_GEN_H_ */
`;
}

function typescript(rows, user) {
  const numeric = new Map(rows.map((r) => [r.name, r.number]));
  const value = (r) => (r.number.startsWith('=') ? numeric.get(r.number.slice(1)) : r.number);
  const outside = rows.filter((r) => !r.number.startsWith('-'));
  return `${tsHead('errno.master', 'NetBSD error numbers, their names and messages.')}${outside
    .map((r) => `export const ${r.name} = ${value(r)};\n`)
    .join('')}
/** Name of each error number; index 0 is empty. */
export const ERRNO_NAMES: readonly string[] = [
  '',
${user.map((r) => `  '${r.name}',\n`).join('')}];

/** Message of each error number as strerror(3) gives it. */
export const ERRNO_MESSAGES: readonly string[] = [
  'Undefined error: 0',
${user.map((r) => `  ${JSON.stringify(r.text).includes("'") ? JSON.stringify(r.text) : `'${r.text}'`},\n`).join('')}];

/** Number of an error name, undefined when there is none. */
export const ERRNO_NUMBERS: Readonly<Record<string, number>> = {
${outside.map((r) => `  ${r.name},\n`).join('')}};

/** Name of an error number; \`error N\` when it has none. */
export function errnoName(errno: number): string {
  return ERRNO_NAMES[errno] || \`error \${errno}\`;
}
`;
}
