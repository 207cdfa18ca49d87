// SPDX-License-Identifier: BSD-2-Clause
/** `rumpus ls IMAGE /` on an image of 1 GB, from start to end: time and memory of the process. The bound is 0.3 s and 150 MB. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const IMAGE_BYTES = 1 << 30;
const TIME = '/usr/bin/time';
const TYPES = [
  ['ext2fs', (image) => ['mke2fs', ['-q', '-t', 'ext2', image]]],
  ['msdos', (image) => ['mkfs.fat', ['-F', '32', image]]],
];

/** Wall time in ms, and the peak resident memory in bytes where time(1) tells it. */
function measure(root, image) {
  const command = [process.execPath, path.join(root, 'cli/rumpus.mjs'), 'ls', image, '/'];
  const timed = fs.existsSync(TIME);
  const argv = timed ? [TIME, '-f', '%M', ...command] : command;
  const begin = process.hrtime.bigint();
  const run = spawnSync(argv[0], argv.slice(1), { encoding: 'utf8' });
  const ms = Number(process.hrtime.bigint() - begin) / 1e6;
  if (run.status !== 0) throw new Error(`rumpus ls ${image}: ${run.stderr}`);
  return { ms, bytes: timed ? Number(run.stderr.trim().split('\n').at(-1)) * 1024 : undefined };
}

export async function bench({ root, runs }) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'rumpus-bench-'));
  const results = [];
  try {
    for (const [type, maker] of TYPES) {
      const image = path.join(dir, type);
      fs.writeFileSync(image, '');
      fs.truncateSync(image, IMAGE_BYTES);
      const [tool, args] = maker(image);
      const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
      if (spawnSync(tool, args, { env }).status !== 0) continue;
      const samples = Array.from({ length: runs + 1 }, () => measure(root, image)).slice(1);
      results.push({ name: `fsutil/ls-1g/${type}`, unit: 'ms', runs: samples.map((s) => s.ms), env: 'node' });
      if (samples.some((s) => s.bytes === undefined)) continue;
      results.push({ name: `fsutil/ls-1g-rss/${type}`, unit: 'bytes', runs: samples.map((s) => s.bytes), env: 'node' });
    }
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
  return results;
}
