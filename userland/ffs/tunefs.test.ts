// SPDX-License-Identifier: BSD-2-Clause
/** tunefs on the kernel: what it says, what it writes, and what the next mount makes of a wish for a journal. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryDisk } from '../testing/memory_disk.ts';
import { kernelIsBuilt, runOnKernel } from '../testing/on_kernel.ts';
import { cgSuper } from './geometry.ts';
import { SBLOCKSIZE, Superblock } from './superblock.ts';

let work = '';
beforeAll(() => {
  work = fs.mkdtempSync(path.join(os.tmpdir(), 'tunefs-'));
});
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

function image(): string {
  const file = `${work}/disk.img`;
  fs.writeFileSync(file, '');
  fs.truncateSync(file, 40 << 20);
  return file;
}

describe.skipIf(!kernelIsBuilt)('tunefs', { timeout: 90_000 }, () => {
  it('changes policies, in all copies with -A', () => {
    const script = `newfs -V0 -O2 -B be rd0; tunefs -m 10 -e 100 -g 32k -h 50 rd0; tunefs -A -m 3 -o time rd0
      tunefs -N -m 5 rd0`;
    const file = image();
    const run = runOnKernel(script, { rd0: file });
    expect(run.stderr.split('\n')).toEqual([
      'tunefs: tuning /dev/rrd0',
      'tunefs: maximum blocks per file in a cylinder group changes from 2048 to 100',
      'tunefs: average file size changes from 16384 to 32768',
      'tunefs: expected number of files per directory changes from 64 to 50',
      'tunefs: minimum percentage of free space changes from 5% to 10%',
      'tunefs: tuning /dev/rrd0',
      'tunefs: minimum percentage of free space changes from 10% to 3%',
      'tunefs: optimization preference remains unchanged as time',
      'tunefs: should optimize for space with minfree < 5%',
      'tunefs: tuning /dev/rrd0',
      'tunefs: minimum percentage of free space changes from 3% to 5%',
      '',
    ]);
    expect(run.stdout).toBe(`tunefs: current settings of /dev/rrd0
\tmaximum blocks per file in a cylinder group 100
\taverage file size 32768
\texpected number of files per directory 50
\tminimum percentage of free space 5%
\toptimization preference: time
`);
    const disk = new MemoryDisk(new Uint8Array(fs.readFileSync(file)));
    const sb = Superblock.find(disk) as Superblock;
    expect([sb.minfree, sb.maxbpg, sb.avgfilesize, sb.avgfpdir]).toEqual([3, 100, 32768, 50]);
    for (let c = 0; c < sb.ncg; c++)
      expect(Superblock.at(disk.read(cgSuper(sb, c) * sb.fsize, SBLOCKSIZE), 0, true)?.minfree).toBe(3);
  });

  it('wishes for a journal, which mounts make and remove', () => {
    const file = image();
    const log = 'dumpfs -s rd0 | grep "^wapbl\\|^flags"';
    const script = `newfs -V0 rd0; tunefs -l 2m rd0; tunefs -N -l 2m rd0 | grep log; mount -t ffs -o log /dev/rd0 /mnt
      echo hi >/mnt/f; umount /mnt; ${log}; tunefs -l 4m rd0; tunefs -l 0 rd0; mount -t ffs /dev/rd0 /mnt; df /mnt | tail -1
      umount /mnt; ${log}; tunefs -N -l 0 rd0 | grep log; mount -o log -t ffs /dev/rd0 /mnt; umount /mnt; ${log}; fsck_ffs -fn /dev/rrd0`;
    const run = runOnKernel(script, { rd0: file });
    expect(run.stderr.split('\n').filter((line) => line !== 'tunefs: tuning /dev/rrd0')).toEqual([
      'tunefs: log file size changes from 0 to 2097152',
      'tunefs: log file size remains unchanged as 2097152',
      "tunefs: Can't change size of existing log from 2097152 to 4194304: set it to 0 and mount without log first",
      'tunefs: log file size cleared from 2097152; the next mount removes it',
      'tunefs: log file size remains unchanged as 0',
      '',
    ]);
    const lines = run.stdout.split('\n');
    expect(lines[0]).toBe('\tlog file of 2097152 bytes will be made by the next mount');
    expect(lines[1]).toBe('wapbl version 0x1\tlocation 2\tflags 0x0');
    expect(lines[2]).toMatch(/^wapbl loc0 \d+\tloc1 4096\tloc2 512\tloc3 3$/);
    expect(lines[3]).toBe('flags\twapbl');
    expect(lines[4]).toMatch(/^\/dev\/rd0 +\d+ +4 /);
    expect(lines[5]).toBe('flags\tnone');
    expect(lines[7]).toMatch(/loc1 2048\tloc2 512\tloc3 3$/);
    expect(run.stdout).not.toMatch(/SALVAGE|UNREF|INCORRECT|\?/);
    expect(run.status).toBe(0);
  });

  it('refuses what is mounted for writing, and values that make no sense', () => {
    const script = `newfs -V0 rd0; mount -t ffs /dev/rd0 /mnt; tunefs -m 1 /mnt; tunefs -N -m 1 rd0 | wc -l; umount /mnt
      mount -r -t ffs /dev/rd0 /mnt; tunefs -m 5 /mnt; umount /mnt; tunefs -m 100 rd0; tunefs -l 1k rd0; tunefs -o x rd0
      dd if=/dev/zero of=/dev/rrd0 bs=64k count=10 2>/dev/null; tunefs -m 1 rd0`;
    const run = runOnKernel(script, { rd0: image() });
    expect(run.stderr.split('\n').filter((line) => !/tuning|changes/.test(line))).toEqual([
      'tunefs: /dev/rrd0: cannot work on read-write mounted file system, see /mnt',
      'tunefs: should optimize for space with minfree < 5%',
      'tunefs: minimum percentage of free space remains unchanged as 5%',
      "tunefs: bad minimum percentage of free space `100', must be 0 to 99",
      'tunefs: log file size 1024 is too small, minimum is 1048576',
      "tunefs: bad optimization preference, options are `space' or `time'",
      'tunefs: /dev/rrd0: could not find superblock',
      '',
    ]);
  });
});
