// SPDX-License-Identifier: BSD-2-Clause
/** Programs of the host that tests of the disk tools compare with. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const FOLDERS = [...(process.env.PATH ?? '').split(':'), '/sbin', '/usr/sbin'];

/** True when all of them are installed. */
export function haveTools(...names: readonly string[]): boolean {
  return names.every((name) => FOLDERS.some((folder) => existsSync(path.join(folder, name))));
}

/** Exit status and both outputs in one text. */
export function runTool(name: string, ...args: readonly string[]): { status: number; text: string } {
  const run = spawnSync(name, args, {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, PATH: FOLDERS.join(':'), MTOOLS_SKIP_CHECK: '1' },
  });
  return { status: run.status ?? -1, text: `${run.stdout ?? ''}${run.stderr ?? ''}${run.error ?? ''}` };
}

/** `body` with a folder of its own, removed afterwards. */
export function withFolder<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rumpus-disk-'));
  try {
    return body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `body` with the image as a file; with 'changed' its content afterwards goes back into `image`. */
export function withImage<T>(image: Uint8Array, body: (file: string) => T, back?: 'changed'): T {
  return withFolder((folder) => {
    const file = path.join(folder, 'image');
    writeFileSync(file, image);
    const result = body(file);
    if (back !== undefined) image.set(readFileSync(file).subarray(0, image.length));
    return result;
  });
}
