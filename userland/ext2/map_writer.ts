// SPDX-License-Identifier: BSD-2-Clause
import { blockArea, type Dinode, EXT2FS_NDADDR, EXT2FS_NIADDR, hasExtents, setBlockPointer } from './dinode.ts';
import { EXT_MAXLEN, ExtentNode, type Run } from './extent_node.ts';
import { wordsToBlock } from './resize_inode.ts';
import type { Ext2Volume } from './volume.ts';

/**
 * Gives an inode a new block map of `runs`, in the order of the file. Blocks for nodes come from `allocate`, which throws
 * when there is none. The inode itself is not written.
 * @returns the blocks of nodes
 */
export function writeBlockMap(
  volume: Ext2Volume,
  di: Dinode,
  runs: readonly Run[],
  allocate: () => number,
): readonly number[] {
  const nodes: number[] = [];
  const next = (): number => {
    const block = allocate();
    nodes.push(block);
    return block;
  };
  if (hasExtents(di)) writeExtents(volume, di, runs, next);
  else writePointers(volume, di, runs, next);
  return nodes;
}

function writeExtents(volume: Ext2Volume, di: Dinode, runs: readonly Run[], allocate: () => number): void {
  const root = new ExtentNode(blockArea(di));
  let depth = 0;
  let level: { readonly logical: number; put(node: ExtentNode, i: number): void }[] = runs
    .flatMap((run) => pieces(run))
    .map((run) => ({ logical: run.logical, put: (node, i) => node.setExtent(i, run) }));
  while (level.length > root.capacity) {
    const above: typeof level = [];
    const capacity = new ExtentNode(new Uint8Array(volume.bsize)).capacity;
    for (let i = 0; i < level.length; i += capacity) {
      const part = level.slice(i, i + capacity);
      const block = allocate();
      volume.writeBlocks(block, fill(new ExtentNode(new Uint8Array(volume.bsize)), depth, part));
      const logical = (part[0] as (typeof level)[0]).logical;
      above.push({ logical, put: (node, k) => node.setChild(k, logical, block) });
    }
    level = above;
    depth++;
  }
  fill(root, depth, level);
}

function fill(
  node: ExtentNode,
  depth: number,
  entries: readonly { put(node: ExtentNode, i: number): void }[],
): Uint8Array {
  node.format(entries.length, depth);
  entries.forEach((entry, i) => {
    entry.put(node, i);
  });
  return node.bytes;
}

/** A run as extents of a length that can be written down. */
function pieces(run: Run): Run[] {
  const most = run.unwritten ? EXT_MAXLEN - 1 : EXT_MAXLEN;
  const list: Run[] = [];
  for (let at = 0; at < run.length; at += most) {
    const length = Math.min(most, run.length - at);
    list.push({ logical: run.logical + at, start: run.start + at, length, unwritten: run.unwritten });
  }
  return list;
}

function writePointers(volume: Ext2Volume, di: Dinode, runs: readonly Run[], allocate: () => number): void {
  const { nindir } = volume.geometry;
  for (let i = 0; i < EXT2FS_NDADDR + EXT2FS_NIADDR; i++) setBlockPointer(di, i, 0);
  forEachBlock(cut(runs, 0, EXT2FS_NDADDR), (logical, block) => setBlockPointer(di, logical, block));
  /** The block that holds pointers for `span * nindir` blocks of the file from `from` on; 0 when there are none. */
  const indirect = (from: number, span: number, within: readonly Run[]): number => {
    const part = cut(within, from, from + span * nindir);
    if (part.length === 0) return 0;
    const block = allocate();
    const words = new Uint32Array(nindir);
    if (span === 1) forEachBlock(part, (logical, data) => (words[logical - from] = data));
    else for (let i = 0; i < nindir; i++) words[i] = indirect(from + i * span, span / nindir, part);
    volume.writeBlocks(block, wordsToBlock(words));
    return block;
  };
  let from = EXT2FS_NDADDR;
  for (let level = 0; level < EXT2FS_NIADDR; level++) {
    setBlockPointer(di, EXT2FS_NDADDR + level, indirect(from, nindir ** level, runs));
    from += nindir ** (level + 1);
  }
}

/** The parts of runs from one block of the file to another. */
function cut(runs: readonly Run[], from: number, to: number): Run[] {
  const list: Run[] = [];
  for (const run of runs) {
    const skip = Math.max(from - run.logical, 0);
    const length = Math.min(run.logical + run.length, to) - (run.logical + skip);
    if (length > 0) list.push({ ...run, logical: run.logical + skip, start: run.start + skip, length });
  }
  return list;
}

function forEachBlock(runs: readonly Run[], body: (logical: number, block: number) => void): void {
  for (const run of runs) for (let i = 0; i < run.length; i++) body(run.logical + i, run.start + i);
}
