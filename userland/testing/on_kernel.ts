// SPDX-License-Identifier: BSD-2-Clause
/** Programs on the real kernel, for tests that need one: a boot under Node, with files of the host as disks. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** False where nobody built the kernel and the command line. */
export const kernelIsBuilt = existsSync(`${ROOT}/out/kernel/rumpus.wasm`) && existsSync(`${ROOT}/out/host/rumpus.mjs`);

export interface KernelRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param disks  name of the disk to file of the host; `options` of rumpus */
export function runOnKernel(
  script: string,
  disks: Record<string, string> = {},
  timeoutMs = 60_000,
  options: readonly string[] = [],
): KernelRun {
  const attach = Object.entries(disks).flatMap(([name, file]) => ['--disk', `${name}=${file}`]);
  const args = [`${ROOT}/cli/rumpus.mjs`, ...options, ...attach, '-c', script];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: timeoutMs,
    maxBuffer: 1 << 26,
  });
  return { status, stdout, stderr };
}
