// SPDX-License-Identifier: BSD-2-Clause
/** What npm packs is all that the command needs: it runs where nothing else of the checkout is. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { BUILT, Scratch } from './testing/run_rumpus.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const scratch = new Scratch();
afterAll(() => scratch.remove());

function packedFiles(): string[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { stdout } = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8' });
  const report = JSON.parse(stdout) as object;
  const [pack] = Object.values(report) as { files: { path: string }[] }[];
  return pack?.files.map((file) => file.path) ?? [];
}

describe.skipIf(!BUILT)('the package', { timeout: 60_000 }, () => {
  it('runs on its own', () => {
    const files = packedFiles();
    expect(files).toContain('out/kernel/rumpus.wasm');
    expect(files.filter((file) => /^(kernel-wasm|web|node_modules|build)\//.test(file))).toEqual([]);
    for (const file of files) {
      fs.mkdirSync(path.dirname(scratch.path(file)), { recursive: true });
      fs.copyFileSync(path.join(ROOT, file), scratch.path(file));
    }
    scratch.tool('mke2fs', '-q', scratch.blank('image', 2));
    const run = (...args: string[]) => scratch.run(process.execPath, ['cli/rumpus.mjs', ...args]);
    expect(run('ls', 'image')).toEqual({ status: 0, out: 'lost+found\n', err: '' });
    expect(run('-c', 'echo hello | gzip | gunzip')).toMatchObject({ status: 0, out: 'hello\n' });
  });
});
