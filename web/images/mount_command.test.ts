// SPDX-License-Identifier: BSD-2-Clause
import { expect, it } from 'vitest';
import type { ImageEntry } from './image_entry';
import { mountCommand, mountPoint } from './mount_command';

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

it.each([
  ['cd9660', '-o ro '],
  ['ffs', ''],
  ['ext2fs', ''],
  ['msdos', ''],
  ['v7fs', ''],
])('%s is mounted with "%s"', (fs, options) => {
  const entry = { name: 'a.img', kind: { fs } } as unknown as ImageEntry;
  expect(mountCommand(entry, 'rd0')).toBe(
    `mkdir -p /mnt/a && mount -t ${fs} ${options}/dev/rd0 /mnt/a && ls -l /mnt/a`,
  );
});
