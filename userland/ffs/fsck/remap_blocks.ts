// SPDX-License-Identifier: BSD-2-Clause
import { fileBlocks, type Visit, walkBlocks } from './block_walk.ts';
import { type Checker, FREE } from './checker.ts';
import { eachInodeOfGroup, markReserved } from './pass1.ts';

/**
 * The map of what is in use, anew from the files that are left: after one with duplicate blocks was cleared nothing else tells
 * which of its blocks are free.
 */
export function remapBlocks(c: Checker): void {
  c.used.fill(0);
  markReserved(c);
  for (let cg = 0; cg < c.sb.ncg; cg++)
    eachInodeOfGroup(c, cg, (ino, di) => {
      if (c.state[ino] === FREE) return;
      const blocks = fileBlocks(c.sb, di);
      walkBlocks(c, di, (frag, count, lbn): Visit => {
        if (lbn >= blocks || !c.dataRange(frag, count)) return 'skip';
        const seen = c.isUsed(frag);
        c.setUsed(frag, count, true);
        return seen ? 'skip' : 'on';
      });
    });
}
