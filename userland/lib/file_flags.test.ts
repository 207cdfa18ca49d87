// SPDX-License-Identifier: BSD-2-Clause
import { expect, it } from 'vitest';
import { flagNames, parseFlags } from './file_flags.ts';

const changed = (text: string, flags: number): string => {
  const change = parseFlags(text);
  return typeof change === 'string' ? `wrong: ${change}` : flagNames(change(flags));
};

it('sets and clears flags by name, others stay', () => {
  expect(changed('uchg,nodump', 0)).toBe('nodump,uchg');
  expect(changed('nouchg', 3)).toBe('nodump');
  expect(changed('dump', 3)).toBe('uchg');
  expect(changed('schg,sappend,archived', 4)).toBe('uappnd,arch,schg,sappnd');
  expect(changed('2', 1)).toBe('uchg');
  expect(changed('0', 7)).toBe('-');
});

it('names the word it does not know', () => {
  expect(changed('uchg,never', 0)).toBe('wrong: never');
  expect(changed('snap', 0)).toBe('wrong: snap');
  expect(changed('', 0)).toBe('wrong: ');
});
