// SPDX-License-Identifier: BSD-2-Clause
import { TAR_VALUE_LETTERS } from '../../userland/archive/tar/tar_options.ts';

/** Extraction changes the image, everything else the archive. */
export function tarWrites(args: readonly string[]): boolean {
  const clusters = args.filter((word, i) => (i === 0 || word.startsWith('-')) && !word.startsWith('--'));
  return clusters.some((word) => letters(word).includes('x'));
}

/** Up to the first that has a value glued to it, but for the bundle without a dash. */
function letters(word: string): string {
  if (!word.startsWith('-')) return word;
  const value = [...word].findIndex((letter) => TAR_VALUE_LETTERS.includes(letter));
  return value < 0 ? word : word.slice(0, value);
}
