// SPDX-License-Identifier: BSD-2-Clause
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hostServices } from '../workers/host_services.ts';
import { GuestHeap } from './guest_heap.ts';
import { GuestMemory } from './guest_memory.ts';
import { HostKernel } from './host_kernel.ts';
import { hypercalls } from './hypercalls.ts';
import { HYPERCALLS, RUMPCOMP_NAMES, RUMPUSER_NAMES } from './imports.gen.ts';
import { Mailbox } from './mailbox.ts';

function bare(): HostKernel {
  const memory = new GuestMemory(new WebAssembly.Memory({ initial: 256, maximum: 256, shared: true }));
  const mailbox = Mailbox.create(memory.size, false);
  const k = new HostKernel({ mailbox, params: {}, services: hostServices(0, false), slot: -1 });
  k.bind(memory, new GuestHeap(memory, mailbox));
  k.heap.init(65536, memory.size);
  return k;
}

test('every name of the master lists is implemented with its number of arguments', () => {
  const calls = hypercalls(bare()) as unknown as Record<string, (...args: unknown[]) => unknown>;
  expect([...RUMPUSER_NAMES, ...RUMPCOMP_NAMES].filter((name) => typeof calls[name] !== 'function')).toEqual([]);
  expect(Object.keys(calls).length).toBe(HYPERCALLS.length);
});

test('every hypercall carries the four tags', () => {
  const missing: string[] = [];
  for (const file of fs
    .readdirSync(import.meta.dirname)
    .filter((name) => /^rump(user|comp)_?\w*\.ts$/.test(name) && name !== 'rumpuser_sp.ts')) {
    const text = fs.readFileSync(path.join(import.meta.dirname, file), 'utf8');
    for (const [, doc = '', name] of text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s+(rump(?:user|comp)_\w+)\(/g)) {
      for (const tag of ['@blocks', '@context', '@worker']) if (!doc.includes(tag)) missing.push(`${name} ${tag}`);
    }
  }
  expect(missing).toEqual([]);
});

test('heap: random allocations never overlap, alignment holds, everything comes back', () => {
  const k = bare();
  const before = k.heap.stats();
  const live = new Map<number, number>();
  let seed = 7;
  const random = (n: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return Math.floor((seed / 2 ** 32) * n);
  };
  for (let i = 0; i < 20000; i++) {
    if (random(100) < 55) {
      const size = random(4) === 0 ? random(70000) + 1 : random(3000) + 1;
      const align = 1 << random(14);
      const ptr = k.heap.alloc(size, align);
      if (ptr === 0) continue;
      expect(ptr % align).toBe(0);
      expect(k.heap.sizeOf(ptr)).toBeGreaterThanOrEqual(size);
      k.memory.u8.fill(ptr & 0xff, ptr, ptr + size);
      live.set(ptr, size);
    } else if (live.size > 0) {
      const ptr = [...live.keys()][random(live.size)] as number;
      const size = live.get(ptr) as number;
      const bytes = k.memory.bytes(ptr, size);
      if (!bytes.every((b) => b === (ptr & 0xff))) throw new Error(`block at ${ptr} was overwritten`);
      k.heap.free(ptr);
      live.delete(ptr);
    }
  }
  for (const ptr of live.keys()) k.heap.free(ptr);
  expect(k.heap.stats().used).toBe(before.used);
  expect(() => k.heap.free(123456)).toThrow('not allocated');
});
