// SPDX-License-Identifier: BSD-2-Clause
/** vnodeops.master -> sys/vnode_if.gen.h, rumpvfs/vnode_if.gen.c */
import { cHead, declare, parseArgs, readMaster } from './master.mjs';

export function vnodeFiles(dir) {
  const ops = readMaster(dir, 'vnodeops.master').map(([name, version, args]) => ({
    name,
    version,
    args: parseArgs(args),
  }));
  return {
    'kernel-wasm/include/sys/vnode_if.gen.h': header(ops),
    'kernel-wasm/rumpvfs/vnode_if.gen.c': source(ops),
  };
}

const params = (op) => op.args.map((a) => declare(a.type, a.name)).join(', ');
const offsetName = (op) => `VOP_${op.name.toUpperCase()}_DESCOFFSET`;

function header(ops) {
  const structs = ops.map((op) => {
    const fields = op.args.map((a) => `\t${declare(a.type, `a_${a.name}`)};\n`).join('');
    const alias = op.version === '-' ? '' : `#define	vop_${op.name}_${op.version}_args vop_${op.name}_args\n`;
    return `struct vop_${op.name}_args {
	const struct vnodeop_desc *a_desc;
${fields}};
${alias}extern const struct vnodeop_desc vop_${op.name}_desc;
int	VOP_${op.name.toUpperCase()}(${params(op)});
`;
  });
  return `${cHead('vnodeops.master', 'Arguments, descriptors and entry points of the vnode operations.')}
#ifndef _SYS_VNODE_IF_GEN_H_
#define _SYS_VNODE_IF_GEN_H_

#include <sys/types.h>

typedef int vm_prot_t;

struct buf;
struct componentname;
struct flock;
struct knote;
struct uio;
struct vattr;
struct vm_page;
struct vnode;
struct vnodeop_desc;

/* Slots of an operations vector; slot 0 is the default. */
enum {
	VOP_DEFAULT_DESCOFFSET = 0,
${ops.map((op, i) => `\t${offsetName(op)} = ${i + 1},\n`).join('')}	VNODE_OPS_COUNT = ${ops.length + 1}
};

/* Ends with NULL; slot n describes operation n. */
extern const struct vnodeop_desc *const vfs_op_descs[];
extern const struct vnodeop_desc vop_default_desc;

${structs.join('\n')}
#endif /* _SYS_VNODE_IF_GEN_H_ */
`;
}

function source(ops) {
  const bodies = ops.map((op) => {
    const first = op.args[0].name;
    const init = op.args.map((a) => `\t\t.a_${a.name} = ${a.name},\n`).join('');
    return `const struct vnodeop_desc vop_${op.name}_desc = {
	.vdesc_offset = ${offsetName(op)},
	.vdesc_name = "vop_${op.name}",
};

int
VOP_${op.name.toUpperCase()}(${params(op)})
{
	struct vop_${op.name}_args a = {
		.a_desc = &vop_${op.name}_desc,
${init}	};

	return ${first}->v_op[${offsetName(op)}](&a);
}
`;
  });
  return `${cHead('vnodeops.master', 'Descriptors and entry points of the vnode operations.')}
#include <sys/param.h>
#include <sys/vnode.h>

const struct vnodeop_desc vop_default_desc = {
	.vdesc_offset = VOP_DEFAULT_DESCOFFSET,
	.vdesc_name = "vop_default",
};

${bodies.join('\n')}
const struct vnodeop_desc *const vfs_op_descs[] = {
	&vop_default_desc,
${ops.map((op) => `\t&vop_${op.name}_desc,\n`).join('')}	NULL
};
`;
}
