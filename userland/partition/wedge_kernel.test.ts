// SPDX-License-Identifier: BSD-2-Clause
/** Disks with partitions on the real kernel: tables and file systems made by other systems, and what they say afterwards. */
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { haveTools, runTool, withFolder } from '../testing/host_tools.ts';
import { kernelIsBuilt, runOnKernel } from '../testing/on_kernel.ts';

const MB = 1 << 20;
const TOOLS = ['sgdisk', 'sfdisk', 'makefs', 'mkfs.ext2', 'mkfs.fat', 'e2fsck', 'fsck.fat', 'mtype', 'debugfs'];
const ready = kernelIsBuilt && haveTools(...TOOLS);

function emptyFile(file: string, bytes: number): void {
  writeFileSync(file, '');
  truncateSync(file, bytes);
}

/** Bytes of the disk from here on are the file. */
function place(disk: string, at: number, file: string): void {
  const fd = openSync(disk, 'r+');
  writeSync(fd, readFileSync(file), 0, undefined, at);
  closeSync(fd);
}

/** A GPT with FFS, ext2 and FAT at 1, 17 and 33 MB, all of other people's making. */
function makeDisk(folder: string): string {
  const disk = path.join(folder, 'disk.img');
  emptyFile(disk, 50 * MB);
  const rows = [
    '-n1:2048:+16M',
    '-t1:a902',
    '-c1:root',
    '-n2:0:+16M',
    '-t2:8300',
    '-c2:données',
    '-n3:0:+16M',
    '-t3:ef00',
  ];
  expect(runTool('sgdisk', ...rows, disk).status).toBe(0);
  const part = path.join(folder, 'part');
  const tree = path.join(folder, 'tree');
  runTool('mkdir', tree);
  writeFileSync(path.join(tree, 'first'), 'from makefs\n');
  expect(runTool('makefs', '-t', 'ffs', '-s', '16m', part, tree).status).toBe(0);
  place(disk, MB, part);
  emptyFile(part, 16 * MB);
  expect(runTool('mkfs.ext2', '-q', '-F', part).status).toBe(0);
  place(disk, 17 * MB, part);
  emptyFile(part, 16 * MB);
  expect(runTool('mkfs.fat', part).status).toBe(0);
  place(disk, 33 * MB, part);
  return disk;
}

describe.skipIf(!ready)('wedges', { timeout: 120_000 }, () => {
  it('of a GPT mount, and each file system is sound afterwards', () => {
    withFolder((folder) => {
      const disk = makeDisk(folder);
      const run = runOnKernel(
        `mkdir /a /b /c; mount NAME=root /a && mount NAME=données /b && mount /dev/dk2 /c; mount NAME=none /c
         cp /a/first /b/second && cp /b/second /c/third && cat /c/third
         dd if=/dev/zero of=/b/img bs=64k count=60 2>/dev/null; vndconfig -v vnd0 /b/img; vndconfig -l vnd0
         newfs vnd0 >/dev/null; mkdir /v; mount /dev/vnd0 /v && cp /c/third /v/fourth; umount /b 2>/dev/null || echo busy
         umount /v; vndconfig -u vnd0; umount /a /b /c; mount /dev/rd0 /a`,
        { rd0: disk },
      );
      expect(run.stdout).toContain('from makefs\n');
      expect(run.stdout).toContain('/dev/rvnd0: 3932160 bytes on /b/img\nvnd0: /b (/dev/dk1) inode 13\nbusy\n');
      expect(run.stderr).toContain('NAME=none: no wedge has this name');
      expect(run.stderr).toContain('/dev/rd0: has partitions: dk0 (ffs), dk1 (ext2fs), dk2 (msdos); mount one of them');
      const bytes = readFileSync(disk);
      const ext = path.join(folder, 'ext');
      writeFileSync(ext, bytes.subarray(17 * MB, 33 * MB));
      expect(runTool('e2fsck', '-fn', ext)).toMatchObject({ status: 0 });
      const fat = path.join(folder, 'fat');
      writeFileSync(fat, bytes.subarray(33 * MB, 49 * MB));
      expect(runTool('fsck.fat', '-n', fat)).toMatchObject({ status: 0 });
      expect(runTool('mtype', '-i', fat, '::third').text).toBe('from makefs\n');
      // The image in the image.
      expect(runTool('debugfs', '-R', `dump /img ${folder}/inner`, ext).status).toBe(0);
      const script = 'fsck_ffs -fn /dev/rrd0 && mkdir /m && mount -r /dev/rd0 /m && cat /m/fourth';
      const again = runOnKernel(script, { rd0: path.join(folder, 'inner') });
      expect(again.stdout).toContain('from makefs\n');
    });
  });

  it('of an MBR made by sfdisk, logical partitions too', () => {
    withFolder((folder) => {
      const disk = path.join(folder, 'disk');
      const script = path.join(folder, 'script');
      emptyFile(disk, 8 * MB);
      writeFileSync(
        script,
        'label: dos\nstart=2048, size=2048, type=83\nstart=4096, type=5\nstart=4608, size=1024, type=6\nstart=6144, size=512, type=a9\n',
      );
      expect(runTool('sh', '-c', `sfdisk -q ${disk} < ${script}`).status).toBe(0);
      const { stdout } = runOnKernel('dkctl rd0; sysctl -n hw.disknames', { rd0: disk });
      expect(stdout).toBe(
        '/dev/rrd0: 3 wedges:\ndk0: rd0e, 2048 blocks at 2048, type: ext2fs\ndk1: rd0i, 1024 blocks at 4608, type: msdos\n' +
          'dk2: rd0j, 512 blocks at 6144, type: ffs\nrd0 dk0 dk1 dk2\n',
      );
    });
  });

  it('of a file in a file system outlive a kernel that is stopped, with and without threads', () => {
    for (const options of [[], ['--threads', '0']])
      withFolder((folder) => {
        const disk = path.join(folder, 'disk');
        emptyFile(disk, 16 * MB);
        expect(runTool('mkfs.ext2', '-q', '-F', disk).status).toBe(0);
        const make = `mkdir /a /b; mount /dev/rd0 /a; dd if=/dev/zero of=/a/img bs=64k count=128 2>/dev/null
          vndconfig vnd0 /a/img; gpt create vnd0; gpt add -a 1m -l inner vnd0; newfs dk0 >/dev/null; mount /dev/dk0 /b
          dd if=/dev/zero of=/b/big bs=64k count=60 2>/dev/null; echo kept > /b/file`;
        expect(runOnKernel(make, { rd0: disk }, 60_000, options).status).toBe(0);
        expect(runTool('e2fsck', '-fn', disk)).toMatchObject({ status: 0 });
        const look = `mkdir /a /b; mount -r /dev/rd0 /a; vndconfig -r vnd0 /a/img; dkctl vnd0; fsck_ffs -fn /dev/rdk0 >/dev/null || exit 1
          mount -r /dev/dk0 /b; cat /b/file; vndconfig -u vnd0; vndconfig -u -F vnd0; cat /b/big; umount -f /b; umount /a && echo free`;
        expect(runOnKernel(look, { rd0: disk }, 60_000, options)).toMatchObject({
          stdout: '/dev/rvnd0: 1 wedge:\ndk0: inner, 12288 blocks at 2048, type: ffs\nkept\nfree\n',
          stderr: expect.stringMatching(/vndconfig: \/dev\/rvnd0: Device busy\ncat: \/b\/big: Input\/output error/),
        });
      });
  });
});
