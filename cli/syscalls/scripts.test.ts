// SPDX-License-Identifier: BSD-2-Clause
/** tests/scripts: lists of system calls and what a kernel answers to them (tests/scripts/golden/FS/SCRIPT.out). */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scripts = `${root}/tests/scripts`;
const built = fs.existsSync(`${root}/out/kernel/rumpus.wasm`) && fs.existsSync(`${root}/out/host/rumpus.mjs`);

/** The file systems a script names on its `#fs:` line. */
function fileSystems(script: string): readonly string[] {
  return (/^#fs: (.*)$/m.exec(fs.readFileSync(script, 'utf8'))?.[1] ?? 'tmpfs rumpfs').split(' ');
}

const cases = fs
  .readdirSync(scripts)
  .filter((name) => name.endsWith('.rk'))
  .flatMap((name) => fileSystems(`${scripts}/${name}`).map((type) => [type, name] as const));

describe.skipIf(!built)('rumpus syscalls', () => {
  it.each(cases)('%s %s', (type, name) => {
    const args = [`${root}/cli/rumpus.mjs`, 'syscalls', '-i', scripts, '-f', type, `${scripts}/${name}`];
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'latin1', timeout: 20_000 });
    expect(stdout).toBe(fs.readFileSync(`${scripts}/golden/${type}/${name.replace(/\.rk$/, '.out')}`, 'latin1'));
  });
});
