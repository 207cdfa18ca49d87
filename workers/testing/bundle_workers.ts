// SPDX-License-Identifier: BSD-2-Clause
/** Bundles the workers for tests under Node: they cannot be loaded from TypeScript. Returns the folder's URL. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = path.resolve(import.meta.dirname, '../..');

export async function bundleWorkers(roles: readonly string[]): Promise<URL> {
  const outdir = path.join(ROOT, 'out/test/workers', roles.join('-').replaceAll('/', '_'));
  await build({
    absWorkingDir: ROOT,
    entryPoints: roles.map((role) => `workers/${role}.worker.ts`),
    outdir,
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return pathToFileURL(`${outdir}/`);
}
