// SPDX-License-Identifier: BSD-2-Clause

import { sysctlNames } from '../lib/sysctl_tree.ts';
import { SIGNAMES } from '../librump/signal_names.ts';
import { SyscallError } from '../librump/syscall_error.ts';
import { SYSCALLS } from '../librump/syscalls.gen.ts';
import { PROGRAMS } from '../program_table.ts';
import { MAN_TOPICS } from '../tools.gen.ts';
import { BUILTINS } from './builtins.ts';
import { RESERVED } from './parser.ts';
import type { Shell } from './shell.ts';

export interface Candidate {
  /** Whole replacement of the word. */
  readonly text: string;
  readonly label: string;
  /** Appended when it is the only one. */
  readonly suffix: string;
}

export interface Completion {
  /** The text before the cursor that is replaced. */
  readonly word: string;
  readonly candidates: readonly Candidate[];
  /** How the result is written in the line. */
  readonly quote: (text: string) => string;
}

/** What can stand at the cursor: commands, variables, options, names known to a command, paths by getdents. */
export class Completer {
  constructor(private readonly shell: Shell) {}

  complete(before: string): Completion {
    const segment = /[^|;&(]*$/.exec(before)?.[0] ?? '';
    const word = /(?:\\.|[^\s\\'"<>=|;&()])*$/.exec(before)?.[0] ?? '';
    const words = segment
      .slice(0, segment.length - word.length)
      .trim()
      .split(/\s+/)
      .filter((w) => w !== '' && !/^[A-Za-z_]\w*=/.test(w));
    const afterRedirect = /[<>]\s*$/.test(before.slice(0, before.length - word.length));
    if (/^\$\{?\w*$/.test(word)) return this.variables(word);
    if (words.length === 0 && !afterRedirect && !word.includes('/')) return plainCompletion(word, this.commands(word));
    const command = words[0] ?? '';
    if (!afterRedirect) {
      const special = this.forCommand(command, words, word);
      if (special !== undefined && special.length > 0) return plainCompletion(word, special);
    }
    return this.paths(word, command === 'cd' || command === 'rmdir' || command === 'pushd');
  }

  private commands(word: string): Candidate[] {
    const names = new Set([
      ...PROGRAMS.keys(),
      ...BUILTINS.keys(),
      ...RESERVED,
      ...this.shell.functions.keys(),
      ...this.shell.aliases.keys(),
    ]);
    return names_(names, word);
  }

  private variables(word: string): Completion {
    const head = word.startsWith('${') ? '${' : '$';
    const found = names_(this.shell.vars.names(), word.slice(head.length));
    return plainCompletion(
      word,
      found.map((c) => ({ text: head + c.text, label: c.label, suffix: head === '${' ? '}' : '' })),
    );
  }

  private forCommand(command: string, words: readonly string[], word: string): Candidate[] | undefined {
    if (word.startsWith('%'))
      return names_(
        this.shell.jobs.all().map((j) => `%${j.id}`),
        word,
      );
    switch (command) {
      case 'sys':
        return words.length === 1
          ? names_(
              SYSCALLS.map((s) => s.name),
              word,
            )
          : undefined;
      case 'man':
        return names_(MAN_TOPICS, word);
      case 'help':
      case 'type':
      case 'which':
      case 'command':
        return this.commands(word);
      case 'sysctl':
        return word.startsWith('-') ? this.options(command, word) : names_(sysctlNames(this.shell.sys), word);
      case 'kill':
        return word.startsWith('-')
          ? names_(
              SIGNAMES.slice(1).map((s) => `-${s}`),
              word,
            )
          : undefined;
      case 'mount':
        if (words[words.length - 1] === '-t') return names_(this.fileSystems(), word);
    }
    return word.startsWith('-') ? this.options(command, word) : undefined;
  }

  private fileSystems(): string[] {
    return ['cd9660', 'ext2fs', 'ffs', 'kernfs', 'mfs', 'msdos', 'null', 'ptyfs', 'tmpfs', 'v7fs'];
  }

  private options(command: string, word: string): Candidate[] {
    const spec = PROGRAMS.get(command)?.options ?? '';
    return names_(
      [...spec.replace(/:/g, '')].map((c) => `-${c}`),
      word,
    );
  }

  private paths(word: string, directoriesOnly: boolean): Completion {
    const plain = word.replace(/\\(.)/g, '$1');
    const slash = plain.lastIndexOf('/') + 1;
    const dir = plain.slice(0, slash);
    const base = plain.slice(slash);
    const home = dir.startsWith('~/') ? (this.shell.vars.get('HOME') ?? '') + dir.slice(1) : dir;
    const found = new Map<string, boolean>();
    try {
      for (const e of this.shell.sys.readdir(home === '' ? '.' : home)) {
        if (
          e.name === '.' ||
          e.name === '..' ||
          !e.name.startsWith(base) ||
          (e.name.startsWith('.') && !base.startsWith('.'))
        )
          continue;
        found.set(e.name, e.type === 4 || (e.type === 10 && this.isDirectory(home + e.name)));
      }
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
    }
    // Disks attached by the host are in /dev without being listed there (etfs keys).
    if (home === '/dev/') for (const name of this.disks()) if (name.startsWith(base)) found.set(name, false);
    const candidates: Candidate[] = [];
    for (const [name, directory] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (directoriesOnly && !directory) continue;
      candidates.push({ text: dir + name, label: directory ? `${name}/` : name, suffix: directory ? '/' : ' ' });
    }
    return { word, candidates, quote: (t) => t.replace(/[\s'"\\$`&|;()<>*?[\]#!]/g, '\\$&') };
  }

  private isDirectory(path: string): boolean {
    try {
      return (this.shell.sys.stat(path).mode & 0o170000) === 0o040000;
    } catch (error) {
      if (error instanceof SyscallError) return false;
      throw error;
    }
  }

  private disks(): string[] {
    const reply = this.shell.host.control({ op: 'disks' });
    if (!reply.ok || !Array.isArray(reply.value)) return [];
    return reply.value.flatMap((d: unknown) => {
      const name =
        typeof d === 'string' ? d : typeof d === 'object' && d !== null ? (d as { name?: unknown }).name : undefined;
      return typeof name === 'string' ? [name, `r${name}`] : [];
    });
  }
}

function names_(names: Iterable<string>, word: string): Candidate[] {
  return [...names]
    .filter((n) => n.startsWith(word))
    .sort()
    .map((n) => ({ text: n, label: n, suffix: ' ' }));
}

function plainCompletion(word: string, candidates: readonly Candidate[]): Completion {
  return { word, candidates, quote: (t) => t };
}

export function commonPrefix(texts: readonly string[]): string {
  let prefix = texts[0] ?? '';
  for (const t of texts) while (!t.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return prefix;
}
