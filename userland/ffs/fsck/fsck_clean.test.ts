// SPDX-License-Identifier: BSD-2-Clause
/** Nothing is found in what makefs made. */
import { afterAll, describe, expect, it } from 'vitest';
import { check, haveMakefs, Images } from './testing/check_image.ts';

const images = new Images();
afterAll(() => images.remove());

const VARIANTS = [1, 2].flatMap((version) =>
  ['le', 'be'].flatMap((order) =>
    ['4096,fsize=512', '8192,fsize=1024', '16384,fsize=2048', '65536,fsize=8192', '8192,fsize=8192'].map(
      (sizes) => [`version=${version},bsize=${sizes}`, order] as const,
    ),
  ),
);

describe.skipIf(!haveMakefs).each(VARIANTS)('makefs -o %s -B %s', (options, order) => {
  it('is clean, and stays as it is', () => {
    const disk = images.make(options, order);
    const before = Uint8Array.from(disk.bytes);
    const { text, status } = check(disk, 'yes');
    expect(text).toMatch(
      /^\*\* Phase 1 - Check Blocks and Sizes\n\*\* Phase 2 - Check Pathnames\n\*\* Phase 3 - Check Connectivity\n\*\* Phase 4 - Check Reference Counts\n\*\* Phase 5 - Check Cyl groups\n415 files, \d+ used, \d+ free \(\d+ frags, \d+ blocks, \d\.\d% fragmentation\)\n$/,
    );
    expect(status).toBe(0);
    expect(disk.bytes).toEqual(before);
  });
});
