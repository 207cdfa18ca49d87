// SPDX-License-Identifier: BSD-2-Clause
/** newfs: what it decides, compared with makefs; and what it makes, mounted by the kernel, filled and counted again. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryDisk } from '../testing/memory_disk.ts';
import { kernelIsBuilt, runOnKernel } from '../testing/on_kernel.ts';
import { CylinderGroup, GroupSummary } from './cylinder_group.ts';
import { cgHeader } from './geometry.ts';
import { NewfsError, type NewfsWish, planNewfs } from './newfs_plan.ts';
import { writeNewfs } from './newfs_write.ts';
import { Superblock } from './superblock.ts';

const MB = 1 << 20;
const WISH: NewfsWish = { format: '1', order: 'le', size: 40 * MB, sectorSize: 512, time: 1000, random: 5 };
let work = '';

beforeAll(() => {
  work = fs.mkdtempSync(path.join(os.tmpdir(), 'newfs-'));
});
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

/** Every group's counts follow from its maps, and the sums from the groups. */
function expectCounted(disk: MemoryDisk): Superblock {
  const sb = Superblock.find(disk) as Superblock;
  expect(sb.problem()).toBeUndefined();
  const summary = new GroupSummary(disk.read(sb.csaddr * sb.fsize, sb.cssize), sb.order);
  const total = { ndir: 0, nbfree: 0, nifree: 0, nffree: 0 };
  for (let c = 0; c < sb.ncg; c++) {
    const cg = new CylinderGroup(disk.read(cgHeader(sb, c) * sb.fsize, sb.bsize), sb.order);
    expect(cg.problem(sb, c)).toBeUndefined();
    const was = Buffer.from(cg.bytes);
    cg.recount(sb, cg.ndir);
    expect(was.equals(cg.bytes)).toBe(true);
    expect(summary.get(c)).toEqual(cg.csum);
    for (const key of ['ndir', 'nbfree', 'nifree', 'nffree'] as const) total[key] += cg.csum[key];
  }
  expect(total).toEqual({ ndir: sb.ndir, nbfree: sb.nbfree, nifree: sb.nifree, nffree: sb.nffree });
  expect(sb.clean).toBe(1);
  return sb;
}

describe('the plan', () => {
  it.each([
    [19 * MB, 4096, 512],
    [20 * MB, 8192, 1024],
    [1000 * MB, 16384, 2048],
    [128 * 1024 * MB, 32768, 4096],
  ])('a file system of %i bytes has blocks of %i and fragments of %i', (size, bsize, fsize) => {
    const sb = planNewfs({ ...WISH, size });
    expect([sb.bsize, sb.fsize]).toEqual([bsize, fsize]);
    expect(sb.ncg).toBeGreaterThanOrEqual(4);
    const density = size / (sb.ipg * sb.ncg);
    expect(density).toBeGreaterThan(3.8 * fsize);
    expect(density).toBeLessThan(4.6 * fsize);
  });

  it.each([
    [{ bsize: 5000 }, 'block size must be a power of 2, not 5000'],
    [{ bsize: 2048 }, 'block size 2048 is too small, minimum is 4096'],
    [{ bsize: 131072 }, 'block size 131072 is too large, maximum is 65536'],
    [{ bsize: 8192, fsize: 512 }, 'fragment size 512 is too small, minimum is 1024'],
    [{ bsize: 8192, fsize: 16384 }, 'fragment size 16384 is too large, maximum is 8192'],
    [{ sectorSize: 4096, fsize: 512, bsize: 4096 }, 'fragment size 512 is too small, minimum is 4096'],
    [{ size: 20000 }, 'size 20000 is too small for a file system'],
    [{ size: 4096 * 2 ** 40, fsize: 512, bsize: 4096 }, 'too large for FFSv1: use -O 2 or a larger fragment size'],
    [{ inodes: 1e6 }, 'no room for 1000000 inodes'],
    [{ minfree: 100 }, 'free space 100 is too large, maximum is 99'],
  ] as const)('%o: %s', (wish, message) => {
    expect(() => planNewfs({ ...WISH, ...wish })).toThrow(new NewfsError(message));
  });

  it('leaves no mark of another file system, and bootstraps as they are', () => {
    const disk = new MemoryDisk(new Uint8Array(8 * MB));
    const boot = Uint8Array.from({ length: 8192 }, (_, i) => i * 7);
    disk.bytes.set(boot);
    const ufs2 = planNewfs({ ...WISH, size: 8 * MB, format: '2' });
    writeNewfs(disk, ufs2, { uid: 0, gid: 0 }, () => {});
    expect(disk.bytes.subarray(0, 8192)).toEqual(boot);
    disk.bytes.set(new TextEncoder().encode('FAT16   '), 54);
    disk.bytes.set([0x53, 0xef], 1080);
    disk.bytes.set(new TextEncoder().encode('CD001'), 32769);
    writeNewfs(disk, planNewfs({ ...WISH, size: 8 * MB, bsize: 65536 }), { uid: 0, gid: 0 }, () => {});
    expect(Superblock.find(disk)?.ufs2).toBe(false);
    expect(disk.bytes.subarray(0, 512).every((b) => b === 0)).toBe(true);
    expect(disk.bytes.subarray(512, 1024)).toEqual(boot.subarray(512, 1024));
    expect(disk.bytes[1080]).toBe(0);
    expect(disk.bytes[32769]).toBe(0);
  });

  it('makes file systems beyond 4 TB and writes nothing but what is needed', () => {
    let written = 0;
    const sb = planNewfs({ ...WISH, format: '2', size: 5 * 2 ** 40 });
    const size = sb.size * sb.fsize;
    const disk = {
      size,
      sectorSize: 512,
      read: (_: number, n: number) => new Uint8Array(n),
      write(at: number, data: Uint8Array) {
        expect(at + data.length).toBeLessThanOrEqual(size);
        written += data.length;
      },
      flush() {},
      close() {},
    };
    writeNewfs(disk, sb, { uid: 0, gid: 0 }, () => {});
    expect(size).toBeGreaterThan(5 * 2 ** 40 - 2 ** 30);
    expect(written).toBeLessThan(2 ** 30);
  });
});

