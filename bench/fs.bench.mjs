// SPDX-License-Identifier: BSD-2-Clause
/** File systems on an image in memory, in wasm under Node. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildKernel } from '../build/kernel.mjs';
import { NETBSD_FFS } from './netbsd.mjs';

const MNT_ASYNC = 0x40;
const MNT_LOG = 0x02000000;
const SIZE = 512 << 20;

/** name of the figures, type, flags of mount(2), the bar, and the tool that makes the image */
const CASES = [
  [
    'ffs-async',
    'ffs',
    MNT_ASYNC,
    NETBSD_FFS.async,
    ['makefs', '-t', 'ffs', '-o', 'version=1', '-f', '30000', '-s', `${SIZE}`],
  ],
  [
    'ffs-log',
    'ffs',
    MNT_LOG,
    NETBSD_FFS.log,
    ['makefs', '-t', 'ffs', '-o', 'version=2', '-f', '30000', '-s', `${SIZE}`],
  ],
  ['ext2fs', 'ext2fs', 0, {}, ['mke2fs', '-q', '-F', '-t', 'ext2', '-I', '128', '-b', '4096']],
  ['msdos', 'msdos', 0, {}, ['mkfs.fat', '-F', '32']],
];
const UNITS = { mount: 'ms', 'create-10000': 's', 'remove-10000': 's', 'create-unlink': '1/s', 'stat-10000': '1/s' };

function makeImage(scratch, [tool, ...args]) {
  const file = path.join(scratch, 'image');
  const empty = path.join(scratch, 'empty');
  fs.mkdirSync(empty, { recursive: true });
  fs.rmSync(file, { force: true });
  if (tool !== 'makefs') fs.writeFileSync(file, '');
  if (tool !== 'makefs') fs.truncateSync(file, SIZE);
  const made = spawnSync(tool, tool === 'makefs' ? [...args, file, empty] : [...args, file], {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    encoding: 'utf8',
  });
  if (made.status !== 0) return undefined;
  return new Uint8Array(fs.readFileSync(file));
}

export async function bench({ root, runs }) {
  const built = await buildKernel({ variant: 'bench' });
  const host = await import(pathToFileURL(path.join(root, 'out/host/bench_host.mjs')).href);
  const kernel = new Uint8Array(fs.readFileSync(path.join(root, built.file)));
  const module = new WebAssembly.Module(kernel);
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'rumpus-bench-'));
  const results = [];
  try {
    for (const [name, type, flags, bar, tool] of CASES) {
      const image = makeImage(scratch, tool);
      if (image === undefined) {
        console.log(`no ${tool[0]} here: ${name} left out`);
        continue;
      }
      const figures = {};
      for (let run = 0; run < runs; run++) host.timeFileSystem(kernel, module, { type, flags, image }, figures);
      for (const [what, values] of Object.entries(figures))
        results.push({
          name: `${name}/${what}`,
          unit: UNITS[what] ?? 'B/s',
          runs: values,
          env: 'node',
          baseline: bar[what],
        });
    }
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  return results;
}
