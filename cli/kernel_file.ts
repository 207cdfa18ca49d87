// SPDX-License-Identifier: BSD-2-Clause
/** Finds the kernel module. */
import fs from 'node:fs';

/** The bytes of `path`, or of the kernel that npm run build made. */
export function readKernel(path: string | undefined): Uint8Array<ArrayBuffer> {
  const file = path ?? new URL('../kernel/rumpus.wasm', import.meta.url);
  if (!fs.existsSync(file))
    throw new Error(path === undefined ? 'there is no kernel yet: run `npm run build`' : `${path}: no such file`);
  return new Uint8Array(fs.readFileSync(file));
}
