// SPDX-License-Identifier: BSD-2-Clause
/**
 * What clients of rump(3) include: constants under RUMP_ names, and vnode operations as functions.
 *
 * constants.master, errno.master -> rump/rumpdefs.gen.h, rump/rumperr.gen.h
 * vnodeops.master                -> rump/rumpvnode_if.gen.h, rumpvfs/rumpvnode_if.gen.c
 */
import { cHead, declare, parseArgs, readMaster } from './master.mjs';

/** Kernel types as a program with foreign headers can say them. */
const NEUTRAL = [
  ['kauth_cred_t', 'struct kauth_cred *'],
  ['off_t', '__INT64_TYPE__'],
  ['daddr_t', '__INT64_TYPE__'],
  ['register_t', 'long'],
  ['vm_prot_t', 'int'],
  ['u_long', 'unsigned long'],
  ['u_int', 'unsigned int'],
  ['size_t', '__SIZE_TYPE__'],
  ['bool', '_Bool'],
];

const DEFS = [
  ['O_', 'RUMP_O_'],
  ['AT_', 'RUMP_AT_'],
  ['MNT_', 'RUMP_MNT_'],
];

export function rumpHeaderFiles(dir) {
  const ops = readMaster(dir, 'vnodeops.master').map(([name, , args]) => ({ name, args: parseArgs(args) }));
  return {
    'kernel-wasm/include/rump/rumpdefs.gen.h': definitions(readMaster(dir, 'constants.master')),
    'kernel-wasm/include/rump/rumperr.gen.h': errors(readMaster(dir, 'errno.master')),
    'kernel-wasm/include/rump/rumpvnode_if.gen.h': operations(ops),
    'kernel-wasm/rumpvfs/rumpvnode_if.gen.c': wrappers(ops),
  };
}

function definitions(rows) {
  const lines = DEFS.flatMap(([prefix, ours]) =>
    rows
      .filter(([p]) => p === prefix)
      .flatMap(([, values]) => values.split(/\s+/).map((v) => v.split('=')))
      .map(([name, value]) => `#define	${ours}${name}	${value.replace(/^0o/, '0')}\n`),
  );
  return `${cHead('constants.master', 'Flags of system calls for programs with other headers.')}
#ifndef _RUMP_RUMPDEFS_GEN_H_
#define _RUMP_RUMPDEFS_GEN_H_

${lines.join('')}
#endif /* _RUMP_RUMPDEFS_GEN_H_ */
`;
}

function errors(rows) {
  const lines = rows
    .filter(([number]) => /^\d+$/.test(number))
    .map(([number, name]) => `#define	RUMP_${name}	${number}\n`);
  return `${cHead('errno.master', 'Error numbers of a rump kernel for programs with other headers.')}
#ifndef _RUMP_RUMPERR_GEN_H_
#define _RUMP_RUMPERR_GEN_H_

${lines.join('')}
#endif /* _RUMP_RUMPERR_GEN_H_ */
`;
}

function neutral(type) {
  let text = type;
  for (const [kernel, ours] of NEUTRAL) text = text.replace(new RegExp(`\\b${kernel}\\b`), ours);
  return text;
}

const wrapperName = (op) => `RUMP_VOP_${op.name.toUpperCase()}`;

function operations(ops) {
  const structs = [
    ...new Set(ops.flatMap((op) => op.args.flatMap((a) => neutral(a.type).match(/struct \w+/g) ?? []))),
  ].sort();
  const prototypes = ops.map(
    (op) => `int	${wrapperName(op)}(${op.args.map((a) => declare(neutral(a.type), a.name)).join(', ')});\n`,
  );
  return `${cHead('vnodeops.master', 'Vnode operations for clients outside the kernel; locks as vnodeops(9) says.')}
#ifndef _RUMP_RUMPVNODE_IF_GEN_H_
#define _RUMP_RUMPVNODE_IF_GEN_H_

${structs.map((s) => `${s};\n`).join('')}
${prototypes.join('')}
#endif /* _RUMP_RUMPVNODE_IF_GEN_H_ */
`;
}

function wrappers(ops) {
  const bodies = ops.map((op) => {
    const params = op.args.map((a) => declare(a.type, a.name)).join(', ');
    return `int
${wrapperName(op)}(${params})
{
	int error;

	rump_schedule();
	error = VOP_${op.name.toUpperCase()}(${op.args.map((a) => a.name).join(', ')});
	rump_unschedule();
	return error;
}
`;
  });
  return `${cHead('vnodeops.master', 'Vnode operations for clients outside the kernel.')}
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <rump/rump.h>
#include <rump/rumpvnode_if.gen.h>

${bodies.join('\n')}`;
}
