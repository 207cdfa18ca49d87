// SPDX-License-Identifier: BSD-2-Clause
/** The same loops in Chromium, in a worker of an isolated page. */
import fs from 'node:fs';
import path from 'node:path';
import { buildKernel } from '../build/kernel.mjs';
import { inChromium } from './browser.mjs';
import { asResults } from './netbsd.mjs';

export async function bench({ root }) {
  const built = await buildKernel({ variant: 'bench' });
  const kernel = ['application/wasm', fs.readFileSync(path.join(root, built.file))];
  const figures = await inChromium(root, 'bench/bench_page.ts', { '/kernel.wasm': kernel });
  return figures === undefined ? [] : asResults(figures, 'chromium');
}
