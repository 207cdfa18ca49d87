// SPDX-License-Identifier: BSD-2-Clause
import { expect, it } from 'vitest';
import { mountPoint } from './mount_command';

it.each([
  ['NetBSD-10.iso', '/mnt/netbsd-10'],
  ['My Disc (2).iso', '/mnt/my_disc_2'],
  ['../../etc.img', '/mnt/etc'],
  ['$(reboot).iso', '/mnt/reboot'],
  ['日本.img', '/mnt/image'],
  ['', '/mnt/image'],
])('%s mounts at %s', (name, expected) => {
  expect(mountPoint(name)).toBe(expected);
});
