// SPDX-License-Identifier: BSD-2-Clause
/** Phase 1b: who had a block first that others claim as well. */
import { type Visit, walkBlocks } from './block_walk.ts';
import { BAD_DIRECTORY, BAD_FILE, type Checker, DIRECTORY, FILE } from './checker.ts';
import { eachInodeOfGroup } from './pass1.ts';

/** Files that were found bad already are left out: those that are not share no block, so this ends soon. */
export function pass1b(c: Checker): void {
  for (let cg = 0; cg < c.sb.ncg; cg++) {
    c.options.progress?.(cg, c.sb.ncg);
    eachInodeOfGroup(c, cg, (ino, di) => {
      const state = c.state[ino];
      if (state !== FILE && state !== DIRECTORY) return;
      let shared = false;
      walkBlocks(c, di, (frag, count): Visit => {
        if (!c.dataRange(frag, count)) return 'skip';
        for (let f = frag; f < frag + count; f++) {
          if (!c.duplicates.has(f)) continue;
          if (!shared) c.say.report(`${f} DUP I=${ino}`);
          shared = true;
        }
        return shared ? 'stop' : 'on';
      });
      if (shared) c.state[ino] = state === FILE ? BAD_FILE : BAD_DIRECTORY;
    });
  }
}
