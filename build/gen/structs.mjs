// SPDX-License-Identifier: BSD-2-Clause
/** structs.master -> userland/librump/structs.gen.ts, rumpkern/abi_assert.gen.c */
import { cHead, readMaster, tsHead } from './master.mjs';

export function structFiles(dir) {
  const structs = [];
  for (const row of readMaster(dir, 'structs.master')) {
    if (row[0] === 'struct') structs.push({ name: row[1], size: Number(row[2]), header: row[3], fields: [] });
    else structs.at(-1).fields.push({ offset: Number(row[0]), name: row[1], type: row[2] });
  }
  return {
    'userland/librump/structs.gen.ts': typescript(structs),
    'kernel-wasm/rumpkern/abi_assert.gen.c': assertions(structs),
  };
}

function typescript(structs) {
  const block = (s) => `/** struct ${s.name}: byte offsets. */
export const ${s.name} = {
  size: ${s.size},
${s.fields.map((f) => `  /** ${f.type} */\n  ${f.name}: ${f.offset},\n`).join('')}} as const;
`;
  return `${tsHead('structs.master', 'Offsets and sizes of the public structures (ILP32).')}${structs.map(block).join('\n')}`;
}

function assertions(structs) {
  const checked = structs.filter((s) => s.header !== '-');
  const headers = [...new Set(checked.map((s) => s.header))].sort();
  const block = (s) => `CTASSERT_SIZE(${s.name}, ${s.size});
${s.fields.map((f) => `CTASSERT_OFFSET(${s.name}, ${f.name}, ${f.offset});\n`).join('')}`;
  return `${cHead('structs.master', 'The public structures have the layout the ABI says.')}
#include <sys/param.h>
${headers.map((h) => `#include <${h}>\n`).join('')}
#ifdef __wasm32__

#define	CTASSERT_SIZE(s, n) \\
	_Static_assert(sizeof(struct s) == (n), "size of " #s)
#define	CTASSERT_OFFSET(s, f, n) \\
	_Static_assert(__builtin_offsetof(struct s, f) == (n), #s "." #f)

${checked.map(block).join('\n')}
#endif /* __wasm32__ */
`;
}
