// SPDX-License-Identifier: BSD-2-Clause
/** Tables made by sfdisk, fdisk and sgdisk, and bytes of nobody. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { findPartition, type PartitionTable, partitionName, readPartitionTable } from './partition_table.ts';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'rumpus-table-'));
const SIZE = 64 << 20;
const MIB = 1 << 20;
afterAll(() => fs.rmSync(dir, { recursive: true }));

const has = (tool: string): boolean => fs.existsSync(`/usr/sbin/${tool}`);

/** A new disk of 64 MiB after `tool` has worked on it. */
function disk(tool: string, args: readonly string[], input = '', file = path.join(dir, 'disk.img')): Uint8Array {
  if (!fs.existsSync(file)) fs.writeFileSync(file, '');
  fs.truncateSync(file, SIZE);
  const { status, stderr } = spawnSync(`/usr/sbin/${tool}`, [...args, file], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return new Uint8Array(fs.readFileSync(file));
}

function table(bytes: Uint8Array): PartitionTable | undefined {
  return readPartitionTable((offset, length) => bytes.subarray(offset, offset + length), bytes.length);
}

const lines = (found: PartitionTable | undefined): string[] =>
  found?.partitions.map((p) => `${partitionName(p)} ${p.type} ${p.offset / 512} ${p.size / 512}`) ?? [];

const MBR = `label: dos
start=2048,size=20480,type=83
start=22528,size=40960,type=a9
start=63488,size=20000,type=5
start=65536,size=4096,type=c
start=71680,size=4096,type=83
`;

describe.skipIf(!has('sfdisk') || !has('sgdisk'))('readPartitionTable', () => {
  it('reads an MBR with logical partitions and a disklabel in its NetBSD slice', () => {
    const file = path.join(dir, 'mbr.img');
    const bare = disk('sfdisk', ['-q'], MBR, file);
    const expected = [
      '1 Linux native 2048 20480',
      '2 NetBSD 22528 40960',
      '5 Primary DOS with 32 bit FAT - LBA 65536 4096',
      '6 Linux native 71680 4096',
    ];
    expect(lines(table(bare))).toEqual(expected);
    const labelled = disk('fdisk', [], 'b\nY\nn\na\n\n+8M\nn\ne\n\n+4M\nw\n', file);
    const found = table(labelled) as PartitionTable;
    expect(lines(found)).toEqual([
      ...expected,
      'a unused 22528 16385',
      'c unused 22528 40960',
      'd unused 0 128520',
      'e unused 22528 8193',
    ]);
    expect(findPartition(found, 'a')?.size).toBe(16385 * 512);
    expect(findPartition(found, '5')?.type).toContain('FAT');
    expect(findPartition(found, '3')).toBeUndefined();
  });

  const gpt = (file: string): Uint8Array =>
    disk(
      'sgdisk',
      ['-n', '1:2048:+8M', '-t', '1:ef00', '-c', '1:boot', '-n', '3:20480:+16M', '-c', '3:größe', '-t', '3:a902'],
      '',
      file,
    );

  it('reads a GPT, its labels, and the copy at the end', () => {
    const bytes = gpt(path.join(dir, 'gpt.img'));
    const found = table(bytes) as PartitionTable;
    expect(lines(found)).toEqual(['1 EFI System 2048 16384', '3 NetBSD FFSv1/FFSv2 20480 32768']);
    expect(findPartition(found, 'größe')?.number).toBe(3);
    expect(findPartition(found, 'dk1')?.number).toBe(3);
    bytes[512 + 100] = 1;
    bytes[1024] = 0xff;
    expect(lines(table(bytes))).toEqual(lines(found));
  });

  it('believes no table with a wrong checksum', () => {
    const bytes = gpt(path.join(dir, 'bad.img'));
    bytes[1024 + 41] = 1;
    bytes[SIZE - 33 * 512 + 41] = 1;
    expect(lines(table(bytes))).toEqual(['1 EFI: MBR header for GPT 1 131071']);
  });

  it('cuts a partition at the end of the disk', () => {
    const bytes = disk('sfdisk', ['-q'], MBR, path.join(dir, 'cut.img')).subarray(0, 22 * MIB);
    expect(lines(table(bytes))).toEqual(['1 Linux native 2048 20480', '2 NetBSD 22528 22528']);
  });
});

it('survives any bytes', () => {
  const seed = new Uint8Array(1 << 16);
  new DataView(seed.buffer).setUint16(510, 0xaa55, true);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2047), fc.nat(255))), (changes) => {
      const bytes = seed.slice();
      for (const [at, value] of changes) if (at < 510 || at > 511) bytes[at] = value;
      for (const p of table(bytes)?.partitions ?? []) expect(p.offset + p.size).toBeLessThanOrEqual(bytes.length);
    }),
  );
});
