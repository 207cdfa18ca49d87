// SPDX-License-Identifier: BSD-2-Clause
/**
 * The block stores in Chromium; the baseline is bare IndexedDB, a bare OPFS handle, or memory, with the same accesses in the same
 * run. Wanted: sequential at least 0.8 of bare IndexedDB, random not slower, OPFS at least half of the bare handle.
 */
import { median } from '../build/median.mjs';
import { inChromium, script } from './browser.mjs';

export async function bench({ root }) {
  const figures =
    (await inChromium(root, 'bench/storage_page.ts', { '/worker.js': await script(root, 'bench/storage_loops.ts') })) ??
    [];
  return figures.map(({ name, unit, runs, bare }) => {
    const result = { name, unit, runs, env: 'chromium', baseline: median(bare) };
    console.log(`${name}: ${(median(runs) / result.baseline).toFixed(2)} of ${result.baseline.toPrecision(4)} ${unit}`);
    return result;
  });
}
