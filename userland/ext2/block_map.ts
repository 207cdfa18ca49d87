// SPDX-License-Identifier: BSD-2-Clause
import { blockArea, blockPointer, type Dinode, EXT2FS_NDADDR, EXT2FS_NIADDR, hasExtents } from './dinode.ts';
import { ExtentNode, type Run } from './extent_node.ts';
import type { Ext2Volume } from './volume.ts';

/** What a walk over an inode's block map meets, in the order of the file. */
export interface MapVisitor {
  /** A block of pointers or extents. False: it is not read, and what is below it is not met. */
  node(block: number): boolean;
  /** Blocks of data; where they lie is not checked. False ends the walk. */
  run(run: Run): boolean;
  /** The map itself is wrong here; the walk goes on with the next entry. */
  fault(what: string): void;
}

/** Walk over the blocks of an inode that has blocks, whatever its size says. */
export function walkBlockMap(volume: Ext2Volume, di: Dinode, visitor: MapVisitor): void {
  if (hasExtents(di)) new ExtentWalk(volume, visitor).tree(new ExtentNode(blockArea(di)));
  else new PointerWalk(volume, visitor).inode(di);
}

class ExtentWalk {
  /** First block of the file that the next extent may have. */
  private next = 0;
  private ended = false;

  constructor(
    private readonly volume: Ext2Volume,
    private readonly visitor: MapVisitor,
  ) {}

  tree(root: ExtentNode): void {
    const fault = root.fault(undefined);
    if (fault === undefined) this.node(root);
    else this.visitor.fault(`${fault} IN EXTENT TREE`);
  }

  private node(node: ExtentNode): void {
    for (let i = 0; i < node.entries && !this.ended; i++)
      if (node.depth === 0) this.extent(node.extent(i));
      else this.child(node, i);
  }

  private extent(run: Run): void {
    if (run.length === 0) this.visitor.fault('EXTENT OF NO BLOCKS');
    else if (run.logical < this.next || run.logical + run.length > 0x100000000)
      this.visitor.fault('EXTENTS NOT IN ORDER');
    else {
      this.next = run.logical + run.length;
      this.ended = !this.visitor.run(run);
    }
  }

  private child(parent: ExtentNode, i: number): void {
    const { logical, block } = parent.child(i);
    if (!this.visitor.node(block)) return;
    const node = new ExtentNode(this.volume.readBlock(block));
    const fault = node.fault(parent.depth - 1) ?? (node.entries === 0 ? 'NODE WITHOUT ENTRIES' : undefined);
    if (fault !== undefined) {
      this.visitor.fault(`${fault} IN EXTENT TREE`);
      return;
    }
    const first = node.depth === 0 ? node.extent(0).logical : node.child(0).logical;
    if (logical !== first) this.visitor.fault('INDEX OF EXTENTS IS WRONG');
    this.node(node);
  }
}

/** Direct and indirect pointers; neighbours become one run. */
class PointerWalk {
  private readonly nindir: number;
  private logical = 0;
  private start = 0;
  private length = 0;
  private ended = false;

  constructor(
    private readonly volume: Ext2Volume,
    private readonly visitor: MapVisitor,
  ) {
    this.nindir = volume.geometry.nindir;
  }

  inode(di: Dinode): void {
    for (let i = 0; i < EXT2FS_NDADDR; i++) this.pointer(blockPointer(di, i), i);
    let logical = EXT2FS_NDADDR;
    for (let level = 1; level <= EXT2FS_NIADDR; level++) {
      this.indirect(blockPointer(di, EXT2FS_NDADDR - 1 + level), logical, level);
      logical += this.nindir ** level;
    }
    this.flush();
  }

  private indirect(block: number, logical: number, level: number): void {
    if (block === 0 || this.ended) return;
    this.flush();
    if (this.ended || !this.visitor.node(block)) return;
    const bytes = this.volume.readBlock(block);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const span = this.nindir ** (level - 1);
    for (let i = 0; i < this.nindir && !this.ended; i++) {
      const below = view.getUint32(4 * i, true);
      if (level === 1) this.pointer(below, logical + i);
      else this.indirect(below, logical + i * span, level - 1);
    }
  }

  private pointer(block: number, logical: number): void {
    if (block === 0) return;
    if (this.length > 0 && block === this.start + this.length && logical === this.logical + this.length) {
      this.length++;
      return;
    }
    this.flush();
    this.logical = logical;
    this.start = block;
    this.length = 1;
  }

  private flush(): void {
    if (this.length === 0 || this.ended) return;
    this.ended = !this.visitor.run({
      logical: this.logical,
      start: this.start,
      length: this.length,
      unwritten: false,
    });
    this.length = 0;
  }
}
