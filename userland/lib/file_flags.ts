// SPDX-License-Identifier: BSD-2-Clause
/** File flags by name, as chflags(1) takes them and ls -lo shows them. */
import * as C from '../librump/constants.gen.ts';

/** The name shown, the bit, and other names chflags(1) takes. */
const FLAGS: readonly (readonly [name: string, bit: number, ...also: string[]])[] = [
  ['nodump', C.UF_NODUMP],
  ['uchg', C.UF_IMMUTABLE, 'uchange', 'uimmutable'],
  ['uappnd', C.UF_APPEND, 'uappend'],
  ['opaque', C.UF_OPAQUE],
  ['arch', C.SF_ARCHIVED, 'archived'],
  ['schg', C.SF_IMMUTABLE, 'schange', 'simmutable'],
  ['sappnd', C.SF_APPEND, 'sappend'],
  ['snap', C.SF_SNAPSHOT],
  ['log', C.SF_LOG],
];
/** What a person never sets. */
const SHOWN_ONLY = C.SF_SNAPSHOT | C.SF_LOG;

/** "uchg,nodump", or "-" without flags. */
export function flagNames(flags: number): string {
  return (
    FLAGS.filter(([, bit]) => (flags & bit) !== 0)
      .map(([name]) => name)
      .join(',') || '-'
  );
}

/**
 * A change of flags: an octal number sets them all; words change those they name, "no" in front clears ("dump" clears nodump).
 * @returns the new flags for old ones, or the word that is wrong
 */
export function parseFlags(text: string): ((flags: number) => number) | string {
  if (/^[0-7]+$/.test(text)) return () => Number.parseInt(text, 8) >>> 0;
  let set = 0;
  let clear = 0;
  for (const word of text.split(',')) {
    const plain = bitOf(word);
    const negated = plain === 0 ? bitOf(word.startsWith('no') ? word.slice(2) : `no${word}`) : 0;
    if (plain === 0 && negated === 0) return word;
    set |= plain;
    clear |= negated;
  }
  return (flags) => ((flags & ~clear) | set) >>> 0;
}

function bitOf(word: string): number {
  const found = FLAGS.find(([name, , ...also]) => name === word || also.includes(word));
  return found === undefined ? 0 : found[1] & ~SHOWN_ONLY;
}
