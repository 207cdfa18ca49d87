#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/** The `rumpus` command: runs the bundle of cli/rumpus.ts, building it first when there is none. */
import fs from 'node:fs';

const bundle = new URL('../out/host/rumpus.mjs', import.meta.url);

if (!fs.existsSync(bundle)) {
  const log = (text) => process.stderr.write(`${text}\n`);
  const { buildKernel } = await import('../build/kernel.mjs');
  const { buildHost } = await import('../build/host.mjs');
  await buildKernel({ log });
  await buildHost();
}
await import(bundle.href);
