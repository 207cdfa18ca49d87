// SPDX-License-Identifier: BSD-2-Clause
/** The pure parts of userland's disk tools, loaded from their sources, and a host file as the disk they work on. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const userland = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../../userland');

/** Everything that these modules export; names below userland, without their ending. */
export async function loadTools(...modules) {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'tools-'));
  try {
    buildSync({
      stdin: {
        contents: modules.map((name) => `export * from './${name}.ts';`).join('\n'),
        resolveDir: userland,
        loader: 'ts',
      },
      bundle: true,
      format: 'esm',
      outfile: `${work}/tools.mjs`,
      logLevel: 'error',
    });
    return await import(`${work}/tools.mjs`);
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}

/** An open file as a Disk (userland/disk/raw_device.ts). */
export function fileDisk(fd) {
  return {
    size: fs.fstatSync(fd).size,
    sectorSize: 512,
    read(offset, length) {
      const out = new Uint8Array(length);
      fs.readSync(fd, out, 0, length, offset);
      return out;
    },
    write: (offset, data) => fs.writeSync(fd, data, 0, data.length, offset),
    flush() {},
    close() {},
  };
}
