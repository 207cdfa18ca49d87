// SPDX-License-Identifier: BSD-2-Clause
import type { Disk } from '../disk/raw_device.ts';
import { latin1 } from '../lib/bytes.ts';
import { SBLOCKSEARCH, SBLOCKSIZE, Superblock } from './superblock.ts';

/** Where the file systems of others have their marks, in areas that newfs leaves alone: a bootstrap may be there. */
const FOREIGN: readonly {
  readonly from: number;
  readonly length: number;
  readonly at: number;
  readonly mark: RegExp;
}[] = [
  { from: 0, length: 512, at: 54, mark: /^FAT1[26] {3}/ },
  { from: 0, length: 512, at: 82, mark: /^FAT32 {3}/ },
  { from: 1024, length: 1024, at: 1080, mark: /^\x53\xef/ },
  { from: 32768, length: 2048, at: 32769, mark: /^CD001/ },
];

/** Remove what another file system on this disk would be found by, before a new one is written. */
export function wipe(disk: Disk, sb: Superblock): void {
  for (const pos of SBLOCKSEARCH) {
    if (pos + SBLOCKSIZE > disk.size) continue;
    if (pos === sb.sblockloc || Superblock.at(disk.read(pos, SBLOCKSIZE), pos, true) !== undefined)
      disk.write(pos, new Uint8Array(SBLOCKSIZE));
  }
  for (const { from, length, at, mark } of FOREIGN) {
    const block = from - (from % SBLOCKSIZE);
    if (block + SBLOCKSIZE > disk.size) continue;
    const bytes = disk.read(block, SBLOCKSIZE);
    if (!mark.test(latin1(bytes.subarray(at - block, at - block + 8)))) continue;
    bytes.fill(0, from - block, from - block + length);
    disk.write(block, bytes);
  }
}
