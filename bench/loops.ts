// SPDX-License-Identifier: BSD-2-Clause
/** The loops of kernel-wasm/bench/rump_bench.c, timed: the same code under Node and in a browser. */

import type { KernelInstance } from '../userland/abi.ts';
import { LocalKernel } from '../workers/local_kernel.ts';
import { clientLoops } from './client_loops.ts';

export interface LoopResult {
  readonly name: string;
  readonly unit: string;
  readonly runs: readonly number[];
  /** Who makes the calls: a C loop in the module, or TypeScript through the syscall client. */
  readonly client: 'c' | 'ts';
}

const RUMP_RFCFDG = 2;
const TARGET_MS = 120;
const READ_BYTES = 4 << 20;
const BULK = 'tmpfs-read-64k';

type Call = (name: string, ...args: number[]) => number;

type Loop = (rounds: number) => void;

/** Rounds that take about TARGET_MS, after a warm-up that lets the engine optimise. */
function calibrate(loop: Loop): number {
  for (let rounds = 1; ; rounds *= 4) {
    const start = performance.now();
    loop(rounds);
    const ms = performance.now() - start;
    if (ms > TARGET_MS / 2) return Math.max(1, Math.round((rounds * TARGET_MS) / ms));
  }
}

/** Rounds in some time as a rate; the bulk read counts its bytes. */
export function rate(name: string, rounds: number, ms: number): { value: number; unit: string } {
  const perSecond = rounds / (ms / 1000);
  return name === BULK ? { value: perSecond * READ_BYTES, unit: 'B/s' } : { value: perSecond, unit: '1/s' };
}

function time(name: string, loop: Loop, runs: number, client: LoopResult['client']): LoopResult {
  const rounds = calibrate(loop);
  const rates = Array.from({ length: runs }, () => {
    const start = performance.now();
    loop(rounds);
    return rate(name, rounds, performance.now() - start).value;
  });
  return { name, unit: rate(name, 1, 1).unit, runs: rates, client };
}

function guestText(instance: KernelInstance, at: number): string {
  return new TextDecoder().decode(instance.u8.slice(at, instance.u8.indexOf(0, at)));
}

/** Rounds per second of each loop, `runs` times; bytes per second for the bulk read. */
export function timeLoops(instance: KernelInstance, runs: number): LoopResult[] {
  const call: Call = (name, ...args) => Number(instance.exports[name]?.(...args));
  call('rump_pub_lwproc_rfork', RUMP_RFCFDG);
  if (call('rump_bench_setup') !== 0) throw new Error('bench set-up failed');
  const client = clientLoops(instance);
  const results: LoopResult[] = [];
  for (let which = 0; ; which++) {
    const at = call('rump_bench_name', which);
    if (at === 0) return results;
    const name = guestText(instance, at);
    const inC: Loop = (rounds) => {
      if (call('rump_bench', which, rounds) !== 0) throw new Error(`bench loop ${name} failed`);
    };
    results.push(time(name, inC, runs, 'c'));
    const round = client.get(name);
    if (round === undefined) continue;
    const inTypeScript: Loop = (rounds) => {
      for (let i = 0; i < rounds; i++) round();
    };
    results.push(time(name, inTypeScript, runs, 'ts'));
  }
}

/** Milliseconds from instantiation to the end of rump_init, `runs` times. */
export function timeBoots(module: WebAssembly.Module, bytes: Uint8Array<ArrayBuffer>, runs: number): number[] {
  return Array.from({ length: runs }, () => {
    const start = performance.now();
    LocalKernel.boot({ kernel: bytes, module, memoryBytes: 64 << 20 });
    return performance.now() - start;
  });
}

/** Boots take a millisecond or two: many of them, or the median is that of the machine's other work. */
const BOOTS = 25;

export interface KernelTimes {
  readonly loops: readonly LoopResult[];
  readonly boots: readonly number[];
  /** The first boot of a module that was just compiled: the engine makes code of each function as it is first called. */
  readonly firstBoot: number;
}

/** Everything, on a kernel of its own in this thread. */
export function timeKernel(bytes: Uint8Array<ArrayBuffer>, runs: number): KernelTimes {
  const module = new WebAssembly.Module(bytes);
  const [firstBoot = 0, ...boots] = timeBoots(module, bytes, 1 + BOOTS);
  const { instance } = LocalKernel.boot({ kernel: bytes, module });
  return { loops: timeLoops(instance, runs), boots, firstBoot };
}
