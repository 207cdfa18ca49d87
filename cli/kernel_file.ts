// SPDX-License-Identifier: BSD-2-Clause
/** Finds the kernel module. */
import fs from 'node:fs';

/** The bytes of `path`, or of the kernel that npm run build made. */
export function readKernel(path: string | undefined): Uint8Array<ArrayBuffer> {
  const file = path ?? new URL('../kernel/rumpus.wasm', import.meta.url);
  if (!fs.existsSync(file))
    throw new Error(path === undefined ? 'there is no kernel yet: run `npm run build`' : `${path}: no such file`);
  const bytes = new Uint8Array(fs.readFileSync(file));
  if (bytes[0] !== 0 || bytes[1] !== 0x61 || bytes[2] !== 0x73 || bytes[3] !== 0x6d)
    throw new Error(`${path}: not a WebAssembly module`);
  return bytes;
}
