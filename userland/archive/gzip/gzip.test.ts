// SPDX-License-Identifier: BSD-2-Clause
/** The program, on the kernel of the tests. */
import { describe, expect, it } from 'vitest';
import { runScript } from '../../testing/run_script.ts';

const CASES: readonly (readonly [string, string])[] = [
  ['ln f h; gzip f 2>&1; echo $?; gzip -f f; ls', 'gzip: f has 1 other link -- skipping\n1\nd\nf.gz\nh\n'],
  ['gzip f; ls; gunzip f; ls; cat f', 'd\nf.gz\nd\nf\nhello\n'],
  ['gzip -k f; zcat f.gz; gzip -dc f.gz; gzip -c f | gunzip; ls', 'hello\nhello\nhello\nd\nf\nf.gz\n'],
  ['gzip f; gzip -t f.gz; echo $?; gzip -tv f.gz 2>&1', '0\nf.gz:\tOK\n'],
  ['gzip -k f; echo no | gzip f 2>&1; echo $?; gzip -f f; ls', 'gzip: f.gz already exists -- skipping\n1\nd\nf.gz\n'],
  ['gzip f; gzip f.gz 2>&1; echo $?', 'gzip: f.gz already has .gz suffix -- unchanged\n1\n'],
  [
    'gunzip f 2>&1; echo $?; gunzip none 2>&1',
    'gunzip: f: unknown suffix -- ignored\n1\ngunzip: none: No such file or directory\n',
  ],
  ['cp f g.gz; gunzip g.gz 2>&1; echo $?; ls', 'gunzip: g.gz: not in gzip format\n1\nd\nf\ng.gz\n'],
  [
    'gzip f; dd if=f.gz of=g.gz bs=1 count=16 2>/dev/null; gunzip g.gz 2>&1; ls',
    'gunzip: g.gz: unexpected end of file\nd\nf.gz\ng.gz\n',
  ],
  ['gzip f; mv f.gz g.gz; gunzip -N g.gz; ls', 'd\nf\n'],
  ['gzip d 2>&1; echo x > d/x; gzip -r d; ls d; gunzip -r d; cat d/x', 'gzip: d is a directory\nx.gz\nx\n'],
  [
    'chmod 640 f; touch -t 202001020304 f; gzip f; stat -f "%OLp %m" f.gz; gunzip f; stat -f "%OLp %m" f',
    '640 1577934240\n640 1577934240\n',
  ],
  [
    'gzip -S .z f; ls; gunzip f.z; ls; mv f t.tgz; gzip -c t.tgz > u.tgz; gunzip u.tgz; ls',
    'd\nf.z\nd\nf\nd\nt.tgz\nu.tar\n',
  ],
  ['gzip -v f 2>&1; gunzip -kv f 2>&1', 'f:\t-366.7% -- replaced with f.gz\nf.gz:\t-366.7% -- created f\n'],
];

describe('gzip(1)', () => {
  for (const [script, out] of CASES)
    it(script, () => expect(runScript(`cd /tmp; mkdir d; echo hello > f; ${script}`).out).toBe(out));
});
