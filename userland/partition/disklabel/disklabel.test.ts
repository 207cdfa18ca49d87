// SPDX-License-Identifier: BSD-2-Clause
/** disklabel(8) on image files; fdisk reads what it writes, and it reads the labels of others. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPartitionTable } from '../../disk/partition_table.ts';
import { type HostRun, runOnHost } from '../../testing/host_files.ts';
import { haveTools, runTool, withFolder } from '../../testing/host_tools.ts';
import { mbr } from '../mbr/mbr.ts';
import { disklabel } from './disklabel.ts';

const MB = 1 << 20;

function withDisk(bytes: number, body: (disk: string, run: (...words: string[]) => HostRun) => void): void {
  withFolder((folder) => {
    const disk = path.join(folder, 'disk');
    writeFileSync(disk, '');
    truncateSync(disk, bytes);
    body(disk, (...words) => runOnHost(disklabel, ['disklabel', ...words]));
  });
}

/** The text of the label with these lines of partitions. */
function proto(text: string, rows: string): string {
  return text.replace(/\n\d+ partitions:[\s\S]*/, `\n5 partitions:\n${rows}`);
}

const ROWS = ' a: 4096 64 4.2BSD 1024 8192 16\n b: 1024 4160 swap\n c: 16384 0 unused 0 0\n e: 2048 6144 Linux Ext2\n';

describe('disklabel', () => {
  it('writes a label, shows it, and takes what it shows as a prototype', () => {
    withDisk(8 * MB, (disk, run) => {
      expect(run(disk)).toEqual({ status: 1, out: '', err: `disklabel: ${disk}: could not find label\n` });
      expect(run('-w', disk, 'auto', 'mypack')).toEqual({ status: 0, out: '', err: '' });
      const shown = run('-r', disk).out;
      expect(shown).toBe(
        `# ${disk}:\ntype: unknown\ndisk: unknown\nlabel: mypack\nflags:\nbytes/sector: 512\nsectors/track: 32\ntracks/cylinder: 64\n` +
          'sectors/cylinder: 2048\ncylinders: 8\ntotal sectors: 16384\nrpm: 3600\ninterleave: 1\ntrackskew: 0\ncylinderskew: 0\n' +
          'headswitch: 0\t\t# microseconds\ntrack-to-track seek: 0\t# microseconds\ndrivedata: 0 \n\n3 partitions:\n' +
          '#        size    offset     fstype [fsize bsize cpg/sgs]\n' +
          ' c:     16384         0     unused     0     0        # (Cyl.      0 -      7)\n',
      );
      writeFileSync(`${disk}.proto`, proto(shown, ROWS));
      expect(run('-R', disk, `${disk}.proto`)).toEqual({ status: 0, out: '', err: '' });
      const again = run(disk).out;
      expect(again).toContain(
        '5 partitions:\n#        size    offset     fstype [fsize bsize cpg/sgs]\n' +
          ' a:      4096        64     4.2BSD  1024  8192    16  # (Cyl.      0*-      2*)\n' +
          ' b:      1024      4160       swap                    # (Cyl.      2*-      2*)\n',
      );
      expect(again).toContain(' e:      2048      6144 Linux Ext2                    # (Cyl.      3 -      3)\n');
      writeFileSync(`${disk}.proto`, again);
      const before = readFileSync(disk);
      expect(run('-R', '-r', disk, `${disk}.proto`).status).toBe(0);
      expect(readFileSync(disk).equals(before)).toBe(true);
      expect(run('-t', disk).out).toContain(':pa#4096:oa#64:ba#8192:fa#1024:ta=4.2BSD:');
    });
  });

  it('goes into the NetBSD partition of an MBR', () => {
    withDisk(8 * MB, (disk, run) => {
      for (const command of ['create', 'add -b 2048 -s 4096 -t ext2fs', 'add -b 8192'])
        runOnHost(mbr, ['mbr', ...command.split(' '), disk]);
      run('-w', disk, 'auto');
      writeFileSync(`${disk}.proto`, proto(run(disk).out, ' a: 1000 8192 4.2BSD 1024 8192 16\n'));
      expect(run('-R', disk, `${disk}.proto`).err).toBe('');
      const bytes = readFileSync(disk);
      expect(bytes.readUInt32LE(8193 * 512)).toBe(0x82564557);
      expect(readPartitionTable((at, n) => bytes.subarray(at, at + n), bytes.length)?.partitions.at(-1)).toMatchObject({
        letter: 'a',
        type: '4.2BSD',
        offset: 8192 * 512,
      });
    });
  });

  it('says what is wrong with a prototype', () => {
    withDisk(8 * MB, (disk, run) => {
      run('-w', disk, 'auto');
      const shown = run(disk).out;
      for (const [row, message] of [
        [' a: 1 2 nonsense', 'line 21: unknown file system type: nonsense'],
        [' a: x 2 swap', 'bad partition size or offset'],
        [' f: 1 2 swap', 'partition name out of range a-e: f'],
        [' a: 20000 64 swap', 'partition a: extends past end of unit'],
        [' a: 1 4294967295 swap', 'partition a: offset past end of unit'],
        [' a: 4294967296 0 swap', 'bad partition size or offset'],
        ['total sectors: 99999', 'the disk has 16384 sectors'],
        ['bytes/sector: 1000', 'sector size 1000'],
        ['type: gramophone', 'unknown disk type: gramophone'],
        ['colour: red', 'unknown field: colour'],
        ['what', 'no colon'],
      ] as const) {
        writeFileSync(`${disk}.proto`, proto(shown, `${row}\n`));
        const { status, err } = run('-R', disk, `${disk}.proto`);
        expect(err).toContain(message);
        expect(status).toBe(1);
      }
      expect(run('-w', disk, 'rd54').err).toContain('rd54: unknown disk type');
      expect(run('-R', disk).err).toMatch(/^usage: disklabel/);
      expect(run('-l').out).toContain('4.2BSD\n');
    });
  });
});

describe.skipIf(!haveTools('fdisk'))('disklabel and strangers', () => {
  it('fdisk reads our label', () => {
    withDisk(8 * MB, (disk, run) => {
      run('-w', disk, 'auto');
      writeFileSync(`${disk}.proto`, proto(run(disk).out, ROWS));
      run('-R', disk, `${disk}.proto`);
      const { text } = runTool('fdisk', '-l', disk);
      expect(text).toMatch(/Disklabel type: bsd/);
      expect(text).toMatch(/^a +64 +4159 +4096 +2M +4\.2BSD +1024 +8192 +16$/m);
      expect(text).toMatch(/^e +6144 +8191 +2048 +1M /m);
    });
  });

  it('shows a label of fdisk in a slice', () => {
    withDisk(8 * MB, (disk, run) => {
      const keys = 'o n p 1 2048 - t a9 b y n a - +1M t a 7 w r w -'.replaceAll('-', '').split(' ');
      writeFileSync(`${disk}.keys`, keys.join('\n'));
      runTool('sh', '-c', `fdisk ${disk} < ${disk}.keys`);
      expect(run(disk).out).toMatch(/^ a: +2049 +2048 +4\.2BSD /m);
    });
  });
});
