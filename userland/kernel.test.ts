// SPDX-License-Identifier: BSD-2-Clause
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = existsSync(`${root}/out/kernel/rumpus.wasm`) && existsSync(`${root}/out/host/rumpus.mjs`);

describe.skipIf(!built)('the same scripts on the real kernel', () => {
  it('prints what the fake kernel printed', { timeout: 90_000 }, () => {
    const run = spawnSync(process.execPath, [`${root}/userland/testing/cases_on_kernel.mjs`], { encoding: 'utf8' });
    expect(run.stdout.trim().split('\n').pop()).toMatch(/ 0 failed$/);
  });
});
