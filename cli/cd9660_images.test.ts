// SPDX-License-Identifier: BSD-2-Clause
/** Discs as genisoimage and xorriso make them: sessions, compressed files, files above 4 GB, relocated directories. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveTools } from '../userland/testing/host_tools.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = fs.existsSync(`${root}/out/kernel/rumpus.wasm`) && fs.existsSync(`${root}/out/host/rumpus.mjs`);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rumpus-iso-'));
const SECTOR = 2048;

const make = (script: string): void => void execFileSync('sh', ['-ec', script], { cwd: folder, stdio: 'pipe' });

/** What a script prints with the image mounted on /m; `again OPTIONS` mounts it in another way. */
function onDisc(image: string, script: string): string {
  const mount = `again() { umount /m 2>/dev/null; mount -t cd9660 -o ro,$1 /dev/cd0 /m; }
    mkdir /m; again noatime; { ${script}; } 2>&1`;
  const args = [`${root}/cli/rumpus.mjs`, '--disk', `cd0=${path.join(folder, image)},ro`, '-c', mount];
  return execFileSync(process.execPath, args, { timeout: 60_000, encoding: 'utf8' });
}

beforeAll(() => {
  if (!built || !haveTools('genisoimage', 'xorriso')) return;
  make('mkdir one two; echo first >one/one; echo old >one/both; echo second >two/two; echo new >two/both');
  make('touch -t 202001010000 one/both; genisoimage -quiet -R -J -o first.iso one');
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** first.iso with a second session that starts `gap` sectors behind it; `-M` merges the trees. */
function withSession(name: string, gap: (end: number) => number): void {
  const end = fs.statSync(path.join(folder, 'first.iso')).size / SECTOR;
  const start = gap(end);
  make(`genisoimage -quiet -R -J -C 0,${start} -M first.iso -o next.iso two
    cp first.iso ${name}; truncate -s ${start * SECTOR} ${name}; cat next.iso >>${name}`);
}

/** A plain disc whose file has a first extent of nearly 4 GB, and a second one behind it; holes but for some words. */
function largeFile(name: string): void {
  make(`mkdir large; echo x >large/parta; echo y >large/partb; genisoimage -quiet -o ${name} large`);
  const image = fs.readFileSync(path.join(folder, name));
  const size = 0xffffffff - 2047;
  const start = image.length / SECTOR;
  const second = start + size / SECTOR;
  const record = (text: string, extent: number, bytes: number, flags: number): void => {
    const at = image.indexOf(text) - 33;
    image.writeUInt32LE(extent, at + 2);
    image.writeUInt32LE(bytes, at + 10);
    image.writeUInt8(flags, at + 25);
    image.write('PARTA.;1', at + 33, 'latin1');
  };
  record('PARTA.;1', start, size, 0x80);
  record('PARTB.;1', second, 3000, 0);
  const fd = fs.openSync(path.join(folder, name), 'w');
  fs.writeSync(fd, image, 0, image.length, 0);
  fs.writeSync(fd, 'end of one\n', second * SECTOR - 11);
  fs.writeSync(fd, 'start of two\n', second * SECTOR);
  fs.ftruncateSync(fd, (second + 2) * SECTOR);
  fs.closeSync(fd);
}

describe.skipIf(!built || !haveTools('genisoimage', 'xorriso'))('discs', () => {
  it.each([
    ['dvd.iso', (end: number) => Math.ceil(end / 16) * 16 + 64],
    ['cd.iso', (end: number) => end + 11400],
  ])('have their last session shown: %s', (name, gap) => {
    withSession(name, gap);
    const script = 'cat /m/both /m/one /m/two; again norrip; cat /m/two; again norrip,nojoliet; cat /m/two.; df -k /m';
    expect(onDisc(name, script)).toMatch(/^new\nfirst\nsecond\nsecond\nsecond\n.*\n\/dev\/cd0 /);
  });

  it('are what comes first when two stand in one image', () => {
    const end = fs.statSync(path.join(folder, 'first.iso')).size / SECTOR;
    make(`cp first.iso pair.iso; truncate -s ${(Math.ceil(end / 16) * 16 + 64) * SECTOR} pair.iso
      genisoimage -quiet -R two >>pair.iso`);
    expect(onDisc('pair.iso', 'ls /m')).toBe('both\none\n');
  });

  it('with files that zisofs compressed: refused, and said why', () => {
    make(`mkdir z; dd if=/dev/zero of=z/zeros bs=1k count=64; echo words >z/plain
      xorriso -outdev z.iso -map z / -set_filter_r --zisofs / -- -commit`);
    const script = 'cd /m; cat plain zeros zeros; cd /; dmesg | grep -c zisofs; again norrip; hexdump -Cn4 /m/zeros';
    expect(onDisc('z.iso', script)).toMatch(
      /^words\n(?:cat: zeros: Inappropriate file type or format\n){2}1\n0+ +37 e4 53 96/,
    );
  });

  it('with a file above 4 GB in two extents', () => {
    largeFile('large.iso');
    const near = 0xffffffff - 2047 - 2048;
    expect(
      onDisc('large.iso', `ls -l /m; dd if=/m/parta bs=2048 skip=${near / 2048} count=2 2>/dev/null | tr -d '\\0'`),
    ).toMatch(/4294968248 .* parta\nend of one\nstart of two\n$/);
  });

  it('with directories deeper than ISO 9660 has them, moved by Rock Ridge', () => {
    make('mkdir -p deep/1/2/3/4/5/6/7/8/9/10/11; echo low >deep/1/2/3/4/5/6/7/8/9/10/11/f');
    make('genisoimage -quiet -R -o deep.iso deep');
    const bottom = '/m/1/2/3/4/5/6/7/8/9/10/11';
    expect(
      onDisc('deep.iso', `cat ${bottom}/f; cd ${bottom}; pwd; cd ../../../..; pwd; ls /m; find /m | wc -l`),
    ).toMatch(new RegExp(`^low\\n${bottom}\\n/m/1/2/3/4/5/6/7\\n1\\n(?:rr_moved\\n)?\\s*1[34]\\n$`));
  });
});
