// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { MAN_PAGES } from '../man.gen.ts';
import { PROGRAMS } from '../program_table.ts';
import { PROGRAM_CASES, SETUP } from '../testing/program_cases.ts';
import { runScript } from '../testing/run_script.ts';

describe('programs on the fake kernel', () => {
  for (const [script, out] of PROGRAM_CASES)
    it(script.split('\n')[0] as string, () => {
      expect(runScript(SETUP + script).out).toBe(out);
    });
  it('every program has a manual page', () => {
    const missing = [...PROGRAMS.keys()].filter(
      (n) =>
        !/^(\[|hd|getty|poweroff|egrep|fgrep|chgrp|sha1|sha256|sha512|md5|apropos|mount_.*|vnconfig)$/.test(n) &&
        MAN_PAGES[`${n}.1`] === undefined &&
        MAN_PAGES[`${n}.8`] === undefined,
    );
    expect(missing).toEqual([]);
  });
});
