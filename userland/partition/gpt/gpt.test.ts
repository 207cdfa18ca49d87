// SPDX-License-Identifier: BSD-2-Clause
/** gpt(8) on image files; sgdisk, sfdisk and parted read what it writes, and the other way round. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type HostRun, runOnHost } from '../../testing/host_files.ts';
import { haveTools, runTool, withFolder } from '../../testing/host_tools.ts';
import { gpt } from './gpt.ts';

const MB = 1 << 20;

function withDisk(bytes: number, body: (disk: string, run: (command: string) => HostRun) => void): void {
  withFolder((folder) => {
    const disk = path.join(folder, 'disk');
    writeFileSync(disk, '');
    truncateSync(disk, bytes);
    body(disk, (command) => runOnHost(gpt, ['gpt', ...command.split(' '), disk]));
  });
}

describe('gpt', () => {
  it('creates, adds, shows, labels and removes', () => {
    withDisk(10 * MB, (disk, run) => {
      expect(run('show').out).toBe('start   size  index  contents\n    0  20480         Unused\n');
      expect(run('create')).toEqual({ status: 0, out: '', err: '' });
      expect(run('create')).toEqual({ status: 1, out: '', err: `gpt: ${disk}: Device contains a GPT\n` });
      expect(run('add -a 1m -s 2m -l root').out).toMatch(/: Partition 1 added: 49f48d5a-\S+ 2048 4096\n$/);
      expect(run('add -t efi -i 4 -s 100').out).toMatch(/: Partition 4 added: c12a7328-\S+ 34 100\n$/);
      expect(run('add -t swap').out).toMatch(/: Partition 2 added: 49f48d32-\S+ 6144 14303\n$/);
      expect(run('show -l').out).toBe(
        'start   size  index  contents\n' +
          '    0      1         PMBR\n    1      1         Pri GPT header\n    2     32         Pri GPT table\n' +
          '   34    100      4  GPT part - ""\n  134   1914         Unused\n 2048   4096      1  GPT part - "root"\n' +
          ' 6144  14303      2  GPT part - ""\n20447     32         Sec GPT table\n20479      1         Sec GPT header\n',
      );
      expect(run('label -i 2 -l données').out).toContain('Partition 2 label changed');
      expect(run('show -i 2').out).toContain('Type: NetBSD swap (49f48d32-b10e-11dc-b99b-0019d1879648)\n');
      expect(run('show -i 2').out).toContain('Label: données\n');
      expect(run('type -L root -T linux-data').status).toBe(0);
      expect(run('show').out).toContain('     1  GPT part - Linux data\n');
      expect(run('remove -t efi').out).toContain('Partition 4 removed');
      expect(run('remove').err).toMatch(/^usage: gpt .*remove/);
      expect(run('remove -i 9')).toMatchObject({ status: 1, err: `gpt: ${disk}: no matching partition\n` });
      expect(run('add -s 20480').err).toContain('No large enough unused space');
      expect(run('add -b 3000 -s 10').err).toContain('No large enough unused space');
      expect(run('destroy').status).toBe(0);
      expect(run('show').out).not.toContain('GPT');
    });
  });

  it('recovers either copy', () => {
    withDisk(2 * MB, (disk, run) => {
      run('create');
      run('add -l one');
      const good = readFileSync(disk);
      for (const at of [512 + 60, 1024 + 5, 2 * MB - 512 + 3, 2 * MB - 33 * 512 + 1]) {
        const bad = Uint8Array.from(good);
        bad[at] = (bad[at] as number) ^ 1;
        writeFileSync(disk, bad);
        expect(run('show').status).toBe(0);
        expect(run('add').err).toContain('GPT header; run create or recover');
        expect(run('recover').out).toMatch(/: Recovered (primary|secondary) GPT header from (secondary|primary)\n$/);
        expect(readFileSync(disk).equals(good)).toBe(true);
      }
      run('destroy -r');
      expect(run('recover').out).toContain('Recovered primary');
    });
  });

  it('resizes partitions, and the table of a disk that grew', () => {
    withDisk(4 * MB, (disk, run) => {
      run('create');
      run('add -b 100 -s 100');
      run('add -b 1000 -s 100');
      expect(run('resize -i 1 -s 901').err).toContain('Not enough space');
      expect(run('resize -i 1').out).toContain('Partition 1 resized: 100 900');
      expect(run('resize -i 2 -s 50').out).toContain('Partition 2 resized: 1000 50');
      expect(run('resize').err).toMatch(/^usage/);
      truncateSync(disk, 8 * MB);
      expect(run('add').err).toContain('no secondary GPT header');
      expect(run('resizedisk').out).toContain('The table fits 16384 sectors');
      expect(run('resize -i 2').out).toContain('Partition 2 resized: 1000 15351');
      run('remove -i 2');
      expect(run('resizedisk').status).toBe(0);
    });
  });

  it('refuses a disk with an MBR unless forced, and nonsense', () => {
    withDisk(2 * MB, (disk, run) => {
      const mbr = new Uint8Array(512);
      mbr.set([0x83, 0, 0, 0, 1, 0, 0, 0, 9], 450);
      mbr.set([0x55, 0xaa], 510);
      writeFileSync(disk, Buffer.concat([mbr, Buffer.alloc(2 * MB - 512)]));
      expect(run('show').out).toContain('    1      9      1  MBR part 131\n');
      expect(run('create').err).toContain('Device contains a MBR');
      expect(run('create -f').status).toBe(0);
      expect(run('frobnicate').err).toMatch(/^usage: gpt/);
      expect(run('add -t nonsense').err).toContain('nonsense: unknown type');
      expect(run('add -s 1x').err).toContain('invalid number of sectors');
      expect(run('-s 17 show').err).toContain('invalid sector size');
    });
    withDisk(1024, (_, run) => expect(run('create').err).toContain('the disk is too small'));
  });

  it('survives damaged tables', () => {
    withDisk(MB, (disk, run) => {
      run('create');
      run('add -s 100 -l a');
      const good = readFileSync(disk);
      let seed = 7;
      const random = (n: number) => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        return (seed >>> 8) % n;
      };
      for (let round = 0; round < 60; round++) {
        const bad = Uint8Array.from(good);
        for (let i = 0; i < 4; i++) bad[random(1400)] = random(256);
        writeFileSync(disk, bad);
        for (const command of ['show', 'header', 'recover', 'add -s 10']) expect([0, 1]).toContain(run(command).status);
      }
    });
  });
});

describe.skipIf(!haveTools('sgdisk', 'sfdisk'))('gpt and strangers', { timeout: 60_000 }, () => {
  it('sgdisk and sfdisk find our table sound', () => {
    withDisk(20 * MB, (disk, run) => {
      run('create -p 256');
      run('add -a 1m -s 4m -t linux-data -l données');
      run('add -a 1m -t efi -l EFI');
      const verify = runTool('sgdisk', '-v', disk).text;
      expect(verify).toContain('No problems found.');
      expect(runTool('sgdisk', '-i', '1', disk).text).toContain("Partition name: 'données'");
      const dump = runTool('sfdisk', '-d', disk).text;
      expect(dump).toMatch(/start= +2048, size= +8192, type=0FC63DAF-/);
      expect(dump).toMatch(/start= +10240, size= +\d+, type=C12A7328-/);
    });
  });

  it('shows and changes a table of sgdisk, which still likes it', () => {
    withDisk(20 * MB, (disk, run) => {
      runTool('sgdisk', '-n1:2048:+4M', '-t1:a902', '-c1:root', '-n2:0:0', '-t2:8300', disk);
      expect(run('show').out).toContain(' 2048   8192      1  GPT part - NetBSD FFSv1/FFSv2\n');
      run('remove -i 2');
      run('add -t swap -s 1m');
      run('label -i 1 -l changed');
      expect(runTool('sgdisk', '-v', disk).text).toContain('No problems found.');
      expect(runTool('sgdisk', '-p', disk).text).toMatch(/1 +2048 +10239 +4.0 MiB +A902 +changed/);
    });
  });

  it.skipIf(!haveTools('parted'))('parted reads our table, and we read one of parted', () => {
    withDisk(20 * MB, (disk, run) => {
      run('create');
      run('add -a 1m -s 4m -t linux-data -l ours');
      expect(runTool('parted', '-s', '-m', disk, 'unit', 's', 'print').text).toContain('1:2048s:10239s:8192s::ours:;');
      runTool(
        'parted',
        '-s',
        disk,
        'mklabel',
        'gpt',
        'mkpart',
        'theirs',
        'fat32',
        '2048s',
        '6143s',
        'set',
        '1',
        'esp',
        'on',
      );
      expect(run('show').out).toContain(' 2048   4096      1  GPT part - EFI System\n');
      expect(run('show -l').out).toContain('"theirs"');
    });
  });

  it('recovers what sgdisk calls damaged', () => {
    withDisk(4 * MB, (disk, run) => {
      runTool('sgdisk', '-n1:2048:0', disk);
      const bytes = readFileSync(disk);
      writeFileSync(disk, bytes.fill(0, 0, 4096));
      expect(run('recover').out).toContain('Recovered primary GPT header from secondary');
      expect(runTool('sgdisk', '-v', disk).text).toContain('No problems found.');
    });
  });
});
