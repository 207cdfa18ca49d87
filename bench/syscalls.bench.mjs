// SPDX-License-Identifier: BSD-2-Clause
/** System calls per second under Node: a C loop inside a client (kernel-wasm/bench/rump_bench.c). */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildKernel } from '../build/kernel.mjs';
import { asResults } from './netbsd.mjs';

export async function bench({ root, runs }) {
  const built = await buildKernel({ variant: 'bench' });
  const host = await import(pathToFileURL(path.join(root, 'out/host/bench_host.mjs')).href);
  return asResults(host.timeKernel(fs.readFileSync(path.join(root, built.file)), runs), 'node');
}
