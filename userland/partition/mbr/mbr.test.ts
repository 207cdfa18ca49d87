// SPDX-License-Identifier: BSD-2-Clause
/** mbr(8) on image files; sfdisk and fdisk read what it writes, and the other way round. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPartitionTable } from '../../disk/partition_table.ts';
import { type HostRun, runOnHost } from '../../testing/host_files.ts';
import { haveTools, runTool, withFolder } from '../../testing/host_tools.ts';
import { fdisk, mbr } from './mbr.ts';

const MB = 1 << 20;

function withDisk(bytes: number, body: (disk: string, run: (command: string) => HostRun) => void): void {
  withFolder((folder) => {
    const disk = path.join(folder, 'disk');
    writeFileSync(disk, '');
    truncateSync(disk, bytes);
    body(disk, (command) => runOnHost(mbr, ['mbr', ...command.split(' '), disk]));
  });
}

/** One active NetBSD partition, FAT, and three logical ones. */
function fill(run: (command: string) => HostRun): string {
  return [
    'create',
    'add -A -a 1m -s 4m',
    'add -a 1m -s 2m -t fat32',
    'add -a 1m -t extended',
    'add -L -a 1m -s 1m -t linux',
    'add -L -a 1m -s 1m -t netbsd',
    'add -L -a 1m -t 0x07',
  ]
    .map((command) => run(command))
    .map(({ out, err }) => out + err)
    .join('');
}

describe('mbr', () => {
  it('creates, adds, shows and removes', () => {
    withDisk(16 * MB, (disk, run) => {
      expect(run('show')).toEqual({ status: 1, out: '', err: `mbr: ${disk}: no MBR\n` });
      expect(run('add').err).toContain('no MBR; mbr create makes one');
      expect(fill(run).replaceAll(disk, 'disk')).toBe(
        'disk: Partition 1 added: 169 2048 8192\ndisk: Partition 2 added: 12 10240 4096\n' +
          'disk: Partition 3 added: 5 14336 18432\ndisk: Partition 5 added: 131 16384 2048\n' +
          'disk: Partition 6 added: 169 20480 2048\ndisk: Partition 7 added: 7 24576 8192\n',
      );
      expect(run('show').out).toBe(
        'start   size  index  contents\n    0      1         MBR\n    1   2047         Unused\n' +
          ' 2048   8192      1  MBR part 169 - NetBSD (active)\n10240   4096      2  MBR part 12 - Primary DOS with 32 bit FAT - LBA\n' +
          '14336  18432      3  MBR part 5 - Extended partition\n16384   2048      5  MBR part 131 - Linux native\n' +
          '20480   2048      6  MBR part 169 - NetBSD\n24576   8192      7  MBR part 7 - NTFS, OS/2 HPFS, QNX2 or Advanced UNIX\n',
      );
      expect(runOnHost(fdisk, ['fdisk', disk]).out).toContain(
        'Partition table:\n0: NetBSD (sysid 169)\n    start 2048, size 8192 (4 MB), Active\n',
      );
      expect(run('remove -i 5').status).toBe(0);
      const bytes = readFileSync(disk);
      const read = (offset: number, length: number) => bytes.subarray(offset, offset + length);
      expect(readPartitionTable(read, bytes.length)?.partitions.map((p) => p.offset / 512)).toEqual([
        2048, 10240, 20480, 24576,
      ]);
      expect(run('create').err).toContain('has partitions already');
      expect(run('create -f').status).toBe(0);
      expect(run('show').out).toContain('    1  32767         Unused\n');
    });
  });

  it('says what cannot be', () => {
    withDisk(2 * MB, (_, run) => {
      run('create');
      for (const [command, message] of [
        ['add -t nonsense', 'nonsense: unknown type'],
        ['add -s 5000', 'No large enough unused space'],
        ['add -L', 'no extended partition'],
        ['add -i 5', '5: no such index'],
        ['add -a 100', 'not a multiple of the sector size'],
        ['remove -i 1', 'no partition 1'],
        ['remove', 'usage: mbr'],
      ] as const)
        expect(run(command).err).toContain(message);
      run('add -i 2 -s 10');
      expect(run('add -i 2').err).toContain('Entry at index 2 is not free');
      expect(run('add -b 5 -s 1').err).toContain('No large enough unused space');
    });
  });

  it('survives damaged tables and chains that do not end', () => {
    withDisk(4 * MB, (disk, run) => {
      for (const command of ['create', 'add -t extended -b 100', 'add -L -s 10', 'add -L -s 10']) run(command);
      const good = readFileSync(disk);
      const loop = Uint8Array.from(good);
      loop.set([0, 0, 0, 0, 5, 0, 0, 0, 11, 0, 0, 0, 9, 0, 0, 0], 111 * 512 + 462);
      writeFileSync(disk, loop);
      expect(run('show').status).toBe(0);
      let seed = 11;
      for (let round = 0; round < 60; round++) {
        const bad = Uint8Array.from(good);
        for (let i = 0; i < 3; i++) {
          seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
          bad[(seed & 1 ? 446 : 100 * 512 + 446) + ((seed >>> 8) % 66)] = seed >>> 16;
        }
        writeFileSync(disk, bad);
        for (const command of ['show', 'add -L -s 10', 'add']) expect([0, 1]).toContain(run(command).status);
      }
    });
  });
});

describe.skipIf(!haveTools('sfdisk', 'fdisk'))('mbr and strangers', () => {
  it('sfdisk reads our table and chain', () => {
    withDisk(16 * MB, (disk, run) => {
      fill(run);
      const dump = runTool('sfdisk', '-d', disk).text.replaceAll(' ', '').replaceAll(disk, 'd');
      expect(dump).toContain(
        'd1:start=2048,size=8192,type=a9,bootable\nd2:start=10240,size=4096,type=c\nd3:start=14336,size=18432,type=5\n' +
          'd5:start=16384,size=2048,type=83\nd6:start=20480,size=2048,type=a9\nd7:start=24576,size=8192,type=7\n',
      );
      expect(runTool('sfdisk', '--verify', disk).text).toContain('No errors detected.');
    });
  });

  it('shows and changes a table of sfdisk', () => {
    withDisk(16 * MB, (disk, run) => {
      const rows =
        'label: dos\nstart=2048, size=4096, type=83, bootable\nstart=8192, type=f\nstart=10240, size=2048, type=6\n';
      writeFileSync(`${disk}.script`, rows);
      runTool('sh', '-c', `sfdisk -q ${disk} < ${disk}.script`);
      expect(run('show').out).toContain('10240   2048      5  MBR part 6 - Primary DOS with 16 bit FAT, >=32M\n');
      run('add -L -a 1m -s 1m -t ext2fs');
      run('add -b 6144 -s 2048 -i 3');
      const dump = runTool('sfdisk', '-d', disk).text.replaceAll(' ', '');
      expect(dump).toContain('disk5:start=10240,size=2048,type=6\n');
      expect(dump).toContain('disk6:start=14336,size=2048,type=83\n');
      expect(dump).toContain('disk3:start=6144,size=2048,type=a9\n');
      expect(runTool('sfdisk', '--verify', disk).status).toBe(0);
    });
  });
});
