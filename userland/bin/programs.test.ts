// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { MAN_PAGES } from '../man.gen.ts';
import { PROGRAMS } from '../program_table.ts';
import { PROGRAM_CASES, SETUP } from '../testing/program_cases.ts';
import { runScript } from '../testing/run_script.ts';
import { SAME_PAGE } from './help.ts';

describe('programs on the fake kernel', () => {
  for (const [script, out] of PROGRAM_CASES)
    it(script.split('\n')[0] as string, () => {
      expect(runScript(SETUP + script).out).toBe(out);
    });
  it('every program has a manual page', () => {
    const paged = (name: string): boolean => `${name}.1` in MAN_PAGES || `${name}.8` in MAN_PAGES;
    const missing = [...PROGRAMS.keys()].filter((name) => name !== 'getty' && !paged(SAME_PAGE[name] ?? name));
    expect(missing).toEqual([]);
  });
});
