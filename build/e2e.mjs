#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/** npm run e2e: build what is stale, then Playwright in Debian's Chromium; arguments go to Playwright (--kills N: kills of the durability tests). */
import { spawnSync } from 'node:child_process';
import { buildHost } from './host.mjs';
import { buildKernel } from './kernel.mjs';
import { buildPage, pageIsCurrent } from './page.mjs';
import { ensureDebian, ensureNpm, ROOT, requireNode } from './setup.mjs';

requireNode();
ensureNpm();
ensureDebian('toolchain', 'browser', 'images');
ensureDebian('firefox');
await buildKernel();
await buildHost();
if (!pageIsCurrent()) await buildPage();
const args = process.argv.slice(2);
const kills = args.indexOf('--kills');
if (kills >= 0) process.env['RUMPUS_KILLS'] = args.splice(kills, 2)[1];
const result = spawnSync('npx', ['playwright', 'test', ...args], { cwd: ROOT, stdio: 'inherit' });
process.exitCode = result.status ?? 1;
