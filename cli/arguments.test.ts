// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { CommandLineError, parseArguments } from './arguments.ts';

test('options', () => {
  const args = parseArguments([
    '--disk',
    'rd0=a b.img,ro',
    '--disk=rd1=x,y.img',
    '--ncpu',
    '4',
    '--memory=1g',
    '-v',
    '-c',
    'ls; exit 3',
  ]);
  expect(args).toMatchObject({
    disks: [
      { name: 'rd0', path: 'a b.img', readOnly: true },
      { name: 'rd1', path: 'x,y.img', readOnly: false },
    ],
    ncpu: 4,
    memoryBytes: 1 << 30,
    verbose: true,
    script: 'ls; exit 3',
    threads: true,
  });
  expect(parseArguments(['--threads', '0', '--trace', 'hypercall'])).toMatchObject({ threads: false, trace: true });
  expect(parseArguments(['--call', 'f=1,-2,0x10,5n', '--call', 'g']).call).toEqual([
    { name: 'f', args: [1, -2, 16, 5n] },
    { name: 'g', args: [] },
  ]);
});

test.each([
  [['--disk', 'rd0'], 'NAME=FILE'],
  [['--disk'], 'needs a value'],
  [['--ncpu', 'many'], 'number'],
  [['--memory', '5x'], 'k, m or g'],
  [['--trace', 'vop'], 'hypercall'],
  [['--frobnicate'], 'unknown option'],
  [['script.sh'], 'follows -c'],
  [['--call', 'f=a'], 'integers'],
])('%j is refused with a sentence', (argv, message) => {
  expect(() => parseArguments(argv)).toThrow(CommandLineError);
  expect(() => parseArguments(argv)).toThrow(message);
});
