// SPDX-License-Identifier: BSD-2-Clause
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMaster } from './master.mjs';
import { syscallRows } from './syscall_rows.mjs';

const ABI = path.resolve(import.meta.dirname ?? 'build/gen', '../../kernel-wasm/abi');
const rows = syscallRows(ABI);
const call = (number) => rows.find((r) => r.number === number);
const offsets = (number) => Object.fromEntries(call(number).args.map((a) => [a.name, a.offset]));

describe('argument blocks', () => {
  it('pads in front of a 64-bit argument', () => {
    expect(offsets(173)).toEqual({ fd: 0, buf: 4, nbyte: 8, PAD: 12, offset: 16 });
    expect(call(173).argsize).toBe(24);
  });

  it('rounds the block to 8 when it holds a 64-bit argument', () => {
    expect(offsets(199)).toEqual({ fd: 0, PAD: 4, offset: 8, whence: 16 });
    expect(call(199).argsize).toBe(24);
  });

  it('needs no pad when the offset is even', () => {
    expect(offsets(354)).toEqual({ fd: 0, flags: 4, start: 8, length: 16 });
    expect(call(200).argsize).toBe(16);
    expect(offsets(460).dev).toBe(16);
  });
});

describe('names', () => {
  it('keeps the version in number and link name', () => {
    expect([call(439).sysName, call(439).linkName]).toEqual(['__stat50', 'stat50']);
    expect([call(390).sysName, call(390).linkName]).toEqual(['__getdents30', 'getdents30']);
    expect([call(20).sysName, call(20).linkName]).toEqual(['getpid', 'getpid']);
    expect([call(202).sysName, call(202).linkName]).toEqual(['__sysctl', '__sysctl']);
  });

  it('are unique, as the numbers are', () => {
    const live = rows.filter((r) => r.inTable);
    expect(new Set(live.map((r) => r.name)).size).toBe(live.length);
    expect(new Set(rows.map((r) => r.number)).size).toBe(rows.length);
  });
});

describe('masters', () => {
  it('number the errors without a gap', () => {
    const numbers = readMaster(ABI, 'errno.master').map(([n]) => Number(n));
    const positive = numbers.filter((n) => n > 0);
    expect(positive).toEqual(Array.from({ length: 96 }, (_, i) => i + 1));
  });

  it('encode the argument size in an ioctl number', () => {
    const size = { int: 4, char: 1, void: 0, off_t: 8, daddr_t: 8, u_int: 4 };
    for (const [name, value, arg] of readMaster(ABI, 'ioctl.master')) {
      if (arg in size) expect((Number(value) >>> 16) & 0x1fff, name).toBe(size[arg]);
    }
  });
});
