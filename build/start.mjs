#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/**
 * npm start: install what is missing, build kernel and page, serve the page.
 *
 *   npm start -- [--port N] [--dev] [--no-open] [--no-install]
 *
 * --dev serves the sources with hot reload instead of the production bundle.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureDebian, ensureNpm, ROOT, requireNode, step } from './setup.mjs';

const DEFAULT_PORT = 8030;

function option(name) {
  const i = process.argv.indexOf(name);
  return i < 0 ? undefined : process.argv[i + 1];
}
const has = (flag) => process.argv.includes(flag);

async function kernel() {
  const { buildKernel } = await import('./kernel.mjs');
  step('Kernel');
  if (!has('--no-install') && !ensureDebian('toolchain')) console.log('Building with @yowasp/clang from npm instead.');
  const result = await buildKernel();
  console.log(
    `${result.file}: ${result.bytes} bytes (${result.gzip} gzip), ${result.compiled} files compiled with ${result.toolchain}, ${result.ms} ms`,
  );
}

async function page() {
  const { buildPage, pageIsCurrent } = await import('./page.mjs');
  if (has('--dev')) return;
  step('Page');
  if (pageIsCurrent()) {
    console.log('up to date');
    return;
  }
  const started = Date.now();
  await buildPage();
  console.log(`bundled in ${Date.now() - started} ms`);
}

async function serve() {
  const vite = await import('vite');
  const port = Number(option('--port') ?? process.env.PORT ?? DEFAULT_PORT);
  const common = { root: ROOT, configFile: path.join(ROOT, 'vite.config.ts'), logLevel: 'warn' };
  let server;
  if (has('--dev')) {
    server = await vite.createServer({ ...common, server: { port, host: 'localhost' } });
    await server.listen();
  } else {
    server = await vite.preview({ ...common, preview: { port, host: 'localhost' } });
  }
  const url = server.resolvedUrls?.local[0] ?? `http://localhost:${port}/`;
  console.log(`\nRumpus is at ${url}   (Ctrl-C stops it)`);
  return url;
}

function openBrowser(url) {
  if (has('--no-open') || (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY))
    return;
  const command = { darwin: 'open', win32: 'explorer' }[process.platform] ?? 'xdg-open';
  const child = spawn(command, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

requireNode();
ensureNpm();
try {
  await kernel();
  const { buildHost } = await import('./host.mjs');
  await buildHost();
  await page();
  openBrowser(await serve());
} catch (error) {
  console.error(`\n${error.message ?? error}`);
  process.exit(1);
}
