// SPDX-License-Identifier: BSD-2-Clause
/** The C loops again in a kernel with threads and two CPUs, called on its control thread; and what a fresh kernel holds. */
import { bootKernel, type Kernel } from '../workers/kernel_host.ts';
import { nodePlatform } from '../workers/platform_node.ts';
import { rate } from './loops.ts';

const RUMP_RFCFDG = 2;
const TARGET_MS = 120;

/** A loop of the bench module: its name, and how to run it. */
export interface ThreadedResult {
  readonly loops: readonly { name: string; unit: string; runs: readonly number[] }[];
  /** Guest memory in use after boot: the kernel's data, its heap, stacks and thread-locals of the first workers. */
  readonly memoryUsed: number;
  /** Milliseconds from nothing to a running kernel, its workers included. */
  readonly boots: readonly number[];
}

async function guestCall(kernel: Kernel, name: string, ...args: number[]): Promise<number> {
  return Number(await kernel.callSymbol(name, args));
}

async function timed(kernel: Kernel, which: number, rounds: number): Promise<number> {
  const start = performance.now();
  if ((await guestCall(kernel, 'rump_bench', which, rounds)) !== 0) throw new Error(`bench loop ${which} failed`);
  return performance.now() - start;
}

async function timeOne(kernel: Kernel, which: number, name: string, runs: number): Promise<ThreadedResult['loops'][0]> {
  let rounds = 1;
  for (let ms = 0; ms < TARGET_MS / 2; rounds *= 4) ms = await timed(kernel, which, rounds);
  const rates: number[] = [];
  let unit = '1/s';
  for (let run = 0; run < runs; run++) {
    const result = rate(name, rounds, await timed(kernel, which, rounds));
    rates.push(result.value);
    unit = result.unit;
  }
  return { name, unit, runs: rates };
}

/**
 * @param names   of the loops, by number
 * @param folder  URL of the bundled workers
 */
export async function timeThreadedKernel(
  bytes: Uint8Array<ArrayBuffer>,
  names: readonly string[],
  folder: URL,
  runs: number,
): Promise<ThreadedResult> {
  const boots: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    const kernel = await bootKernel({ platform: nodePlatform(folder), kernel: bytes, ncpu: 2, brief: true });
    boots.push(performance.now() - start);
    await kernel.dispose();
  }
  const kernel = await bootKernel({ platform: nodePlatform(folder), kernel: bytes, ncpu: 2 });
  try {
    const memoryUsed = kernel.stats().memoryUsed;
    await guestCall(kernel, 'rump_pub_lwproc_rfork', RUMP_RFCFDG);
    if ((await guestCall(kernel, 'rump_bench_setup')) !== 0) throw new Error('bench set-up failed');
    const loops = [];
    for (const [which, name] of names.entries()) loops.push(await timeOne(kernel, which, name, runs));
    return { loops, memoryUsed, boots };
  } finally {
    await kernel.dispose();
  }
}
