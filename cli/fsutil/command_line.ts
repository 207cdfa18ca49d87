// SPDX-License-Identifier: BSD-2-Clause
/**
 * `COMMAND [options] IMAGE[:PARTITION] [operands]`. Options of the program may stand on both sides of IMAGE. In front of it
 * `-t TYPE` and `-o OPTIONS` are ours when what follows is a file system type or options of mount; `ls -t disk.img` sorts.
 */
import { existsSync } from 'node:fs';
import { TYPE_NAMES } from '../../userland/bin/mount.ts';
import type { FileSystem } from '../../userland/disk/image_kind.ts';
import { FLAG_WORDS } from '../../userland/lib/mount_options.ts';
import { TYPE_OPTIONS } from '../../userland/librump/mount_args.ts';
import type { FileCommand } from './commands.ts';
import { ImageError } from './image_error.ts';

export interface CommandLine {
  readonly image: string;
  /** As mount has it. */
  readonly type: string | undefined;
  readonly options: readonly string[];
  readonly kernel: string | undefined;
  /** For the program, without its name. */
  readonly args: readonly string[];
}

const KNOWN_TYPES: ReadonlySet<string> = new Set<FileSystem>(['cd9660', 'ext2fs', 'ffs', 'msdos', 'v7fs']);
const MOUNT_WORDS = new Set([...FLAG_WORDS.map(([word]) => word), ...Object.values(TYPE_OPTIONS).flat()]);

/** Undefined when there is no IMAGE. @throws ImageError for a type that is none */
export function parseCommandLine(command: FileCommand, words: readonly string[]): CommandLine | undefined {
  let type: string | undefined;
  let kernel: string | undefined;
  const options: string[] = [];
  const args: string[] = [];
  let at = 0;
  if (command.bundle === true && isBundle(words[0] ?? '')) {
    const values = [...(words[0] as string)].filter((letter) => command.values.includes(letter));
    at = 1 + values.length;
    args.push(...words.slice(0, at));
  }
  for (; at < words.length; at++) {
    const word = words[at] as string;
    const next = words[at + 1] ?? '';
    if (!word.startsWith('-') || word === '-') break;
    if (word === '-t' && typeNamed(next) !== undefined) type = typeNamed(words[++at] as string);
    else if (word === '-o' && areMountOptions(next)) options.push(...(words[++at] as string).split(','));
    else if (word === '-t' && !command.values.includes('t') && existsSync(words[at + 2] ?? '') && !existsSync(next))
      throw new ImageError(`${next}: no such type of file system; there are: ${[...KNOWN_TYPES].join(' ')}`);
    else if (word === '--kernel') kernel = words[++at];
    else {
      args.push(word);
      if (takesNext(word, command) && at + 1 < words.length) args.push(words[++at] as string);
    }
  }
  const image = words[at];
  if (image === undefined) return undefined;
  const all = [...args, ...words.slice(at + 1)];
  return { image, type, options, kernel, args: command.complete?.(all) ?? all };
}

export function usageOf(name: string, command: FileCommand): string {
  return `rumpus ${name} [-t type] [-o mountoptions] [options] IMAGE[:PART] ${command.operands}`.trimEnd();
}

function typeNamed(word: string): string | undefined {
  const type = TYPE_NAMES.get(word) ?? word;
  return KNOWN_TYPES.has(type) ? type : undefined;
}

function areMountOptions(text: string): boolean {
  return text !== '' && text.split(',').every((word) => MOUNT_WORDS.has(word.replace(/=.*/, '')));
}

/** Letters of tar, no file of that name. */
function isBundle(word: string): boolean {
  return /^[a-zA-Z]*[crtux][a-zA-Z]*$/.test(word) && !existsSync(word);
}

/** The last letter of a cluster takes a value, and none is glued to it. */
function takesNext(word: string, command: FileCommand): boolean {
  if (word.startsWith('--')) return command.longValues?.includes(word.slice(2)) === true;
  for (let i = 1; i < word.length; i++) if (command.values.includes(word[i] as string)) return i === word.length - 1;
  return false;
}
