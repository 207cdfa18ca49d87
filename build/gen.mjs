#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/**
 * Write every *.gen.* file from the masters in kernel-wasm/abi.
 *
 *   node build/gen.mjs           write what changed
 *   node build/gen.mjs --check   exit 1 when a file is not current
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { constantFiles } from './gen/constants.mjs';
import { errnoFiles } from './gen/errno.mjs';
import { hypercallFiles } from './gen/hypercalls.mjs';
import { manFiles } from './gen/man.mjs';
import { rumpHeaderFiles } from './gen/rump_headers.mjs';
import { structFiles } from './gen/structs.mjs';
import { syscallFiles } from './gen/syscalls.mjs';
import { syscallClientFiles } from './gen/syscalls_ts.mjs';
import { toolFiles } from './gen/tools.mjs';
import { vnodeFiles } from './gen/vnode_if.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Every generator returns {path relative to the root: text}. */
const GENERATORS = [
  errnoFiles,
  syscallFiles,
  syscallClientFiles,
  hypercallFiles,
  vnodeFiles,
  rumpHeaderFiles,
  constantFiles,
  structFiles,
  manFiles,
  toolFiles,
];

/** @returns {string[]} paths that differ from what the masters say */
export function generate({ check = false } = {}) {
  const stale = [];
  for (const generator of GENERATORS) {
    for (const [name, text] of Object.entries(generator(path.join(ROOT, 'kernel-wasm/abi')))) {
      const file = path.join(ROOT, name);
      const old = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
      if (old === text) continue;
      stale.push(name);
      if (check) continue;
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, text);
    }
  }
  return stale;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check');
  const stale = generate({ check });
  for (const name of stale) console.log(`${check ? 'stale' : 'wrote'} ${name}`);
  if (check && stale.length > 0) process.exitCode = 1;
}
