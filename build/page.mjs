// SPDX-License-Identifier: BSD-2-Clause
/** The page: production bundle in dist/, rebuilt only when a source is newer. */
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './setup.mjs';

const SOURCES = [
  'web',
  'workers',
  'hypercall-js',
  'userland',
  'public',
  'index.html',
  'vite.config.ts',
  'package-lock.json',
  'out/kernel/rumpus.wasm',
];

function newest(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  let time = stat.mtimeMs;
  for (const name of fs.readdirSync(file)) time = Math.max(time, newest(path.join(file, name)));
  return time;
}

export function pageIsCurrent() {
  const built = fs.statSync(path.join(ROOT, 'dist/index.html'), { throwIfNoEntry: false });
  return built !== undefined && SOURCES.every((name) => newest(path.join(ROOT, name)) <= built.mtimeMs);
}

/** Bundle the page into dist/. */
export async function buildPage() {
  const { build } = await import('vite');
  await build({
    root: ROOT,
    configFile: path.join(ROOT, 'vite.config.ts'),
    logLevel: 'warn',
    build: { emptyOutDir: true },
  });
}
