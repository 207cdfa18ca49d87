// SPDX-License-Identifier: BSD-2-Clause
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SyscallError } from '../../librump/syscall_error.ts';
import { MemoryDisk } from '../../testing/memory_disk.ts';
import { kernelIsBuilt, runOnKernel } from '../../testing/on_kernel.ts';
import { planNewfs } from '../newfs_plan.ts';
import { writeNewfs } from '../newfs_write.ts';
import { Superblock } from '../superblock.ts';
import { runCommand } from './fsdb_commands.ts';
import { FsdbError, FsdbSession } from './fsdb_session.ts';

function made(format: '0' | '1' | '2', order: 'be' | 'le'): MemoryDisk {
  const size = 4 << 20;
  const disk = new MemoryDisk(new Uint8Array(size));
  const sb = planNewfs({ format, order, size, sectorSize: 512, time: 1e9, random: 0x1234 });
  writeNewfs(disk, sb, { uid: 0, gid: 0 }, () => {});
  return disk;
}

function session(disk: MemoryDisk, readOnly = false): FsdbSession {
  return new FsdbSession(disk, Superblock.find(disk) as Superblock, readOnly);
}

describe.each([
  ['0', 'be'],
  ['1', 'le'],
  ['2', 'be'],
] as const)('version %s, %s', (format, order) => {
  it('enters, renames and removes names', () => {
    const s = session(made(format, order));
    const type = format === '0' ? 'no type' : 'directory';
    expect(runCommand(s, 'ln 2 self')).toBe("Ino 2 entered as `self'\n");
    expect(() => runCommand(s, 'ln 2 self')).toThrow("`self' exists");
    runCommand(s, 'ln 2 a-much-longer-name');
    runCommand(s, 'chname 2 five');
    expect(() => runCommand(s, 'chname 2 longer-than-it-fits')).toThrow('does not fit');
    expect(runCommand(s, 'ls')).toBe(
      `slot 0 ino 2 reclen 12: ${type}, \`.'\nslot 1 ino 2 reclen 12: ${type}, \`..'\n` +
        `slot 2 ino 2 reclen 16: ${type}, \`five'\nslot 3 ino 2 reclen 472: ${type}, \`a-much-longer-name'\n`,
    );
    expect(runCommand(s, 'rm five')).toBe("Name `five' removed\n");
    expect(runCommand(s, 'ls')).toContain('slot 1 ino 2 reclen 28');
    expect(() => runCommand(s, 'rm five')).toThrow("could not remove name ('five')");
    expect(() => runCommand(s, `ln 2 ${'x'.repeat(256)}`)).toThrow('bad name');
  });

  it('changes inodes', () => {
    const s = session(made(format, order));
    const shown = runCommand(s, 'chmod 1777') + (runCommand(s, 'chown 65000') ?? '') + runCommand(s, 'linkcount 9');
    expect(shown).toContain('MODE=41777 ');
    expect(shown).toContain('OWNER=65000 ');
    expect(shown).toContain('LINKCNT=9 ');
    expect(runCommand(s, 'mtime 20010909014640.5')).toContain('MTIME=Sep  9 01:46:40 2001 [5 nsec]');
    expect(runCommand(s, 'chflags 0x2')).toContain('FLAGS=0x2 ');
    expect(() => runCommand(s, 'mtime 2001')).toThrow('bad time');
    expect(() => runCommand(s, 'inode 1')).toThrow('out of range');
    expect(runCommand(s, 'quit')).toBeUndefined();
    expect(s.changed).toBe(true);
  });

  it('changes nothing when it may only look', () => {
    const s = session(made(format, order), true);
    for (const command of ['clri 2', 'rm ..', 'ln 2 x', 'chmod 0', 'chinum 0 5'])
      expect(() => runCommand(s, command)).toThrow('open for reading only');
    expect(s.changed).toBe(false);
  });
});

it('survives any damage', { timeout: 60_000 }, () => {
  const disks = [made('1', 'be'), made('2', 'le')];
  const inodesAt = disks.map((disk) => {
    const sb = Superblock.find(disk) as Superblock;
    return [sb.iblkno * sb.fsize, (sb.dblkno + 2) * sb.fsize] as const;
  });
  const byte = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff);
  const damage = fc.array(fc.tuple(fc.nat(1100), fc.boolean(), byte), { minLength: 1, maxLength: 12 });
  const commands = [
    'active',
    'ls',
    'blks',
    'cd ..',
    'findblk 5000',
    'ln 2 x',
    'rm .',
    'rm x',
    'cd x/y',
    'inode 3',
    'blks',
  ];
  fc.assert(
    fc.property(fc.nat(1), damage, (which, bytes) => {
      const whole = disks[which] as MemoryDisk;
      const disk = new MemoryDisk(whole.bytes.slice());
      for (const [at, inodes, value] of bytes) disk.bytes[inodesAt[which]![inodes ? 0 : 1] + at] = value;
      const s = session(disk);
      for (const command of commands)
        try {
          runCommand(s, command);
        } catch (error) {
          if (!(error instanceof FsdbError || error instanceof SyscallError)) throw error;
        }
    }),
    { numRuns: 300 },
  );
});

describe.skipIf(!kernelIsBuilt)('on the kernel', { timeout: 90_000 }, () => {
  let work = '';
  beforeAll(() => {
    work = fs.mkdtempSync(path.join(os.tmpdir(), 'fsdb-'));
  });
  afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

  it('finds files, and leaves what fsck_ffs puts in order', () => {
    const file = `${work}/disk.img`;
    fs.writeFileSync(file, '');
    fs.truncateSync(file, 20 << 20);
    const script = `newfs -V0 -O2 rd0; mount -t ffs /dev/rd0 /mnt; mkdir /mnt/d; echo hi >/mnt/d/f; ln -s ../etc /mnt/l
      dd if=/dev/zero of=/mnt/big bs=64k count=10 2>/dev/null; mkdir /mnt/ä; fsdb -f rd0; fsdb -n -f rd0 </dev/null | head -1; umount /mnt
      printf 'cd /big\\nblks\\ncd /d/f\\nchmod 600\\nlinkcount 5\\ncd /ä\\ncd /l\\ncd /nix\\n' | fsdb -f rd0 | grep -v TIME
      fsck_ffs -y /dev/rrd0 | grep COUNT; mount -t ffs /dev/rd0 /mnt; ls -l /mnt/d/f; umount /mnt`;
    const run = runOnKernel(script, { rd0: file });
    expect(run.stderr.split('\n')).toEqual([
      'fsdb: /dev/rrd0 is mounted on /mnt for writing: only -n may look at it',
      "fsdb: component `nix' not found",
      '',
    ]);
    expect(run.stdout).toMatch(/I=\d+ 81 blocks\nDirect blocks:\n\d+, /);
    expect(run.stdout).toContain("current inode: symlink to `../etc'\n");
    expect(run.stdout).toContain('MODE=100600 SIZE=3\n');
    expect(run.stdout).toContain('*** FILE SYSTEM MARKED DIRTY\n');
    expect(run.stdout).toContain('COUNT 5 SHOULD BE 1\n');
    expect(run.stdout).toMatch(/\n-rw------- +1 root +wheel +3 .*\/mnt\/d\/f\n$/);
  });
});