/** Where ours and makefs's groups may differ: makefs makes as few as can be, and UFS2 of makefs begins at 8192. */
const SAME =
  'bsize fsize frag minfree oldRps bmask fmask bshift fshift maxcontig maxbpg fragshift fsbtodb sbsize nindir inopb oldNspf optim oldInterleave oldTrackskew oldCgoffset oldCgmask fmod clean ronly oldFlags maxbsize avgfilesize avgfpdir flags contigsumsize maxsymlinklen oldInodefmt maxfilesize qbmask qfmask oldPostblformat oldNrpos magic'.split(
    ' ',
  ) as (keyof Superblock)[];
const makefs = spawnSync('makefs', [], { stdio: 'ignore' }).error === undefined;

describe.skipIf(!makefs).each(['1', '2'] as const)('version %s, as makefs makes it', (format) => {
  it.each([
    [4096, 512, 512],
    [8192, 1024, 512],
    [16384, 2048, 2048],
    [32768, 32768, 512],
    [65536, 8192, 512],
  ])('blocks of %i, fragments of %i, sectors of %i', (bsize, fsize, sectorSize) => {
    fs.mkdirSync(`${work}/empty`, { recursive: true });
    const options = `version=${format},bsize=${bsize},fsize=${fsize}`;
    const args = [
      '-t',
      'ffs',
      '-s',
      '40m',
      '-S',
      String(sectorSize),
      '-o',
      options,
      `${work}/makefs.img`,
      `${work}/empty`,
    ];
    execFileSync('makefs', args, { stdio: 'ignore' });
    const theirs = Superblock.find(new MemoryDisk(new Uint8Array(fs.readFileSync(`${work}/makefs.img`)))) as Superblock;
    const ours = planNewfs({ ...WISH, format, bsize, fsize, sectorSize });
    const fields = (sb: Superblock) => Object.fromEntries(SAME.map((key) => [key, String(sb[key])]));
    expect(fields(ours)).toEqual(fields(theirs));
    expect(ours.dblkno - ours.iblkno).toBe((ours.ipg / ours.inopb) * ours.frag);
    if (format === '2') return;
    expect([ours.sblkno, ours.cblkno, ours.iblkno]).toEqual([theirs.sblkno, theirs.cblkno, theirs.iblkno]);
  });
});

