// SPDX-License-Identifier: BSD-2-Clause
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../testing/memory_disk.ts';
import { CylinderGroup } from './cylinder_group.ts';
import { dinodeAt } from './dinode.ts';
import { groupText, inodeText, ranges } from './dumpfs_group.ts';
import { superblockText } from './dumpfs_superblock.ts';
import { cgHeader, inodeByte } from './geometry.ts';
import { planNewfs } from './newfs_plan.ts';
import { writeNewfs } from './newfs_write.ts';
import { Superblock } from './superblock.ts';

function made(format: '0' | '1' | '2', order: 'be' | 'le'): MemoryDisk {
  const size = 4 << 20;
  const disk = new MemoryDisk(new Uint8Array(size));
  const sb = planNewfs({ format, order, size, sectorSize: 512, time: 1e9, random: 0x1234 });
  writeNewfs(disk, sb, { uid: 5, gid: 6 }, () => {});
  return disk;
}

/** Everything that dumpfs prints of a disk, or nothing when it is no file system. */
function dump(disk: MemoryDisk): string {
  const sb = Superblock.find(disk);
  if (sb === undefined || sb.problem() !== undefined) return '';
  let text = superblockText(sb, true);
  for (let c = 0; c < Math.min(sb.ncg, 8); c++) {
    const at = cgHeader(sb, c) * sb.fsize;
    if (at + sb.bsize > disk.size) break;
    const cg = new CylinderGroup(disk.read(at, sb.bsize), sb.order);
    if (cg.problem(sb, c) === undefined) text += groupText(sb, c, cg);
  }
  const root = inodeByte(sb, 2);
  if (root !== undefined && root + 256 <= disk.size)
    text += inodeText(sb, 2, dinodeAt(sb, disk.read(root, sb.dinodeSize)), true);
  return text;
}

describe('dumpfs', () => {
  it.each([
    ['0', 'le', 'sblock\tFFSv1\tfslevel 1'],
    ['1', 'be', 'sblock\tFFSv2\tfslevel 4'],
    ['2', 'le', 'sblock\tFFSv2\tfslevel 5'],
  ] as const)('prints version %s, %s', (format, order, level) => {
    const text = dump(made(format, order));
    expect(text).toContain(level);
    expect(text).toContain(`endian\t${order === 'be' ? 'big' : 'little'}-endian\n`);
    expect(text).toContain('id\t[ 3b9aca00 1234 ]\n');
    expect(text).toContain('time\tSun Sep  9 01:46:40 2001\n');
    expect(text).toContain('bsize\t4096\tshift\t12\tmask\t0xfffff000\n');
    expect(text).toContain('mode\t40755\tnlink\t2\tuid\t5\tgid\t6\tsize\t512\n');
    expect(text).toContain('iused:\t0-2\n');
  });

  it('prints bits as ranges', () => {
    const map = new Uint8Array(8);
    for (const i of [0, 1, 2, 5, 8, 9, 20, 30, 40, 50, 60]) (map[i >> 3] as number) |= 1 << (i & 7);
    expect(ranges(map, 64)).toBe('0-2, 5, 8-9, 20, 30, 40,\n\t50, 60');
    expect(ranges(map, 10)).toBe('0-2, 5, 8-9');
  });

  it('survives any damage', { timeout: 60_000 }, () => {
    const disks = [made('1', 'be'), made('2', 'le')];
    const place = fc.oneof(
      fc.nat(1376),
      fc.nat(200).map((n) => n + 16384),
      fc.nat(4096).map((n) => n + 8192 + 73728),
    );
    const damage = fc.array(fc.tuple(place, fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.nat(1), damage, (which, bytes) => {
        const disk = disks[which] as MemoryDisk;
        const base = which === 0 ? 8192 : 65536;
        const saved = bytes.map(([at]) => disk.bytes[base + at] as number);
        for (const [at, value] of bytes) disk.bytes[base + at] = value;
        try {
          dump(disk);
        } finally {
          for (let i = bytes.length - 1; i >= 0; i--) disk.bytes[base + (bytes[i] as [number, number])[0]] = saved[i]!;
        }
      }),
      { numRuns: 3000 },
    );
  });
});
