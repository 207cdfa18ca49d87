// SPDX-License-Identifier: BSD-2-Clause
import { fnmatch, hasGlob, unescapePattern } from '../lib/fnmatch.ts';
import type { Librump } from '../librump/librump.ts';
import { SyscallError } from '../librump/syscall_error.ts';

/** Pathname expansion by getdents: the sorted names a pattern matches, none when nothing does. */
export function globPaths(sys: Librump, pattern: string): string[] {
  const parts = pattern.split('/');
  let bases = [''];
  for (let i = 0; i < parts.length && bases.length > 0; i++) {
    const part = parts[i] as string;
    const last = i === parts.length - 1;
    const next: string[] = [];
    for (const base of bases) {
      if (!hasGlob(part)) {
        const path = base + unescapePattern(part);
        if (part === '' || exists(sys, path)) next.push(last ? path : `${path}/`);
      } else for (const name of matches(sys, base, part, !last)) next.push(last ? base + name : `${base}${name}/`);
    }
    bases = next;
  }
  return bases.sort(compareBytes);
}

function matches(sys: Librump, base: string, part: string, directories: boolean): string[] {
  try {
    return sys
      .readdir(base === '' ? '.' : base)
      .filter((e) => (e.name[0] !== '.' || part[0] === '.' || part.startsWith('\\.')) && fnmatch(part, e.name))
      .filter((e) => !directories || e.type === 4 || e.type === 10 || e.type === 0)
      .map((e) => e.name);
  } catch (error) {
    if (error instanceof SyscallError) return [];
    throw error;
  }
}

function exists(sys: Librump, path: string): boolean {
  try {
    sys.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof SyscallError) return false;
    throw error;
  }
}

/** Order of the C locale for the names that occur. */
export function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
