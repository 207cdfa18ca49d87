// SPDX-License-Identifier: BSD-2-Clause
/** The -o of mount(8) and its relatives. */
import * as C from '../librump/constants.gen.ts';

/** Words of -o that are flags of mount(2); with "no" in front they clear. */
export const FLAG_WORDS: readonly (readonly [word: string, flag: number])[] = [
  ['async', C.MNT_ASYNC],
  ['rdonly', C.MNT_RDONLY],
  ['ro', C.MNT_RDONLY],
  ['sync', C.MNT_SYNCHRONOUS],
  ['union', C.MNT_UNION],
  ['force', C.MNT_FORCE],
  ['update', C.MNT_UPDATE],
  ['reload', C.MNT_RELOAD],
  ['log', C.MNT_LOG],
  ['discard', C.MNT_DISCARD],
  ['extattr', C.MNT_EXTATTR],
  ['hidden', C.MNT_IGNORE],
  ['symperm', C.MNT_SYMPERM],
  ['nodevmtime', C.MNT_NODEVMTIME],
  ['relatime', C.MNT_RELATIME],
  ['nosuid', C.MNT_NOSUID],
  ['noexec', C.MNT_NOEXEC],
  ['nodev', C.MNT_NODEV],
  ['noatime', C.MNT_NOATIME],
  ['nocoredump', C.MNT_NOCOREDUMP],
];

/**
 * Words of one -o on top of the flags so far. What is no flag goes into `extra`, with its value, and its name into `unknown`.
 *
 * @returns the flags
 */
export function parseMountOptions(text: string, start: number, extra: Map<string, string>, unknown: string[]): number {
  let flags = start;
  for (const word of text.split(',')) {
    if (word === '') continue;
    if (word === 'rw') {
      flags &= ~C.MNT_RDONLY;
      continue;
    }
    const set = FLAG_WORDS.find(([w]) => w === word);
    if (set) {
      flags |= set[1];
      continue;
    }
    const clear = FLAG_WORDS.find(([w]) => `no${w}` === word || w === `no${word}`);
    if (clear) {
      flags &= ~clear[1];
      continue;
    }
    const [key, value = ''] = word.split('=') as [string, string?];
    extra.set(key.replace(/^-/, ''), value);
    unknown.push(key);
  }
  return flags;
}
