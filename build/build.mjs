#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/** npm run build: kernel, Node host and the page into dist/. */
import { ensureDebian, ensureNpm, requireNode, step } from './setup.mjs';

requireNode();
ensureNpm();
ensureDebian('toolchain');
try {
  step('Kernel');
  const { buildKernel } = await import('./kernel.mjs');
  const result = await buildKernel();
  console.log(`${result.file}: ${result.bytes} bytes, ${result.gzip} gzip`);
  step('Host for Node');
  const { buildHost } = await import('./host.mjs');
  console.log((await buildHost()).join(' '));
  step('Page');
  const { buildPage } = await import('./page.mjs');
  await buildPage();
  console.log('dist/');
} catch (error) {
  console.error(error.message ?? error);
  process.exitCode = 1;
}
