// SPDX-License-Identifier: BSD-2-Clause
import type { Dinode } from '../dinode.ts';
import { type BlockVisitor, fileBlocks, type Visit, walkBlocks } from './block_walk.ts';
import type { Checker } from './checker.ts';

/** So many of one kind in a file, and it is not worth looking further. */
const MANY = 10;

export interface Claimed {
  /** Fragments that are the file's. */
  frags: number;
  /** A block that cannot be its, or is another's too. */
  bad: boolean;
  /** Pointers behind its end. */
  behindEnd: boolean;
}

/** Give a file its blocks in the map of those in use. What is wrong with an address is said; nothing is changed on the disk. */
export function claimBlocks(c: Checker, ino: number, di: Dinode): Claimed {
  const found: Claimed = { frags: 0, bad: false, behindEnd: false };
  const counts = { BAD: 0, DUP: 0 };
  const blocks = fileBlocks(c.sb, di);
  const attributes = Math.ceil(di.extsize / c.sb.bsize);
  const wrong = (kind: 'BAD' | 'DUP', frag: number): Visit => {
    found.bad = true;
    c.say.report(`${frag} ${kind} I=${ino}`);
    if (++counts[kind] < MANY) return 'skip';
    c.say.proceed(`EXCESSIVE ${kind} BLKS I=${ino}`);
    return 'stop';
  };
  const visit: BlockVisitor = (frag, count, lbn, _level) => {
    if (lbn >= blocks || (lbn < 0 && -1 - lbn >= attributes)) {
      found.behindEnd = true;
      return 'skip';
    }
    if (!c.dataRange(frag, count)) return wrong('BAD', frag);
    let answer: Visit = 'on';
    for (let f = frag; f < frag + count; f++) {
      if (c.isUsed(f)) {
        c.duplicates.add(f);
        if (answer !== 'stop') answer = wrong('DUP', f);
      } else c.setUsed(f, 1, true);
    }
    found.frags += count;
    return answer;
  };
  walkBlocks(c, di, visit);
  return found;
}
