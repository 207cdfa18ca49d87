// SPDX-License-Identifier: BSD-2-Clause
/** The same loops in a kernel with threads and two CPUs (Node), its memory in use after boot, and its boot with workers. */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildKernel } from '../build/kernel.mjs';
import { NETBSD } from './netbsd.mjs';

const NAMES = Object.keys(NETBSD).filter((name) => name !== 'boot');
const MEMORY_LIMIT = 8 << 20;

export async function bench({ root, runs }) {
  const built = await buildKernel({ variant: 'bench' });
  const file = path.join(root, 'out/host/bench_host.mjs');
  const host = await import(pathToFileURL(file).href);
  const bytes = fs.readFileSync(path.join(root, built.file));
  const result = await host.timeThreadedKernel(bytes, NAMES, pathToFileURL(`${path.dirname(file)}/`), runs);
  const env = 'node';
  const loops = result.loops.map(({ name, ...rest }) => ({
    ...rest,
    name: `syscall/${name}/threads`,
    env,
    baseline: NETBSD[name],
  }));
  const memory = { name: 'boot/memory', unit: 'bytes', runs: [result.memoryUsed], env, baseline: MEMORY_LIMIT };
  return [...loops, memory, { name: 'boot/with-workers', unit: 'ms', runs: result.boots, env }];
}
