// SPDX-License-Identifier: BSD-2-Clause
/** fsck_ffs(8) and fsck(8) as programs of the kernel: devices, image files, options, answers, exit statuses. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../../testing/host_tools.ts';
import { kernelIsBuilt, runOnKernel } from '../../testing/on_kernel.ts';

/** A script on a disk of 8 MB with a new file system. */
function run(script: string): string {
  return withFolder((folder) => {
    const file = path.join(folder, 'disk.img');
    fs.writeFileSync(file, new Uint8Array(8 << 20));
    const { stdout, stderr } = runOnKernel(`newfs -V0 /dev/rd0; ${script}`, { rd0: file });
    return stdout + stderr;
  });
}

const PHASES = `** Phase 1 - Check Blocks and Sizes
** Phase 2 - Check Pathnames
** Phase 3 - Check Connectivity
** Phase 4 - Check Reference Counts
** Phase 5 - Check Cyl groups
`;
const EMPTY = /1 files, 1 used, \d+ free \(\d+ frags, \d+ blocks, 0\.\d% fragmentation\)\n/.source;
const escaped = (text: string) => text.replace(/[*.()]/g, '\\$&');

describe.skipIf(!kernelIsBuilt)('fsck_ffs and fsck on the kernel', () => {
  it('clean ones are not checked without -f', () => {
    expect(run('fsck_ffs /dev/rrd0; fsck_ffs -q /dev/rrd0; fsck_ffs -p /dev/rrd0; fsck -pv /dev/rrd0')).toBe(
      `** /dev/rrd0
** File system is clean; not checking
** /dev/rrd0
/dev/rrd0: file system is clean; not checking
fsck_ffs -p /dev/rrd0
/dev/rrd0: file system is clean; not checking
`,
    );
    expect(run('fsck_ffs -fy /dev/rrd0; echo $?')).toMatch(
      new RegExp(`^${escaped(`** /dev/rrd0\n${PHASES}`)}${EMPTY}0\n$`),
    );
  });

  it('questions are answered by a person', () => {
    const damage = 'dd if=/dev/zero of=/dev/rrd0 bs=8k seek=1 count=1 2>/dev/null';
    expect(run(`${damage}; echo n | fsck_ffs /dev/rrd0; echo $?`)).toBe(
      '** /dev/rrd0\nBAD SUPER BLOCK: MAGIC NUMBER WRONG\n\nLOOK FOR ALTERNATE SUPERBLOCKS? [yn] \n\n8\n',
    );
    const script = `${damage}; (echo y; echo y) | fsck_ffs /dev/rrd0; echo $?; fsck /dev/rrd0; mount /dev/rd0 /mnt; ls /mnt`;
    expect(run(script)).toMatch(
      /ALTERNATE SUPERBLOCKS\? \[yn\] \nUSING ALTERNATE SUPERBLOCK AT \d+\n[\s\S]*MARK FILE SYSTEM CLEAN\? \[yn\] \n\*\*\*\*\* FILE SYSTEM MARKED CLEAN \*\*\*\*\*\n\n\*\*\*\*\* FILE SYSTEM WAS MODIFIED \*\*\*\*\*\n0\n\*\* \/dev\/rrd0\n\*\* File system is clean; not checking\n$/,
    );
  });

  it('-b takes a copy, -F an image file', () => {
    const script = `dd if=/dev/zero of=/dev/rrd0 bs=8k seek=1 count=1 2>/dev/null; mount -t tmpfs tmpfs /tmp
      fsck_ffs -b 32 -y /dev/rrd0 | tail -1; fsck_ffs -b 33 -n /dev/rrd0; echo $?
      dd if=/dev/rrd0 of=/tmp/i bs=64k 2>/dev/null; fsck_ffs -n -F -f /tmp/i | head -1; fsck -f /tmp/i | tail -1
      fsck_ffs -F /dev/rrd0; echo $?`;
    expect(run(script)).toMatch(
      new RegExp(
        `^${escaped('***** FILE SYSTEM WAS MODIFIED *****')}\n${escaped('** /dev/rrd0 (NO WRITE)')}\nBAD SUPER BLOCK: NO ALTERNATE SUPERBLOCK AT 33\n8\n${escaped('** /tmp/i (NO WRITE)')}\n${EMPTY}1\nfsck_ffs: /dev/rrd0: -F is for a regular file\n$`,
      ),
    );
  });

  it('what is mounted to be written to is only looked at', () => {
    expect(run('mount /dev/rd0 /mnt; fsck_ffs -y /dev/rrd0 | head -1; fsck_ffs -p /dev/rrd0; echo $?')).toMatch(
      /^\*\* \/dev\/rrd0 \(NO WRITE\)\n\/dev\/rrd0: NO WRITE ACCESS\n\n\n\/dev\/rrd0: UNEXPECTED INCONSISTENCY; RUN fsck_ffs MANUALLY\.\n8\n$/,
    );
  });

  it('options that there are not', () => {
    const script = `fsck_ffs -B be /dev/rrd0; echo $?; fsck_ffs; echo $?; fsck_ffs -b x /dev/rrd0; echo $?
      fsck -t nosuchfs /dev/rrd0; echo $?; fsck -t such /dev/rrd0; echo $?; fsck /dev/null; echo $?`;
    const text = run(script);
    expect(text.split('\n').filter((line) => /^\d$/.test(line))).toEqual(['1', '1', '1', '0', '8', '8']);
    expect(text).toMatch(/-B: the byte order of a file system cannot be changed/);
    expect(text).toMatch(/fsck: exec fsck_such for \/dev\/rrd0: No such file or directory/);
  });
});
