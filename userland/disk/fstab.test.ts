// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { parseFstab } from './fstab.ts';

test('lines of fstab(5)', () => {
  const text = '# comment\n/dev/rd0 / ffs rw,log 1 1\n\n/dev/rd1\t/usr ext2fs ro # 2 2\ntmpfs /tmp tmpfs\nhalf\n';
  expect(parseFstab(text)).toEqual([
    { spec: '/dev/rd0', file: '/', type: 'ffs', options: ['rw', 'log'], pass: 1 },
    { spec: '/dev/rd1', file: '/usr', type: 'ext2fs', options: ['ro'], pass: 0 },
    { spec: 'tmpfs', file: '/tmp', type: 'tmpfs', options: ['rw'], pass: 0 },
  ]);
});
