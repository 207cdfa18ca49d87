// SPDX-License-Identifier: BSD-2-Clause
/** The shell line that mounts an image: the button types it, so that the user sees and learns it. */
import type { Wedge } from '../kernel_api';
import type { ImageEntry } from './image_entry';

/** A directory name from an image's file name: "My Disc (2).iso" becomes my_disc_2. */
export function mountPoint(name: string): string {
  const stem = name.replace(/\.(?:iso|img|image|ffs|ufs|raw|fs|bin|qcow2|vmdk|vhd|vpc)$/i, '');
  const clean = stem
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '_')
    .replace(/^[._-]+|_+$/g, '');
  return `/mnt/${clean.slice(0, 24) || 'image'}`;
}

/** A partition: mount(8) finds out what is in it. */
export function mountPartitionCommand(entry: ImageEntry, wedge: Wedge): string {
  const at = `${mountPoint(entry.name)}-${mountPoint(wedge.name || wedge.device).slice('/mnt/'.length)}`;
  return `mkdir -p ${at} && mount /dev/${wedge.device} ${at} && ls -l ${at}`;
}

/** Never written; the others are, and mount(8) falls back to read-only where the image asks for it. */
const READ_ONLY: ReadonlySet<string> = new Set(['cd9660']);

export function mountCommand(entry: ImageEntry, device: string): string {
  const at = mountPoint(entry.name);
  const type = entry.kind.fs ?? 'cd9660';
  const options = READ_ONLY.has(type) ? '-o ro ' : '';
  return `mkdir -p ${at} && mount -t ${type} ${options}/dev/${device} ${at} && ls -l ${at}`;
}
