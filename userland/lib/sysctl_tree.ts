// SPDX-License-Identifier: BSD-2-Clause

import type { Librump } from '../librump/librump.ts';
import { sysctldesc, sysctlnode } from '../librump/structs.gen.ts';
import { SyscallError } from '../librump/syscall_error.ts';
import { decodeZ } from './bytes.ts';

const CTL_QUERY = -2;
const CTL_DESCRIBE = -7;
const SYSCTL_VERSION = 0x01000000;

export const CTLTYPE = ['', 'node', 'int', 'string', 'quad', 'struct', 'bool'] as const;
export const CTLTYPE_NODE = 1;
export const CTLFLAG_HIDDEN = 0x8000;
export const CTLFLAG_HEX = 0x1000;
export const CTLFLAG_UNSIGNED = 0x80000;

export interface SysctlNode {
  readonly name: string;
  readonly mib: readonly number[];
  readonly type: number;
  readonly flags: number;
  readonly size: number;
}

/** Children of a node, by CTL_QUERY. */
export function sysctlChildren(sys: Librump, parent: SysctlNode | undefined): SysctlNode[] {
  const mib = parent?.mib ?? [];
  const query = new Uint8Array(sysctlnode.size);
  new DataView(query.buffer).setUint32(0, SYSCTL_VERSION, true);
  const data = sys.sysctl([...mib, CTL_QUERY], query);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const out: SysctlNode[] = [];
  for (let at = 0; at + sysctlnode.size <= data.length; at += sysctlnode.size) {
    const flags = view.getUint32(at + sysctlnode.sysctl_flags, true);
    const name = decodeZ(data, at + sysctlnode.sysctl_name, 32);
    const num = view.getInt32(at + sysctlnode.sysctl_num, true);
    out.push({
      name: parent ? `${parent.name}.${name}` : name,
      mib: [...mib, num],
      type: flags & 15,
      flags,
      size: view.getUint32(at + sysctlnode.sysctl_size, true),
    });
  }
  return out;
}

/** Node by dotted name (or undefined). */
export function sysctlByName(sys: Librump, name: string): SysctlNode | undefined {
  let node: SysctlNode | undefined;
  for (const part of name.split('.')) {
    const found = sysctlChildren(sys, node).find((n) => n.name.slice(n.name.lastIndexOf('.') + 1) === part);
    if (found === undefined) return undefined;
    node = found;
  }
  return node;
}

/** Leaves below a node, in the kernel's order. */
export function* sysctlLeaves(sys: Librump, from: SysctlNode | undefined): Generator<SysctlNode> {
  let children: SysctlNode[];
  try {
    children = sysctlChildren(sys, from);
  } catch (error) {
    if (error instanceof SyscallError) return;
    throw error;
  }
  for (const n of children) {
    if (n.type === CTLTYPE_NODE) yield* sysctlLeaves(sys, n);
    else yield n;
  }
}

export function sysctlNames(sys: Librump): string[] {
  return [...sysctlLeaves(sys, undefined)].map((n) => n.name);
}

export function sysctlDescription(sys: Librump, node: SysctlNode): string | undefined {
  try {
    const data = sys.sysctl([...node.mib.slice(0, -1), CTL_DESCRIBE]);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let at = 0; at + sysctldesc.size <= data.length; ) {
      const len = view.getUint32(at + sysctldesc.descr_len, true);
      if (view.getInt32(at, true) === node.mib[node.mib.length - 1]) return decodeZ(data, at + sysctldesc.size, len);
      at += (sysctldesc.size + len + 3) & ~3;
    }
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
  }
  return undefined;
}
