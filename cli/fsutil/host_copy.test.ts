// SPDX-License-Identifier: BSD-2-Clause
/** put and get: host files into images and back, hostile images too. */
import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILT, Scratch } from '../testing/run_rumpus.ts';

const scratch = new Scratch();
const rumpus = (...args: string[]) => scratch.rumpus(args);
afterAll(() => scratch.remove());

describe.skipIf(!BUILT)('rumpus put and get', { timeout: 60_000 }, () => {
  beforeAll(() => {
    scratch.write('tree/größe', 'text\n');
    scratch.write(
      'tree/sub/data',
      new Uint8Array(300_000).map((_, i) => i * 7),
    );
    fs.symlinkSync('sub/data', scratch.path('tree/link'));
    fs.chmodSync(scratch.path('tree/sub/data'), 0o640);
    fs.utimesSync(scratch.path('tree/sub/data'), 1_000_000_000, 1_000_000_001);
    scratch.tool('mke2fs', '-q', '-t', 'ext4', '-O', '^64bit,^metadata_csum', scratch.blank('image', 8));
  });

  it('carry a tree in and out again', () => {
    expect(rumpus('put', '-rp', 'image', 'tree', '/')).toEqual({ status: 0, out: '', err: '' });
    expect(scratch.run('e2fsck', ['-fn', 'image']).status).toBe(0);
    expect(scratch.tool('debugfs', '-R', 'stat /tree/sub/data', 'image')).toMatch(/Mode: +0640/);
    scratch.tool('debugfs', '-R', 'dump /tree/sub/data dumped', 'image');
    expect(scratch.read('dumped').equals(scratch.read('tree/sub/data'))).toBe(true);
    expect(rumpus('get', '-rp', 'image', '/tree', 'back')).toEqual({ status: 0, out: '', err: '' });
    expect(scratch.tool('diff', '-r', '--no-dereference', 'tree', 'back')).toBe('');
    const st = fs.statSync(scratch.path('back/sub/data'));
    expect([st.mode & 0o7777, st.mtimeMs]).toEqual([0o640, 1_000_000_001_000]);
  });

  it('take standard input, and say what they do', () => {
    expect(scratch.rumpus(['put', 'image', '-', '/in'], 'from a pipe').status).toBe(0);
    expect(rumpus('put', '-v', 'image', 'tree/größe', 'in2').out).toBe('tree/größe -> in2\n');
    expect(rumpus('get', '-v', 'image', 'in', 'in2', '.').out).toBe('in -> ./in\nin2 -> ./in2\n');
    expect(String(scratch.read('in'))).toBe('from a pipe');
  });

  it('go on after a file that fails', () => {
    const outcome = rumpus('put', 'image', 'none', 'tree', 'tree/größe', '/');
    expect(outcome.status).toBe(1);
    expect(outcome.err).toBe(
      'put: none: No such file or directory\nput: tree is a directory (not copied; -r copies it)\n',
    );
    expect(rumpus('cat', 'image', 'größe').out).toBe('text\n');
    expect(rumpus('get', 'image', 'none', 'in', '.').err).toBe('get: none: No such file or directory\n');
  });

  it('write nothing outside the target', () => {
    fs.mkdirSync(scratch.path('outside'));
    const link = `symlink a ${scratch.path('outside')}`;
    const commands = ['mkdir /evil', 'cd /evil', link, 'mkdir b', 'write tree/größe stolen'];
    scratch.write('evil.cmd', `${commands.join('\n')}\n`);
    scratch.tool('debugfs', '-w', '-f', 'evil.cmd', 'image');
    // Two entries of one directory with the same name, the first a link out of it; and a name with slashes.
    const bytes = scratch.read('image');
    rename(bytes, 'b', 'a');
    rename(bytes, 'stolen', '../sto');
    scratch.write('image', bytes);
    rumpus('get', '-r', 'image', '/evil', 'safe');
    expect(fs.readdirSync(scratch.path('safe'))).toEqual(['a']);
    expect(fs.readdirSync(scratch.path('outside'))).toEqual([]);
    expect(fs.existsSync(scratch.path('sto'))).toBe(false);
  });
});

/** Change a directory entry with that name, wherever it is. */
function rename(bytes: Buffer, from: string, to: string): void {
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1))
    if (bytes[at - 2] === from.length && bytes[at - 1] === (from.length === 1 ? 2 : 1)) bytes.write(to, at);
}
