// SPDX-License-Identifier: BSD-2-Clause

export const EXT_MAGIC = 0xf30a;
export const EXT_HDRSIZE = 12;
export const EXT_ENTRYSIZE = 12;
/** A longer one is unwritten: it reads as zeros, and is so much shorter. */
export const EXT_MAXLEN = 32768;
export const EXT_MAXDEPTH = 5;

/** Blocks of a file that lie side by side on the disk. */
export interface Run {
  /** First block of the file. */
  readonly logical: number;
  /** First block of the disk. */
  readonly start: number;
  readonly length: number;
  /** Allocated, and reads as zeros. */
  readonly unwritten: boolean;
}

/** A node of an extent tree over its bytes: 60 of an inode, or a block. */
export class ExtentNode {
  private readonly view: DataView;
  /** Entries there is room for. */
  readonly capacity: number;

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.capacity = Math.floor((bytes.length - EXT_HDRSIZE) / EXT_ENTRYSIZE);
  }

  get entries(): number {
    return this.view.getUint16(2, true);
  }
  get depth(): number {
    return this.view.getUint16(6, true);
  }

  /** What is wrong with the header of a node that should have this depth, or undefined. */
  fault(depth: number | undefined): string | undefined {
    if (this.view.getUint16(0, true) !== EXT_MAGIC) return 'BAD MAGIC';
    const max = this.view.getUint16(4, true);
    if (max === 0 || max > this.capacity || this.entries > max) return 'BAD NUMBER OF ENTRIES';
    if (this.depth > EXT_MAXDEPTH || (depth !== undefined && this.depth !== depth)) return 'BAD DEPTH';
    return undefined;
  }

  /** Entry i of a leaf. */
  extent(i: number): Run {
    const at = EXT_HDRSIZE + EXT_ENTRYSIZE * i;
    const length = this.view.getUint16(at + 4, true);
    const unwritten = length > EXT_MAXLEN;
    return {
      logical: this.view.getUint32(at, true),
      start: this.view.getUint16(at + 6, true) * 0x100000000 + this.view.getUint32(at + 8, true),
      length: unwritten ? length - EXT_MAXLEN : length,
      unwritten,
    };
  }

  /** Entry i of an interior node: first block of the file below it, and the block of the node. */
  child(i: number): { readonly logical: number; readonly block: number } {
    const at = EXT_HDRSIZE + EXT_ENTRYSIZE * i;
    return {
      logical: this.view.getUint32(at, true),
      block: this.view.getUint16(at + 8, true) * 0x100000000 + this.view.getUint32(at + 4, true),
    };
  }

  /** Make it a node of so many entries, still empty. */
  format(entries: number, depth: number): void {
    this.bytes.fill(0);
    [EXT_MAGIC, entries, this.capacity, depth].forEach((word, i) => {
      this.view.setUint16(2 * i, word, true);
    });
  }

  setExtent(i: number, run: Run): void {
    const at = EXT_HDRSIZE + EXT_ENTRYSIZE * i;
    this.view.setUint32(at, run.logical, true);
    this.view.setUint16(at + 4, run.length + (run.unwritten ? EXT_MAXLEN : 0), true);
    this.view.setUint16(at + 6, Math.floor(run.start / 0x100000000), true);
    this.view.setUint32(at + 8, run.start, true);
  }

  setChild(i: number, logical: number, block: number): void {
    const at = EXT_HDRSIZE + EXT_ENTRYSIZE * i;
    this.view.setUint32(at, logical, true);
    this.view.setUint32(at + 4, block, true);
    this.view.setUint16(at + 8, Math.floor(block / 0x100000000), true);
  }
}
