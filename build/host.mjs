#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/** Bundle what Node runs: cli/rumpus.ts and every workers/*.worker.ts -> out/host/*.mjs. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';
import { ROOT } from './setup.mjs';

const OUT = path.join(ROOT, 'out/host');
const STALE_MS = 3_600_000;

function entries() {
  const list = [];
  const add = (folder, wanted) => {
    const dir = path.join(ROOT, folder);
    if (!fs.existsSync(dir)) return;
    for (const name of fs.readdirSync(dir).sort()) if (wanted(name)) list.push(`${folder}/${name}`);
  };
  add('cli', (name) => name === 'rumpus.ts');
  add('bench', (name) => name.endsWith('_host.ts'));
  for (const folder of ['cli', 'workers', 'bench']) add(folder, (name) => name.endsWith('.worker.ts'));
  return list;
}

/** @returns {Promise<string[]>} the entries bundled */
export async function buildHost() {
  const files = entries();
  if (files.length === 0) return files;
  const { build } = await import('esbuild');
  fs.mkdirSync(OUT, { recursive: true });
  const result = await withLock(path.join(OUT, '.lock'), () =>
    build({
      metafile: true,
      absWorkingDir: ROOT,
      entryPoints: files,
      outdir: OUT,
      entryNames: '[name]',
      chunkNames: 'chunk-[hash]',
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: 'linked',
      logLevel: 'warning',
    }),
  );
  removeStale(new Set(Object.keys(result.metafile.outputs).map((name) => path.basename(name))));
  return files;
}

/** Chunks of old builds go once no process that was started with them can want them. */
function removeStale(current) {
  for (const name of fs.readdirSync(OUT)) {
    if (!name.startsWith('chunk-') || current.has(name)) continue;
    const file = path.join(OUT, name);
    if (Date.now() - fs.statSync(file).mtimeMs > STALE_MS) fs.rmSync(file, { force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(`host: bundled ${(await buildHost()).join(' ')}`);
  } catch {
    process.exitCode = 1;
  }
}
