// SPDX-License-Identifier: BSD-2-Clause
/** The same loops in the native build of the kernel (make -C kernel-wasm bench), and its boot. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { NETBSD } from './netbsd.mjs';

const PROCESSES = 3;
const READ_BYTES = 4 << 20;
const NS = 1e9;

/** One JSON object a line; what else make prints is left out. */
function runOnce(root) {
  const make = spawnSync('make', ['--no-print-directory', '-C', path.join(root, 'kernel-wasm'), 'bench'], {
    encoding: 'utf8',
  });
  if (make.status !== 0) return undefined;
  return make.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

function asResult(name, times) {
  const common = { env: 'native', baseline: NETBSD[name] };
  if (name === 'boot') return { ...common, name: 'boot/rump-init', unit: 'ms', runs: times.map((ns) => ns / 1e6) };
  const each = name === 'tmpfs-read-64k' ? READ_BYTES : 1;
  const unit = each === 1 ? '1/s' : 'B/s';
  return { ...common, name: `syscall/${name}`, unit, runs: times.map((ns) => (each * NS) / ns) };
}

export async function bench({ root }) {
  const times = new Map();
  for (let run = 0; run < PROCESSES; run++) {
    const lines = runOnce(root);
    if (lines === undefined) {
      console.log('no native build here (make, clang): left out');
      return [];
    }
    for (const { bench: name, ns } of lines) {
      if (ns === undefined) continue;
      if (!times.has(name)) times.set(name, []);
      times.get(name).push(ns);
    }
  }
  return [...times].map(([name, list]) => asResult(name, list));
}
