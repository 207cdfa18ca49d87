// SPDX-License-Identifier: BSD-2-Clause
/** Files of the host under names as programs hold them: any bytes, see userland/lib/bytes.ts. */
import fs from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import { decode, encode } from '../../userland/lib/bytes.ts';

/** A name for node:fs. */
export function hostPath(name: string): Buffer {
  return Buffer.from(encode(name));
}

/** Names in a directory, sorted. */
export function hostNames(dir: string): string[] {
  return fs
    .readdirSync(hostPath(dir), { encoding: 'buffer' })
    .map((name) => decode(name))
    .sort();
}

export function hostStat(name: string, follow: boolean): fs.Stats | undefined {
  const path = hostPath(name);
  return follow ? fs.statSync(path, { throwIfNoEntry: false }) : fs.lstatSync(path, { throwIfNoEntry: false });
}

/** "No such file or directory" of an error of node:fs, without call and path; other errors go on. */
export function hostFault(error: unknown): string {
  const { errno } = error as NodeJS.ErrnoException;
  const text = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  if (text === undefined) throw error;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A name from an image that is one component of a path and no more. */
export function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0');
}
