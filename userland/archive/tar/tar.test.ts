// SPDX-License-Identifier: BSD-2-Clause
/** The program, on the kernel of the tests; cli/fsutil/tar.test.ts exchanges archives with another tar. */
import { describe, expect, it } from 'vitest';
import { runScript } from '../../testing/run_script.ts';

const LONG = `${'d'.repeat(90)}/${'e'.repeat(90)}/${'f'.repeat(90)}`;

const CASES: readonly (readonly [string, string])[] = [
  ['tar -cf a d f; tar -tf a', 'd/\nd/x\nd/s\nf\n'],
  ['tar cf a d; rm -r d; tar xf a; ls -R d; cat d/x; readlink d/s', 's\nx\ndeep\n../f\n'],
  ['tar -cf - f | tar -tvf - | cut -c1-24', '-rw-r--r-- root     whee\n'],
  ['tar -czf a d; tar -tf a; hexdump -C a | head -1 | cut -c11-15', 'd/\nd/x\nd/s\n1f 8b\n'],
  ['tar -cvf a f 2>&1; mkdir n; tar -xvf a -C n 2>&1; ls n', 'f\nf\nf\n'],
  ['tar -cf a f; echo new > g; tar -rf a g; tar -tf a; tar -uf a f g; tar -tf a', 'f\ng\nf\ng\n'],
  ['tar -cf a f; touch -t 203001010000 f; tar -uf a f; tar -tf a', 'f\nf\n'],
  [
    'tar -cf a d f; tar -tf a d/x; tar -tf a "*x"; tar -tf a nope 2>&1; echo $?',
    'd/x\nd/x\ntar: nope: not found in the archive\n1\n',
  ],
  ['tar -cf a --exclude s d; tar -tf a; tar -tf a --exclude=x', 'd/\nd/x\nd/\n'],
  ['tar -cf a d; mkdir n; tar -xf a -C n --strip-components 1; ls n', 's\nx\n'],
  ['tar -cf a /tmp/f 2>&1; tar -tf a', 'tar: Removing leading / from absolute path names in the archive\ntmp/f\n'],
  ['tar -cPf a /tmp/f; tar -tf a; echo new > f; tar -xPf a; cat f', '/tmp/f\nhello\n'],
  [
    'tar -cPf a /tmp/f; mkdir n; tar -xf a -C n 2>&1; find n -type f',
    'tar: Removing leading / from absolute path names in the archive\nn/tmp/f\n',
  ],
  [
    'cd d; tar -cPf a ../f; mkdir n; tar -xf a -C n 2>&1; echo $?; ls n',
    "tar: ../f: name has `..' in it (not extracted)\n1\n",
  ],
  ['ln f h; tar -cf a f h; tar -tvf a | sed 2>/dev/null; rm f h; tar -xf a; stat -f %l h', '2\n'],
  [
    'chmod 751 d; touch -t 202001020304 d/x; touch -t 202001020304 d; tar -cf a d; rm -r d; tar -xf a; stat -f "%OLp %m" d d/x',
    '751 1577934240\n644 1577934240\n',
  ],
  ['tar -cf a f; echo new > f; tar -xkf a; cat f; tar -xf a; cat f', 'new\nhello\n'],
  ['mkfifo p; tar -cf a p; rm p; tar -xf a; ls -l p | cut -c1', 'p\n'],
  [
    `mkdir -p ${LONG}; echo far > ${LONG}/x; tar -cf a ${'d'.repeat(90)}; rm -r ${'d'.repeat(90)}; tar -xf a; cat ${LONG}/x`,
    'far\n',
  ],
  [
    'echo f > names; echo d/x >> names; tar -cf a -T names; tar -tf a; tar -cf b -C d x -C .. f; tar -tf b',
    'f\nd/x\nx\nf\n',
  ],
  [
    'tar -tf f 2>&1; echo $?; tar -tf none 2>&1; echo $?',
    'tar: f: not a tar archive\n1\ntar: none: No such file or directory\n1\n',
  ],
  [
    'tar -cf a d; dd if=a of=b bs=512 count=2 2>/dev/null; tar -tf b 2>&1; echo $?',
    'd/\nd/x\ntar: b: unexpected end of archive\n1\n',
  ],
  ['tar -cf a a f 2>&1; tar -tf a', 'tar: a: the archive itself is not archived\nf\n'],
  [
    'tar -cf a 2>&1; echo $?; tar -Zf a 2>&1 | head -1; tar -xtf a 2>&1 | head -1 | cut -c1-10',
    'tar: no files to archive\n1\ntar: unknown option -- Z\nusage: tar\n',
  ],
];

describe('tar(1)', () => {
  for (const [script, out] of CASES)
    it(script.slice(0, 100), () => {
      const setup = 'cd /tmp; mkdir d; echo hello > f; echo deep > d/x; ln -s ../f d/s; ';
      expect(runScript(setup + script).out).toBe(out);
    });

  it('writes nothing through a link that the archive made', () => {
    const script = `cd /tmp; mkdir out in t; cd in; ln -s ../out a; tar -cf ../one a; rm a; mkdir a; echo evil > a/f
      tar -cf ../two a/f; cd ..; dd if=one of=both bs=512 count=1 2>/dev/null; cat two >> both
      cd t; tar -xf ../both 2>&1; ls ../out; readlink a`;
    expect(runScript(script).out).toBe('tar: a/f: a is a symbolic link (not followed)\n../out\n');
  });
});
