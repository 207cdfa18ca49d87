#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/**
 * npm run bench: run every bench/*.bench.mjs and write out/bench/results.json.
 *
 *   npm run bench -- [--only NAME,...] [--out FILE]
 *
 * A bench module exports `async function bench({ root, runs })`, which returns results
 *
 *   { name, unit, median, runs: [number, ...], env, baseline? }
 *
 * name      area/what ("syscall/getpid"); the same name in every environment
 * unit      "ns", "MB/s", "1/s", "ms", "bytes"
 * env       "node", "chromium", "native" or "native-netbsd"
 * baseline  median of the same name in the environment compared with, measured in the same call
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildHost } from './host.mjs';
import { buildKernel } from './kernel.mjs';
import { median } from './median.mjs';
import { ROOT } from './setup.mjs';

const RUNS = 5;

function option(name) {
  const i = process.argv.indexOf(name);
  return i < 0 ? undefined : process.argv[i + 1];
}

const dir = path.join(ROOT, 'bench');
const only = option('--only')?.split(',');
const kernel = await buildKernel();
await buildHost();
const results = [{ name: 'kernel/size', unit: 'bytes', median: kernel.bytes, runs: [kernel.bytes], env: 'node' }];
results.push({ name: 'kernel/gzip', unit: 'bytes', median: kernel.gzip, runs: [kernel.gzip], env: 'node' });
for (const name of fs.existsSync(dir) ? fs.readdirSync(dir).sort() : []) {
  if (!name.endsWith('.bench.mjs') || (only !== undefined && !only.includes(name.split('.')[0]))) continue;
  console.log(`== ${name}`);
  const module = await import(pathToFileURL(path.join(dir, name)).href);
  for (const result of await module.bench({ root: ROOT, runs: RUNS })) {
    result.median ??= median(result.runs);
    results.push(result);
    console.log(`${result.name}\t${result.env}\t${Number(result.median.toPrecision(4))} ${result.unit}`);
  }
}
const file = path.resolve(ROOT, option('--out') ?? 'out/bench/results.json');
fs.mkdirSync(path.dirname(file), { recursive: true });
const machine = { cpu: os.cpus()[0]?.model ?? 'unknown', cpus: os.cpus().length, node: process.version };
fs.writeFileSync(file, `${JSON.stringify({ date: new Date().toISOString(), machine, results }, null, 2)}\n`);
console.log(`${results.length} results in ${path.relative(ROOT, file)}`);
