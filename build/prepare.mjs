#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/**
 * The "prepare" script of npm: what is packed or installed elsewhere has the kernel and the bundle of the command. A plain
 * `npm install` or `npm ci` in a checkout builds nothing: that is what `npm run build` and `npm start` are for.
 */
import fs from 'node:fs';
import path from 'node:path';
import { ROOT, requireNode } from './setup.mjs';

const HOST = path.join(ROOT, 'out/host');
const BUILT = [path.join(HOST, 'rumpus.mjs'), path.join(ROOT, 'out/kernel/rumpus.wasm')];

const { npm_command: command, npm_config_global: global } = process.env;
const leaves = command === 'pack' || command === 'publish' || global === 'true';

if (leaves) {
  requireNode();
  // npm shows standard output only of what fails.
  const log = (text) => process.stderr.write(`${text}\n`);
  if (command === 'pack' || command === 'publish') removeChunks();
  if (!BUILT.every((file) => fs.existsSync(file))) {
    const { buildKernel } = await import('./kernel.mjs');
    const { buildHost } = await import('./host.mjs');
    await buildKernel({ log });
    await buildHost();
  }
}

/** Chunks of builds before this one are not packed. */
function removeChunks() {
  if (!fs.existsSync(HOST)) return;
  for (const name of fs.readdirSync(HOST)) if (/\.mjs(\.map)?$/.test(name)) fs.rmSync(path.join(HOST, name));
}
