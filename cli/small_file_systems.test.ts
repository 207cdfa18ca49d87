// SPDX-License-Identifier: BSD-2-Clause
/** v7fs, mfs and ptyfs from the command line: the programs that make, check and mount them, on the real kernel. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = fs.existsSync(`${root}/out/kernel/rumpus.wasm`) && fs.existsSync(`${root}/out/host/rumpus.mjs`);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rumpus-small-'));

function rumpus(...args: string[]): string {
  return execFileSync(process.execPath, [`${root}/cli/rumpus.mjs`, ...args], { timeout: 60_000, encoding: 'utf8' });
}

afterAll(() => fs.rmSync(folder, { recursive: true }));

describe.skipIf(!built)('small file systems', () => {
  it.each(['le', 'be', 'pdp'])('v7fs: made, written, found again without its byte order, whole: %s', (order) => {
    const image = path.join(folder, `${order}.img`);
    fs.writeFileSync(image, new Uint8Array(1 << 20));
    const disk = ['--disk', `rd0=${image}`];
    rumpus(
      ...disk,
      '-c',
      `newfs_v7fs -V 0 -B ${order} rd0 && mkdir /m && mount_v7fs -B ${order} /dev/rd0 /m && cd /m &&
       mkdir d && echo words >d/f && ln d/f g && ln -s d/f l && seq 1 20000 >big && cd / && umount /m`,
    );
    expect(
      rumpus(...disk, '-c', 'mkdir /m; mount -r /dev/rd0 /m && mount | tail -1; cat /m/l; cksum </m/big; umount /m'),
    ).toBe(`/dev/rd0 on /m type v7fs (read-only, local)\nwords\n${CKSUM}\n`);
    expect(rumpus(...disk, '-c', 'fsck_v7fs -n /dev/rrd0; echo $?')).toMatch(/^(?:\*\*.*\n){6}5 files,.*free\n0\n$/);
    expect(rumpus('ls', image)).toBe('big\nd\ng\nl\n');
  });
  it('mfs: a fast file system in memory', () => {
    const script = `mkdir -m 711 /m; mount -t mfs -o -s=2m,nodev swap /m; stat -f %OLp /m; echo words >/m/f; cat /m/f;
      mount | tail -1 | cut -d ' ' -f 2-; mount -ur /m; rm /m/f 2>/dev/null || echo kept; umount /m; ls /m`;
    expect(rumpus('-c', script)).toBe('711\nwords\non /m type mfs (nodev, local)\nkept\n');
  });
  it('ptyfs: no pair, no names', () => {
    expect(rumpus('-c', 'mkdir /dev/pts; mount -t ptyfs ptyfs /dev/pts; ls -a /dev/pts; umount /dev/pts')).toBe(
      '.\n..\n',
    );
  });
});

const CKSUM = execFileSync('sh', ['-c', 'seq 1 20000 | cksum'], { encoding: 'utf8' }).trim();
