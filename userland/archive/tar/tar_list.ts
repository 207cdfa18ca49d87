// SPDX-License-Identifier: BSD-2-Clause
import { groupName, MONTHS, modeString, two, userName } from '../../lib/format.ts';
import type { TarEntry, TarType } from './tar_entry.ts';

const MODES: Readonly<Record<TarType, number>> = {
  file: 0o100000,
  hardlink: 0o100000,
  symlink: 0o120000,
  char: 0o020000,
  block: 0o060000,
  directory: 0o040000,
  fifo: 0o010000,
};
const SIX_MONTHS = 182.5 * 86400;

/** A member as ls -l shows files; `->` a symbolic link, `==` a hard link. */
export function memberLine(entry: TarEntry, nowSec: number): string {
  const user = entry.user || userName(entry.uid);
  const group = entry.group || groupName(entry.gid);
  const isDevice = entry.type === 'char' || entry.type === 'block';
  const size = isDevice ? `${entry.major},${String(entry.minor).padStart(4)}` : String(entry.size);
  const link = entry.type === 'symlink' ? ` -> ${entry.link}` : entry.type === 'hardlink' ? ` == ${entry.link}` : '';
  const mode = modeString(MODES[entry.type] | entry.mode);
  return `${mode} ${user.padEnd(8)} ${group.padEnd(8)} ${size.padStart(9)} ${when(entry, nowSec)} ${entry.name}${link}`;
}

function when(entry: TarEntry, nowSec: number): string {
  const time = new Date(entry.mtime.sec * 1000);
  if (Number.isNaN(time.getTime())) return '            ';
  const day = `${MONTHS[time.getUTCMonth()]} ${String(time.getUTCDate()).padStart(2)}`;
  const recent = Math.abs(nowSec - entry.mtime.sec) < SIX_MONTHS;
  return recent ? `${day} ${two(time.getUTCHours())}:${two(time.getUTCMinutes())}` : `${day}  ${time.getUTCFullYear()}`;
}
