// SPDX-License-Identifier: BSD-2-Clause
/** The command itself, as a person types it: output, exit status, both ways of running. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = existsSync(`${root}/out/kernel/rumpus.wasm`) && existsSync(`${root}/out/host/rumpus.mjs`);

function rumpus(...args: string[]): { status: number | null; stdout: string } {
  return spawnSync(process.execPath, [`${root}/cli/rumpus.mjs`, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
  });
}

describe.skipIf(!built)('rumpus -c', { timeout: 60_000 }, () => {
  it('ends with the status of the shell', () => {
    expect(rumpus('-c', 'echo out; exit 7')).toMatchObject({ status: 7, stdout: 'out\n' });
    expect(rumpus('--threads', '0', '-c', 'echo out; exit 7')).toMatchObject({ status: 7, stdout: 'out\n' });
  });

  it('loses no output of a pipeline', () => {
    const script = 'i=0; while [ $i -lt 300 ]; do echo line $i; i=$(($i+1)); done | cat';
    const lines = rumpus('-c', script).stdout.trimEnd().split('\n');
    expect(lines.length).toBe(300);
    expect(lines.at(-1)).toBe('line 299');
  });

  it('ends when the kernel is rebooted', () => {
    const { status, stdout } = rumpus('-c', 'sys reboot 0 0; echo after');
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});
