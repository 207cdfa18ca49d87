#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/**
 * The core of our own newfs(8) on files, without a kernel.
 *
 *   newfs.mjs FILE SIZE FORMAT ORDER BSIZE FSIZE [INODES]
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const ffs = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../../userland/ffs');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'newfs-'));
buildSync({
  stdin: {
    contents: "export * from './newfs_plan.ts'; export * from './newfs_write.ts';",
    resolveDir: ffs,
    loader: 'ts',
  },
  bundle: true,
  format: 'esm',
  outfile: `${work}/newfs.mjs`,
  logLevel: 'error',
});
const { planNewfs, writeNewfs } = await import(`${work}/newfs.mjs`);
fs.rmSync(work, { recursive: true });

const [file, size, format, order, bsize, fsize, inodes] = process.argv.slice(2);
const fd = fs.openSync(file, 'w+');
fs.ftruncateSync(fd, Number(size));
const disk = {
  size: Number(size),
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
const sb = planNewfs({
  format,
  order,
  size: Number(size),
  sectorSize: 512,
  bsize: Number(bsize),
  fsize: Number(fsize),
  ...(inodes === undefined ? {} : { inodes: Number(inodes) }),
  time: Math.floor(Date.now() / 1000),
  random: 1,
});
writeNewfs(disk, sb, { uid: 0, gid: 0 }, () => {});
fs.closeSync(fd);
