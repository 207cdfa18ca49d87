// SPDX-License-Identifier: BSD-2-Clause
/**
 * System calls per second: a C loop inside a client (kernel-wasm/bench/rump_bench.c), and the same calls made by a
 * TypeScript program through the syscall client, on a kernel with threads and two CPUs under Node.
 *
 * The bar is NetBSD's own rump kernel, built natively on a machine of this kind and measured once.
 */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildKernel } from '../build/kernel.mjs';

/** Calls (or rounds) per second of NetBSD's rump kernel, native. */
const NETBSD = {
  getpid: 29e6,
  fstat: 6.5e6,
  'stat-depth-5': 549e3,
  'open-close': 494e3,
  'create-unlink': 233e3,
  'mkdir-rmdir': 266e3,
  'pread-4k': 4.1e6,
  'pipe-byte': 4.5e6,
  'tmpfs-read-64k': 7e9,
};
const RUMP_RFCFDG = 2;
const TARGET_MS = 120;
const READ_BYTES = 4 << 20;

/** Rounds that take about TARGET_MS, after a warm-up that lets the engine optimise. */
function calibrate(call, which) {
  let rounds = 1;
  for (;;) {
    const start = performance.now();
    if (call('rump_bench', which, rounds) !== 0) throw new Error(`bench ${which} failed`);
    const ms = performance.now() - start;
    if (ms > TARGET_MS / 2) return Math.max(1, Math.round((rounds * TARGET_MS) / ms));
    rounds *= 4;
  }
}

/** Run every loop on the kernel whose exports `call` reaches; rates in env. */
export function benchLoops({ call, nameOf, env, runs }) {
  call('rump_pub_lwproc_rfork', RUMP_RFCFDG);
  if (call('rump_bench_setup') !== 0) throw new Error('bench set-up failed');
  const results = [];
  for (let which = 0; ; which++) {
    const at = call('rump_bench_name', which);
    if (at === 0) return results;
    const what = nameOf(at);
    const rounds = calibrate(call, which);
    const rates = [];
    for (let i = 0; i < runs; i++) {
      const start = performance.now();
      call('rump_bench', which, rounds);
      const perSecond = rounds / ((performance.now() - start) / 1000);
      rates.push(what === 'tmpfs-read-64k' ? perSecond * READ_BYTES : perSecond);
    }
    const unit = what === 'tmpfs-read-64k' ? 'B/s' : '1/s';
    results.push({ name: `syscall/${what}`, unit, runs: rates, env, baseline: NETBSD[what], baselineEnv: 'native-netbsd' });
  }
}

export async function bench({ root, runs }) {
  const built = await buildKernel({ variant: 'bench' });
  const host = await import(pathToFileURL(path.join(root, 'out/host/bench_host.mjs')).href);
  const { instance } = host.bootForBench(fs.readFileSync(path.join(root, built.file)));
  const call = (name, ...args) => Number(instance.exports[name](...args));
  const nameOf = (at) => {
    const end = instance.u8.indexOf(0, at);
    return Buffer.from(instance.u8.slice(at, end)).toString();
  };
  return benchLoops({ call, nameOf, env: 'node', runs });
}