describe.skipIf(!kernelIsBuilt)('on the kernel', { timeout: 150_000 }, () => {
  const image = (size: number, name = 'disk.img') => {
    const file = `${work}/${name}`;
    fs.writeFileSync(file, '');
    fs.truncateSync(file, size);
    return file;
  };
  const load = (file: string) => new MemoryDisk(new Uint8Array(fs.readFileSync(file)));
  const fill = (disk: string) => `
    mount -t ffs /dev/${disk} /mnt || exit 1
    cd /mnt; mkdir -p a/b/c; dd if=/dev/zero of=a/big bs=64k count=40 2>/dev/null; seq 1 3000 >a/b/text
    for i in $(seq 1 60); do echo $i >a/b/c/$i; done; ln -s ../text a/b/c/link; rm a/b/c/1?
    cd /; umount /mnt; fsck_ffs -fn /dev/r${disk} | grep '?'; mount -o ro -t ffs /dev/${disk} /mnt
    cksum </mnt/a/b/text; ls /mnt/a/b/c | wc -l; ls -ld /mnt; umount /mnt`;

  const VARIANTS = [
    ['-O 0 -B be', 40],
    ['-O 1 -b 4096 -f 4096', 40],
    ['-O 1 -B be -b 65536 -f 8192', 40],
    ['-O 1 -b 32768 -f 4096 -S 4096', 40],
    ['-O 2', 40],
    ['-O 2 -B be -b 16384 -f 2048 -n 3000 -s 47m', 48],
    ['-O 2 -b 32768 -f 32768 -m 0 -i 65536', 64],
    ['-O 2ea', 12],
  ] as const;

  it('makes file systems of all kinds, which are filled and counted', () => {
    const disks = Object.fromEntries(
      VARIANTS.map(([, megabytes], i) => [`rd${i}`, image(megabytes * MB, `rd${i}.img`)]),
    );
    const script = VARIANTS.map(([options], i) => `newfs -V0 ${options} rd${i} || exit 1; ${fill(`rd${i}`)}`).join(
      '\n',
    );
    const run = runOnKernel(script, disks, 120_000);
    expect(run.stderr).toBe('');
    const filled = String.raw`\d+ 13893\n +51\ndrwxr-xr-x .* 3 root  wheel  512 .*\/mnt\n`;
    expect(run.stdout).toMatch(new RegExp(`^(${filled}){${VARIANTS.length}}$`));
    for (const file of Object.values(disks)) expectCounted(load(file));
  });

  it('prints as newfs(8) does', () => {
    const run = runOnKernel('newfs -O2 rd0; newfs -N -V4 -O1 -b 4096 -f 512 /dev/rrd0', { rd0: image(40 * MB) });
    expect(run.stdout).toBe(`/dev/rrd0: 40.0MB (81920 sectors) block size 8192, fragment size 1024
\tusing 4 cylinder groups of 10.00MB, 1280 blks, 2400 inodes.
super-block backups (for fsck_ffs -b #) at:
144, 20624, 41104, 61584,
${'.'.repeat(79)}
/dev/rrd0: 40.0MB (81920 sectors) block size 4096, fragment size 512
\tusing 4 cylinder groups of 10.00MB, 2560 blks, 4832 inodes.
super-block backups (for fsck_ffs -b #) at:
32, 20512, 40992, 61472,
`);
    expect(expectCounted(load(`${work}/disk.img`)).ufs2).toBe(true);
  });

  it('refuses what is mounted, too small, or no disk', () => {
    const script = `newfs -V0 /dev/rd0; mount -t ffs /dev/rd0 /mnt
      newfs /dev/rrd0; newfs rd0; newfs -s 200m -N rd0; >/f; newfs /f; newfs -O 3 rd0; newfs -b 8k -f 1b rd0`;
    expect(runOnKernel(script, { rd0: image(20 * MB) }).stderr.split('\n')).toEqual([
      'newfs: /dev/rrd0 is currently mounted on /mnt',
      'newfs: /dev/rrd0 is currently mounted on /mnt',
      'newfs: size 209715200 is larger than the 20971520 bytes of /dev/rrd0',
      'newfs: /f: not a character special device',
      'newfs: 3: bad filesystem format value',
      'newfs: /dev/rrd0 is currently mounted on /mnt',
      '',
    ]);
  });

  it('makes an image in a file of the size asked for', () => {
    const script = `mount -t tmpfs tmpfs /tmp; newfs -F -V0 -s 16m -O2 /tmp/i || exit 1; ls -l /tmp/i
      newfs -F -N -V1 /tmp/i; newfs -F -N -V1 -s 1g /tmp/none; ls /tmp; newfs -F -V0 -Z -s 8m /tmp/j; du -k /tmp/j; dd if=/tmp/i of=/dev/rrd0 bs=64k 2>/dev/null; ${fill('rd0')}`;
    const run = runOnKernel(script, { rd0: image(16 * MB) });
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(
      /16777216 .*\/tmp\/i\n\/tmp\/i: 16.0MB \(32768 sectors\).*\n.*\n\/tmp\/none: 1024.0MB.*\n.*\ni\n8192\t\/tmp\/j\n/,
    );
    expectCounted(load(`${work}/disk.img`));
  });
});
