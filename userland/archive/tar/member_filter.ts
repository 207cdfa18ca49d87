// SPDX-License-Identifier: BSD-2-Clause
/** Which members are meant, by the operands and --exclude, and what they are called outside the archive. */
import { fnmatch } from '../../lib/fnmatch.ts';

export interface NameRules {
  readonly patterns: readonly string[];
  readonly excludes: readonly string[];
  /** Names may be absolute and have `..` in them. */
  readonly absolute: boolean;
  /** So many components in front are left out. */
  readonly strip: number;
}

export class MemberFilter {
  private readonly unmatched: Set<string>;

  constructor(private readonly rules: NameRules) {
    this.unmatched = new Set(rules.patterns);
  }

  wants(name: string): boolean {
    const plain = plainName(name);
    if (isExcluded(plain, this.rules.excludes)) return false;
    if (this.rules.patterns.length === 0) return true;
    const found = this.rules.patterns.filter((pattern) => covers(plainName(pattern), plain));
    for (const pattern of found) this.unmatched.delete(pattern);
    return found.length > 0;
  }

  /** Operands that no member matched. */
  missing(): string[] {
    return [...this.unmatched];
  }
}

/** A pattern of --exclude fits the whole name, or the end of it after a slash; what is below goes with it. */
export function isExcluded(name: string, excludes: readonly string[]): boolean {
  if (excludes.length === 0) return false;
  const parts = plainName(name).split('/');
  return excludes.some((pattern) => {
    const wanted = plainName(pattern);
    return parts.some((_, from) =>
      parts.some((_, to) => to >= from && fnmatch(wanted, parts.slice(from, to + 1).join('/'))),
    );
  });
}

/** The pattern, or a directory above. */
function covers(pattern: string, name: string): boolean {
  if (pattern === '.' || name === pattern || name.startsWith(`${pattern}/`)) return true;
  if (!/[*?[]/.test(pattern)) return false;
  const parts = name.split('/');
  return parts.some((_, i) => fnmatch(pattern, parts.slice(0, i + 1).join('/')));
}

/** Without a slash at the end and "./" in front. */
export function plainName(name: string): string {
  return name.replace(/^(?:\.\/+)+(?=.)/, '').replace(/(?<=.)\/+$/, '');
}

export type SafeName = { readonly path: string; readonly stripped: boolean } | 'outside' | 'nothing';

/**
 * The name of a member as a path below the current directory: without a slash in front (`stripped`). "outside" for one with
 * `..`, "nothing" when no component is left.
 */
export function safeName(name: string, rules: NameRules): SafeName {
  if (name.includes('\0')) return 'outside';
  const stripped = !rules.absolute && name.startsWith('/');
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (!rules.absolute && parts.includes('..')) return 'outside';
  const left = parts.slice(rules.strip);
  if (left.length === 0) return rules.strip === 0 || parts.length === 0 ? { path: '.', stripped } : 'nothing';
  const root = rules.absolute && rules.strip === 0 && name.startsWith('/') ? '/' : '';
  return { path: root + left.join('/'), stripped };
}
