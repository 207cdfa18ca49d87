// SPDX-License-Identifier: BSD-2-Clause
/** rump/rump_syscalls.h and rumpkern/rump_syscalls.gen.c: rump_sys_*() of rump(3). */
import { cHead, declare } from './master.mjs';

/** Types a foreign program can have without any header of ours. */
const BUILTIN = {
  size_t: '__SIZE_TYPE__',
  ssize_t: '__PTRDIFF_TYPE__',
  mode_t: '__UINT32_TYPE__',
  uid_t: '__UINT32_TYPE__',
  gid_t: '__UINT32_TYPE__',
  socklen_t: '__UINT32_TYPE__',
  uint32_t: '__UINT32_TYPE__',
  pid_t: '__INT32_TYPE__',
  clockid_t: '__INT32_TYPE__',
  timer_t: '__INT32_TYPE__',
  dev_t: '__UINT64_TYPE__',
  off_t: '__INT64_TYPE__',
  intptr_t: '__INTPTR_TYPE__',
  u_long: 'unsigned long',
  u_int: 'unsigned int',
  fd_set: 'void',
  sigset_t: 'void',
};

const foreign = (type) => type.replace(/\w+/g, (w) => BUILTIN[w] ?? w);

export function wrapperFiles(rows) {
  const calls = rows.filter((r) => r.inTable && r.faction !== 'N');
  return {
    'kernel-wasm/include/rump/rump_syscalls.h': header(calls),
    'kernel-wasm/rumpkern/rump_syscalls.gen.c': source(calls),
  };
}

/** Parameters of the C function: PAD slots are not among them. */
function parameters(r) {
  if (r.name === 'pipe') return 'int *fds';
  const shown = r.args.filter((a) => !a.pad);
  return shown.length === 0 ? 'void' : shown.map((a) => declare(foreign(a.type), a.name)).join(', ');
}

function publicMacro(r) {
  const optional = r.args.find((a) => a.optional);
  const link = `rump___sysimpl_${r.linkName}`;
  if (!optional) return `#define	rump_sys_${r.name} ${link}\n`;
  const kind = optional.type.endsWith('*') ? 'P' : '';
  return `#define	rump_sys_${r.name}(...) \\\n\t${link}(RUMP__OPT${r.args.length}${kind}(__VA_ARGS__, 0, 0))\n`;
}

function header(calls) {
  const structs = new Set();
  for (const r of calls) for (const a of r.args) for (const m of a.type.matchAll(/struct (\w+)/g)) structs.add(m[1]);
  const protos = calls.map((r) => `${declare(foreign(r.ret), `rump___sysimpl_${r.linkName}`)}(${parameters(r)});\n`);
  return `${cHead('syscalls.master', "System calls of a rump kernel, for its clients: -1 and errno on failure.\n *\n * Structures have the layout of NetBSD on this kernel, whatever the client's\n * own headers say; errno is set with rumpuser_seterrno().")}
#ifndef _RUMP_RUMP_SYSCALLS_H_
#define _RUMP_RUMP_SYSCALLS_H_

#ifdef __cplusplus
extern "C" {
#endif

${[...structs]
  .sort()
  .map((s) => `struct ${s};\n`)
  .join('')}
${protos.join('')}
/* The last argument of these may be left out. */
#define	RUMP__OPT3(a, b, c, ...)	a, b, c
#define	RUMP__OPT3P(a, b, c, ...)	a, b, (void *)(__INTPTR_TYPE__)(c)
#define	RUMP__OPT4(a, b, c, d, ...)	a, b, c, d

${calls.map(publicMacro).join('')}
#ifdef __cplusplus
}
#endif

#endif /* _RUMP_RUMP_SYSCALLS_H_ */
`;
}

function resultExpression(r) {
  const type = foreign(r.ret);
  if (r.ret === 'off_t') return 'rump__wide(rv)';
  return `(${type})rv[0]`;
}

function wrapper(r) {
  const struct = `struct sys_${r.kname}_args`;
  const fill = r.args
    .filter((a) => !a.pad)
    .map((a) => `\t\t.${a.name}.datum = ${a.name},\n`)
    .join('');
  const hasArgs = r.args.length > 0;
  const block = hasArgs ? `\t${struct} args = {\n${fill}\t};\n` : '';
  const call = `rump_syscall(SYS_${r.sysName}, ${hasArgs ? '&args, sizeof(args)' : 'NULL, 0'}, rv)`;
  const head = `${declare(foreign(r.ret), '').trim()}
rump___sysimpl_${r.linkName}(${parameters(r)})
{
	register_t rv[2] = { 0, 0 };
${block}`;
  if (r.ret === 'void') return `${head}\n\t(void)${call};\n}\n`;
  if (r.noerr) {
    return `${head}\tint error = ${call};\n\n\treturn error != 0 ? (${foreign(r.ret)})error : ${resultExpression(r)};\n}\n`;
  }
  const pair =
    r.name === 'pipe'
      ? '\tif (error == 0) {\n\t\tfds[0] = (int)rv[0];\n\t\tfds[1] = (int)rv[1];\n\t\trv[0] = 0;\n\t}\n'
      : '';
  return `${head}\tint error = ${call};

${pair}	rumpuser_seterrno(error);
	return error != 0 ? (${foreign(r.ret)})-1 : ${resultExpression(r)};
}
`;
}

function source(calls) {
  return `${cHead('syscalls.master', 'rump_sys_*(): fill the argument block, enter the kernel, set errno.')}
#include <sys/param.h>

#include <sys/syscall.gen.h>
#include <sys/syscallargs.gen.h>

#include <rump/rump_syscalls.h>
#include <rump/rumpuser.h>

int rump_syscall(int, void *, size_t, register_t *);

static inline int64_t
rump__wide(const register_t rv[2])
{

	if (sizeof(register_t) == sizeof(int64_t))
		return (int64_t)rv[0];
	return (int64_t)((uint64_t)(uint32_t)rv[1] << 32 | (uint32_t)rv[0]);
}

${calls.map(wrapper).join('\n')}`;
}
