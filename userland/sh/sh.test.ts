// SPDX-License-Identifier: BSD-2-Clause
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shell parameters
import { describe, expect, it } from 'vitest';
import { runArgv, runScript } from '../testing/run_script.ts';
import { SH_CASES } from '../testing/sh_cases.ts';

describe('sh on the fake kernel', () => {
  for (const [script, out] of SH_CASES)
    it(script.split('\n')[0] as string, () => {
      expect(runScript(script).out).toBe(out);
    });
  it('says what is wrong', () => {
    expect(runScript('nosuch')).toMatchObject({ err: 'sh: nosuch: not found\n', status: 127 });
    expect(runScript('cat < /nope')).toMatchObject({ err: 'sh: cannot open /nope: no such file\n', status: 2 });
    expect(runScript('fi')).toMatchObject({ err: 'sh: Syntax error: "fi" unexpected\n', status: 2 });
    expect(runScript('set -u; echo $x')).toMatchObject({ err: 'sh: x: parameter not set\n', status: 2 });
    expect(runScript('echo ${x?gone}')).toMatchObject({ err: 'sh: x: gone\n', status: 2 });
    expect(runScript('kill -9 $$; echo no')).toMatchObject({ out: '', signal: 9 });
  });
  it('reads scripts from standard input line by line', () => {
    expect(runArgv(['sh'], 'read x\ndata\necho "got $x"\nif true\nthen echo multi\nfi\n').out).toBe(
      'got data\nmulti\n',
    );
    expect(runArgv(['sh', '-s', 'p1'], 'echo $1').out).toBe('p1\n');
  });
  it('exits with the last status', () => {
    expect(runScript('exit 7').status).toBe(7);
    expect(runScript('false').status).toBe(1);
    expect(runScript('trap "exit 5" EXIT; exit 2').status).toBe(5);
  });
});
