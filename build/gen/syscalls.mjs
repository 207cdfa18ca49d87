// SPDX-License-Identifier: BSD-2-Clause
/** syscalls.master -> the C side: numbers, argument structures, tables, rump(3) wrappers. */
import { cHead } from './master.mjs';
import { syscallRows } from './syscall_rows.mjs';
import { wrapperFiles } from './syscall_wrappers.mjs';

const MASTER = 'syscalls.master';
/** Size of the system call table (SYS_NSYSENT). */
const NSYSENT = 512;

export function syscallFiles(dir) {
  const rows = syscallRows(dir);
  return {
    'kernel-wasm/include/sys/syscall.gen.h': numbers(rows),
    'kernel-wasm/include/sys/syscallargs.gen.h': argStructs(rows),
    'kernel-wasm/include/rump-sys/syscall.gen.h': tableHeader(),
    'kernel-wasm/rumpkern/sysent_base.gen.c': table(rows, 'K', 'base', 'The system calls of the base kernel.'),
    'kernel-wasm/rumpvfs/sysent_vfs.gen.c': table(rows, 'V', 'vfs', 'The system calls of the vfs faction.'),
    'kernel-wasm/rumpkern/syscallnames.gen.c': names(rows),
    ...wrapperFiles(rows),
  };
}

function numbers(rows) {
  const lines = rows.map((r) => `#define	SYS_${r.sysName}	${r.number}\n`);
  return `${cHead(MASTER, 'System call numbers.')}
#ifndef _SYS_SYSCALL_GEN_H_
#define _SYS_SYSCALL_GEN_H_

${lines.join('')}#define	SYS_MAXSYSCALL	${Math.max(...rows.map((r) => r.number)) + 1}
#define	SYS_NSYSENT	${NSYSENT}

#endif /* _SYS_SYSCALL_GEN_H_ */
`;
}

function argStructs(rows) {
  const structs = new Set();
  for (const r of rows) for (const a of r.args) for (const m of a.type.matchAll(/struct (\w+)/g)) structs.add(m[1]);
  const live = rows.filter((r) => !r.compat);
  const body = live
    .filter((r) => r.args.length > 0)
    .map((r) => {
      const fields = r.args.map((a) => `\tsyscallarg(${a.type}) ${a.name};\n`).join('');
      return `struct sys_${r.kname}_args {\n${fields}};\n`;
    });
  const asserts = live.flatMap((r) => [
    ...r.args.map(
      (a) =>
        `_Static_assert(__builtin_offsetof(struct sys_${r.kname}_args, ${a.name}) == ${a.offset}, "${r.kname}");\n`,
    ),
  ]);
  const protos = live.map((r) => {
    const args = r.args.length > 0 ? `struct sys_${r.kname}_args` : 'void';
    return `int	sys_${r.kname}(struct lwp *, const ${args} *, register_t *);\n`;
  });
  return `${cHead(MASTER, 'Argument blocks and handlers of the system calls.')}
#ifndef _SYS_SYSCALLARGS_GEN_H_
#define _SYS_SYSCALLARGS_GEN_H_

#include <sys/types.h>
#include <sys/select.h>
#include <sys/signal.h>

/* One register slot an argument; 64-bit arguments are 8-aligned (ILP32). */
#ifndef syscallarg
#define	syscallarg(x)	union { register_t pad; x datum; }
#endif
#ifndef SCARG
#define	SCARG(p, k)	((p)->k.datum)
#endif

struct lwp;
${[...structs]
  .sort()
  .map((s) => `struct ${s};\n`)
  .join('')}
${body.join('\n')}
#ifdef __wasm32__
${asserts.join('')}#endif

${protos.join('')}
#endif /* _SYS_SYSCALLARGS_GEN_H_ */
`;
}

function tableHeader() {
  return `${cHead(MASTER, 'System call tables of the factions, and their names.')}
#ifndef _RUMP_SYS_SYSCALL_GEN_H_
#define _RUMP_SYS_SYSCALL_GEN_H_

#include <sys/types.h>

struct lwp;

typedef int sy_call_t(struct lwp *, const void *, register_t *);

struct rump_onesyscall {
	int		ros_num;
	sy_call_t	*ros_handler;
	uint16_t	ros_narg;
	uint16_t	ros_argsize;	/* of the argument block, in bytes */
};

extern const struct rump_onesyscall rump_base_syscalls[];
extern const size_t rump_base_nsyscalls;
extern const struct rump_onesyscall rump_vfs_syscalls[];
extern const size_t rump_vfs_nsyscalls;

/* Indexed by number, NULL where there is no call; SYS_NSYSENT entries. */
extern const char *const syscallnames[];

#endif /* _RUMP_SYS_SYSCALL_GEN_H_ */
`;
}

/*
 * A handler takes its own argument structure; the table wants one type, and wasm traps on
 * a call through another. So each handler gets a stub, which the optimizer merges with it.
 * A handler nobody has written yet is a weak symbol without a value.
 */
function table(rows, faction, name, purpose) {
  const mine = rows.filter((r) => r.faction === faction && r.inTable);
  const stubs = mine.map(
    (r) => `#pragma weak sys_${r.kname}
static int
call_${r.kname}(struct lwp *l, const void *v, register_t *retval)
{

	return sys_${r.kname} != NULL ? sys_${r.kname}(l, v, retval) : ENOSYS;
}
`,
  );
  const lines = mine.map((r) => {
    const size = r.args.length > 0 ? `sizeof(struct sys_${r.kname}_args)` : '0';
    return `\t{ SYS_${r.sysName}, call_${r.kname}, ${r.args.length}, ${size} },\n`;
  });
  return `${cHead(MASTER, purpose)}
#include <sys/param.h>
#include <sys/errno.h>

#include <sys/syscall.gen.h>
#include <sys/syscallargs.gen.h>
#include <rump-sys/syscall.gen.h>

${stubs.join('\n')}
const struct rump_onesyscall rump_${name}_syscalls[] = {
${lines.join('')}};

const size_t rump_${name}_nsyscalls =
    sizeof(rump_${name}_syscalls) / sizeof(rump_${name}_syscalls[0]);
`;
}

function names(rows) {
  return `${cHead(MASTER, 'Names of the system calls, for ktrace and the inspector.')}
#include <sys/types.h>

#include <sys/syscall.gen.h>
#include <rump-sys/syscall.gen.h>

const char *const syscallnames[SYS_NSYSENT] = {
${rows.map((r) => `\t[${r.number}] = "${r.sysName}",\n`).join('')}};
`;
}
