// SPDX-License-Identifier: BSD-2-Clause
/** constants.master, ioctl.master -> userland/librump/constants.gen.ts, sys/ioctl.gen.h */
import { cHead, readMaster, tsHead } from './master.mjs';

export function constantFiles(dir) {
  const groups = readMaster(dir, 'constants.master').map(([prefix, items]) => ({
    prefix: prefix === '-' ? '' : prefix,
    items: items.split(' ').map((i) => i.split('=')),
  }));
  const ioctls = readMaster(dir, 'ioctl.master').map(([name, value, arg]) => ({ name, value, arg }));
  return {
    'userland/librump/constants.gen.ts': typescript(groups, ioctls),
    'kernel-wasm/include/sys/ioctl.gen.h': header(ioctls),
  };
}

function typescript(groups, ioctls) {
  const line = (prefix, [name, value]) => `export const ${prefix}${name} = ${value};\n`;
  const block = (g) => g.items.map((i) => line(g.prefix, i)).join('');
  return `${tsHead('constants.master and ioctl.master', "Constants of NetBSD's public interface.")}${groups.map(block).join('\n')}
${ioctls.map((i) => `/** Argument: ${i.arg}. */\nexport const ${i.name} = ${i.value};\n`).join('')}
/** Signal names without SIG, by number; index 0 is empty. */
export const SIGNAL_NAMES: readonly string[] = [
  '',
${signalNames(groups)
  .map((n) => `  '${n}',\n`)
  .join('')}];
`;
}

function signalNames(groups) {
  const names = [];
  for (const [name, value] of groups.find((g) => g.prefix === 'SIG').items) names[Number(value) - 1] ??= name;
  return names;
}

function header(ioctls) {
  return `${cHead('ioctl.master', 'ioctl(2) numbers of the ILP32 ABI, the same in every build of the kernel.')}
#ifndef _SYS_IOCTL_GEN_H_
#define _SYS_IOCTL_GEN_H_

${ioctls.map((i) => `#ifndef ${i.name}\n#define	${i.name}	${i.value}UL	/* ${i.arg} */\n#endif\n`).join('')}
#endif /* _SYS_IOCTL_GEN_H_ */
`;
}
