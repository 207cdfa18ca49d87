// SPDX-License-Identifier: BSD-2-Clause
/**
 * Each kind of damage: what is said about it; -y repairs it; a second check and the kernel's own checker find nothing; and
 * every file that was not hit is as it was.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { withImage } from '../../testing/host_tools.ts';
import type { MemoryDisk } from '../../testing/memory_disk.ts';
import { check, haveMakefs, Images } from './testing/check_image.ts';
import { DAMAGES } from './testing/damages.ts';
import { ImageEdit } from './testing/image_edit.ts';

/** Built by `make -C kernel-wasm workout`. */
const CHECK_FFS = fileURLToPath(new URL('../../../out/host-test/image/check_ffs', import.meta.url));
const haveCheckFfs = fs.existsSync(CHECK_FFS);

const images = new Images();
afterAll(() => images.remove());

/** The strict checker of the kernel's tests, which shares no code with this one. */
function kernelsChecker(disk: MemoryDisk): string {
  if (!haveCheckFfs) return '';
  const env = { ...process.env, RUMP_QUIET: '1', ASAN_OPTIONS: 'detect_leaks=0' };
  return withImage(disk.bytes, (file) => {
    const run = spawnSync(CHECK_FFS, [file], { encoding: 'utf8', env });
    return run.status === 0 ? '' : run.stdout;
  });
}

const VARIANTS = [
  ['version=1,bsize=8192,fsize=1024', 'be'],
  ['version=2,bsize=4096,fsize=512', 'le'],
] as const;

describe.skipIf(!haveMakefs).each(VARIANTS)('%s %s', (options, order) => {
  it.each(DAMAGES)('$name', ({ damage, says, loses = [], gains = [] }) => {
    const disk = images.make(options, order, '6m');
    const before = new ImageEdit(disk).tree();
    damage(new ImageEdit(disk));
    const damaged = Uint8Array.from(disk.bytes);
    expect([2, 8]).toContain(check(disk, 'no').status);
    expect(Buffer.compare(damaged, disk.bytes)).toBe(0);

    const { text, status } = check(disk, 'yes');
    for (const words of says) expect(text).toMatch(words);
    expect(text).toMatch(/\*\*\*\*\* FILE SYSTEM WAS MODIFIED \*\*\*\*\*\n$/);
    expect(status).toBe(0);

    const again = check(disk, 'no');
    expect(again.text).toMatch(/Phase 5 - Check Cyl groups\n\d+ files, .*\n$/);
    expect(again.status).toBe(0);
    expect(kernelsChecker(disk)).toBe('');

    const after = new ImageEdit(disk).tree();
    const hit = (path: string) =>
      loses.some((p) => (typeof p === 'string' ? path === p || path.startsWith(`${p}/`) : p.test(path)));
    for (const [path, contents] of before) if (!hit(path)) expect([path, after.get(path)]).toEqual([path, contents]);
    for (const path of loses) if (typeof path === 'string') expect(after.has(path)).toBe(false);
    for (const pattern of gains) expect([...after.keys()].join('\n')).toMatch(pattern);
  });
});

describe.skipIf(!haveMakefs).each(VARIANTS)('%s %s', (options, order) => {
  it('as many lost files as need a large lost+found', () => {
    const disk = images.make(options, order, '6m');
    const image = new ImageEdit(disk);
    const lost = [...image.tree()].filter(([path]) => path.startsWith('/many/')).map(([, contents]) => contents);
    for (const chunk of image.chunks(image.find('/many'))) chunk.fill(0);
    image.setEntryInode('/many', 0);
    expect(check(disk, 'yes').status).toBe(0);
    expect(check(disk, 'no').status).toBe(0);
    expect(kernelsChecker(disk)).toBe('');
    const found = [...new ImageEdit(disk).tree()].filter(([path]) => path.startsWith('/lost+found/#'));
    expect(found.map(([, contents]) => contents).sort()).toEqual(['', ...lost].sort());
  });
});
