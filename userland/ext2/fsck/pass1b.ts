// SPDX-License-Identifier: BSD-2-Clause
import { type Dinode, EXT2_INDEX, setSize } from '../dinode.ts';
import type { Run } from '../extent_node.ts';
import { writeBlockMap } from '../map_writer.ts';
import { releaseAttributes } from './attributes.ts';
import { setBlockCount } from './block_count.ts';
import { type Claims, collectClaims, extentOf } from './claims.ts';
import { type Ext2Check, NoSpace } from './ext2_check.ts';
import { remakeResizeInode } from './special_inodes.ts';

/** Phase 1b: block maps that phase 1 found wrong are written anew, now that it is known which blocks are free. */
export function pass1b(check: Ext2Check): void {
  if (check.rewrite.size === 0 && !check.remakeResize) return;
  check.dialog.heading('Phase 1b - Rewrite Block Maps');
  if (check.remakeResize) remakeResizeInode(check);
  for (const [ino, duplicates] of check.rewrite) rewriteInode(check, ino, duplicates);
}

function rewriteInode(check: Ext2Check, ino: number, duplicates: ReadonlySet<number>): void {
  const di = check.volume.readInode(ino);
  const claims = collectClaims(check, ino, di);
  for (const block of claims.nodes) check.releaseBlock(block);
  const runs = cloneRuns(check, ino, claims.runs, duplicates);
  try {
    replaceMap(check, ino, di, check.isDirectory(ino) ? closeHoles(di, runs) : runs);
  } catch (error) {
    if (!(error instanceof NoSpace)) throw error;
    check.dialog.note(`NO SPACE FOR THE BLOCK MAP OF I=${ino}: CLEARED`);
    releaseRuns(check, runs);
    releaseAttributes(check, di);
    check.clearInode(ino);
    check.files--;
  }
}

/** Give an inode a map of these runs, and write it. */
export function replaceMap(check: Ext2Check, ino: number, di: Dinode, runs: readonly Run[]): void {
  const { volume } = check;
  const nodes = writeBlockMap(volume, di, runs, () => check.allocateBlock());
  const { blocks, end } = extentOf(runs);
  const attributes = di.faclLow === 0 ? 0 : 1;
  setBlockCount(volume, di, ((blocks + nodes.length + attributes) * volume.bsize) / 512);
  if (check.isDirectory(ino)) setSize(di, end * volume.bsize);
  volume.writeInode(ino, di);
}

/** Blocks that others claim too are copied; where there is no space, the file gets a hole. */
function cloneRuns(check: Ext2Check, ino: number, runs: readonly Run[], duplicates: ReadonlySet<number>): Run[] {
  if (duplicates.size === 0) return [...runs];
  const list: Run[] = [];
  const add = (run: Run): void => {
    const last = list.at(-1);
    const joins =
      last !== undefined &&
      last.unwritten === run.unwritten &&
      last.logical + last.length === run.logical &&
      last.start + last.length === run.start;
    if (joins) list[list.length - 1] = { ...last, length: last.length + run.length };
    else list.push(run);
  };
  let lost = 0;
  for (const run of runs)
    for (let i = 0; i < run.length; i++) {
      const block = { ...run, logical: run.logical + i, start: run.start + i, length: 1 };
      if (!duplicates.has(block.logical)) add(block);
      else {
        const copy = cloneBlock(check, block.start);
        if (copy === undefined) lost++;
        else add({ ...block, start: copy });
      }
    }
  if (lost > 0) check.dialog.note(`NO SPACE TO CLONE ${lost} BLOCKS OF I=${ino}`);
  return list;
}

function cloneBlock(check: Ext2Check, block: number): number | undefined {
  try {
    const copy = check.allocateBlock();
    check.volume.writeBlocks(copy, check.volume.readBlock(block));
    return copy;
  } catch (error) {
    if (error instanceof NoSpace) return undefined;
    throw error;
  }
}

/** The blocks of a directory without gaps. An index names blocks by number, and is dropped when these change. */
function closeHoles(di: Dinode, runs: readonly Run[]): Run[] {
  let logical = 0;
  return runs.map((run) => {
    if (run.logical !== logical || run.unwritten) di.flags &= ~EXT2_INDEX;
    const moved = { ...run, logical, unwritten: false };
    logical += run.length;
    return moved;
  });
}

/** All blocks of an inode, its attributes' among them, are free again. */
export function releaseInodeBlocks(check: Ext2Check, ino: number, di: Dinode, claims?: Claims): void {
  const { runs, nodes } = claims ?? collectClaims(check, ino, di);
  for (const block of nodes) check.releaseBlock(block);
  releaseRuns(check, runs);
  releaseAttributes(check, di);
}

function releaseRuns(check: Ext2Check, runs: readonly Run[]): void {
  for (const run of runs) for (let i = 0; i < run.length; i++) check.releaseBlock(run.start + i);
}
