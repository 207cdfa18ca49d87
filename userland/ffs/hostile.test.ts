// SPDX-License-Identifier: BSD-2-Clause
/** The programs that look, on images that lie: a sentence and an exit status, in bounded time. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeKernel } from '../testing/fake_kernel.ts';
import { MemoryDisk } from '../testing/memory_disk.ts';
import { type RunResult, runArgv } from '../testing/run_script.ts';
import { planNewfs } from './newfs_plan.ts';
import { writeNewfs } from './newfs_write.ts';
import { SUPERBLOCK_FIELDS } from './superblock.ts';

const SIZE = 2 << 20;

function made(format: '1' | '2', order: 'be' | 'le'): Uint8Array {
  const disk = new MemoryDisk(new Uint8Array(SIZE));
  const sb = planNewfs({ format, order, size: SIZE, sectorSize: 512, time: 1e9, random: 7 });
  writeNewfs(disk, sb, { uid: 0, gid: 0 }, () => {});
  return disk.bytes;
}

const PROGRAMS: readonly (readonly [argv: string[], stdin: string])[] = [
  [['dumpfs', '-F', '-acijmsv', '/img'], ''],
  [['tunefs', '-F', '-N', '-m', '3', '/img'], ''],
  [['fsdb', '-n', '-F', '-f', '/img'], 'ls\nblks\ncd ..\nfindblk 4000 5000\ninode 3\nactive\n'],
];

const FIELDS = Object.values(SUPERBLOCK_FIELDS).map(([at, type]) => [at, type] as const);
const VALUES = [0, 1, -1, 2, 7, 512, 4096, 8192, 65536, 0x7fffffff, -0x80000000, 0x10000];

function runOn(image: Uint8Array, argv: readonly string[], stdin: string): RunResult {
  const kernel = new FakeKernel();
  const { tree } = kernel;
  tree.create(tree.root, 'img', 0o100644).data = image;
  return runArgv(argv, stdin, kernel);
}

it('say what there is', () => {
  const text = PROGRAMS.map(([argv, stdin]) => runOn(made('2', 'be'), argv, stdin).out).join('');
  for (const part of ['\ncg 3:\n', 'alternate 3\n', 'free space 3%', "`..'", '5000: no inode has it'])
    expect(text).toContain(part);
});

it('do not fail', { timeout: 120_000 }, () => {
  const images = [
    { bytes: made('1', 'be'), base: 8192, little: false },
    { bytes: made('2', 'le'), base: 65536, little: true },
  ];
  const lie = fc.tuple(fc.constantFrom(...FIELDS), fc.constantFrom(...VALUES));
  fc.assert(
    fc.property(fc.nat(1), fc.array(lie, { minLength: 1, maxLength: 3 }), fc.nat(SIZE), (which, lies, cut) => {
      const { bytes, base, little } = images[which] as (typeof images)[number];
      const image = bytes.slice(0, cut % 5 === 0 ? cut : SIZE);
      const view = new DataView(image.buffer);
      for (const [[at, type], value] of lies) {
        if (base + at + 8 > image.length) continue;
        if (type === 'u8') view.setUint8(base + at, value);
        else if (type === 's64' || type === 'big') view.setBigInt64(base + at, BigInt(value), little);
        else view.setInt32(base + at, value, little);
      }
      for (const [argv, stdin] of PROGRAMS) {
        const run = runOn(image, argv, stdin);
        expect(run.signal).toBeUndefined();
        expect([0, 1]).toContain(run.status);
        if (run.status === 1) expect(run.err).toMatch(/^(?:tunefs: tuning.*\n)?(?:dumpfs|tunefs|fsdb): /m);
      }
    }),
    { numRuns: 150 },
  );
});
