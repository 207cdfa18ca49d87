// SPDX-License-Identifier: BSD-2-Clause
import { Direntry, direntSize, E2D_HDRSIZE, putDirentry } from '../direntry.ts';

const MIN_RECLEN = direntSize(1);
const SLASH = 0x2f;
const DOT = 0x2e;

/** Is the chain of a directory block whole: every entry inside, the last ending with the block? */
export function chainOk(block: Uint8Array): boolean {
  let at = 0;
  while (at < block.length && entryFits(block, at)) at += new Direntry(block, at).reclen;
  return at === block.length;
}

/** Does the entry at `at` stay inside its block, and its name inside the entry? */
function entryFits(block: Uint8Array, at: number): boolean {
  if (at + MIN_RECLEN > block.length) return false;
  const { reclen, namlen } = new Direntry(block, at);
  return reclen >= MIN_RECLEN && reclen % 4 === 0 && at + reclen <= block.length && E2D_HDRSIZE + namlen <= reclen;
}

/**
 * Make the chain of a block whole, keeping what can be read: behind a broken entry it goes on where entries that make sense
 * reach to the end of the block.
 */
export function salvageBlock(block: Uint8Array, maxIno: number): void {
  const resume = resumePoints(block, maxIno);
  let previous = -1;
  for (let at = 0; at < block.length; ) {
    const entry = new Direntry(block, at);
    if (!entryFits(block, at)) {
      let next = at + MIN_RECLEN;
      while (next < block.length && resume[next >> 2] === 0) next += 4;
      next = Math.min(next, block.length);
      if (next - at < MIN_RECLEN) {
        // No room for an entry: the one before reaches to the end.
        if (previous >= 0) new Direntry(block, previous).reclen += next - at;
        return;
      }
      entry.reclen = next - at;
      if (E2D_HDRSIZE + entry.namlen > entry.reclen || !sensible(entry, maxIno)) {
        entry.ino = 0;
        entry.namlen = 0;
      }
    }
    previous = at;
    at += entry.reclen;
  }
}

/** For each multiple of 4: do sensible entries go from here to the end of the block? */
function resumePoints(block: Uint8Array, maxIno: number): Uint8Array {
  const good = new Uint8Array((block.length >> 2) + 1);
  good[block.length >> 2] = 1;
  for (let at = block.length - MIN_RECLEN; at >= 0; at -= 4) {
    if (!entryFits(block, at)) continue;
    const entry = new Direntry(block, at);
    if (sensible(entry, maxIno) && good[(at + entry.reclen) >> 2] === 1) good[at >> 2] = 1;
  }
  return good;
}

function sensible(entry: Direntry, maxIno: number): boolean {
  if (entry.ino === 0) return true;
  return entry.ino <= maxIno && entry.namlen > 0 && nameFault(entry.name) === undefined;
}

/** What is wrong with a name. */
export function nameFault(name: Uint8Array): string | undefined {
  if (name.length === 0) return 'ZERO LENGTH NAME';
  return name.includes(0) || name.includes(SLASH) ? 'BAD CHARACTER IN NAME' : undefined;
}

/** Replace what a name may not have. */
export function mendName(name: Uint8Array): void {
  name.forEach((c, i) => {
    if (c === 0 || c === SLASH) name[i] = DOT;
  });
}

export const isDot = (name: Uint8Array): boolean => name.length === 1 && name[0] === DOT;
export const isDotDot = (name: Uint8Array): boolean => name.length === 2 && name[0] === DOT && name[1] === DOT;

/** Does a whole block begin with entries named `.` and `..`, the names ending in zeros, of the usual length? */
export function hasDots(block: Uint8Array): boolean {
  const dot = new Direntry(block, 0);
  if (!isDot(dot.name) || dot.reclen !== MIN_RECLEN || dot.ino === 0 || block[E2D_HDRSIZE + 1] !== 0) return false;
  const dotdot = new Direntry(block, MIN_RECLEN);
  return isDotDot(dotdot.name) && dotdot.ino !== 0 && block[MIN_RECLEN + E2D_HDRSIZE + 2] === 0;
}

/** Put `.` and `..` where they belong, over whatever entries are there. */
export function putDots(block: Uint8Array, ino: number, parent: number, type: number): void {
  let end = 0;
  while (end < 2 * MIN_RECLEN) end += new Direntry(block, end).reclen;
  putDirentry(block, 0, { ino, reclen: MIN_RECLEN, type, name: Uint8Array.of(DOT) });
  putDirentry(block, MIN_RECLEN, { ino: parent, reclen: end - MIN_RECLEN, type, name: Uint8Array.of(DOT, DOT) });
}

/** Each entry of a whole block. */
export function* entriesOf(block: Uint8Array): Generator<Direntry> {
  for (let at = 0; at < block.length; ) {
    const entry = new Direntry(block, at);
    const { reclen } = entry;
    yield entry;
    at += reclen;
  }
}

/** A name as a key of a set, byte by byte. */
export const nameKey = (name: Uint8Array): string => String.fromCharCode(...name);
