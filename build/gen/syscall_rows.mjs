// SPDX-License-Identifier: BSD-2-Clause
/** syscalls.master as rows, with the derived names and the ILP32 argument layout. */
import { isWide, parseArgs, readMaster } from './master.mjs';

const BUILT = new Set(['-', 'rumpus']);

/**
 * @returns rows {number, name, kname, faction, set, noerr, ret, args, argsize, compat, inTable, sysName, linkName}
 */
export function syscallRows(dir) {
  return readMaster(dir, 'syscalls.master').map(([number, name, kernelName, faction, set, ret, args]) => {
    const kname = kernelName === '-' ? name : kernelName;
    const noerr = ret.startsWith('noerr ');
    const compat = faction === '-';
    const { placed, size } = layout(parseArgs(args));
    return {
      number: Number(number),
      name,
      kname,
      faction,
      set,
      noerr,
      compat,
      ret: noerr ? ret.slice(6) : ret,
      args: placed,
      argsize: size,
      inTable: !compat && BUILT.has(set),
      sysName: compat ? `compat_50_${kname}` : kname.startsWith('__') ? kname : name,
      linkName: linkName(name, kname),
    };
  });
}

/** A version suffix of the kernel name is kept: stat/__stat50 -> stat50, getpid/getpid_with_ppid -> getpid. */
function linkName(name, kname) {
  return kname.startsWith(`__${name}`) ? kname.slice(2) : name;
}

/** Consecutive 4-byte slots, 64-bit values 8-aligned. */
function layout(args) {
  let offset = 0;
  let align = 4;
  const placed = args.map((a) => {
    const wide = isWide(a.type);
    if (wide) {
      offset = (offset + 7) & ~7;
      align = 8;
    }
    const at = offset;
    offset += wide ? 8 : 4;
    return { ...a, wide, offset: at };
  });
  return { placed, size: (offset + align - 1) & ~(align - 1) };
}
