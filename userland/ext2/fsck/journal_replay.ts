// SPDX-License-Identifier: BSD-2-Clause

import { walkBlockMap } from '../block_map.ts';
import { type Dinode, EXT2_JOURNALINO } from '../dinode.ts';
import type { Run } from '../extent_node.ts';
import { EXT2F_INCOMPAT_RECOVER, readSuperblock, SBOFF } from '../superblock.ts';
import type { Ext2Volume } from '../volume.ts';

/** The journal of ext3 and ext4 (JBD2). All its numbers are big-endian. */
const JBD_MAGIC = 0xc03b3998;
const DESCRIPTOR = 1;
const COMMIT = 2;
const SUPERBLOCK_V2 = 4;
const REVOKE = 5;
const HEADER = 12;
const FEATURE_REVOKE = 0x1;
const FEATURE_64BIT = 0x2;
const FEATURE_ASYNC_COMMIT = 0x4;
const TAG_ESCAPE = 1;
const TAG_SAME_UUID = 2;
const TAG_LAST = 8;
const MAXBLOCKS = 2 ** 24;

/** A journal that cannot be replayed: why. */
export class JournalFault extends Error {}

export interface Replayed {
  readonly transactions: number;
  readonly blocks: number;
}

/** Writes into the file system what the journal has committed; then the journal is empty. @throws JournalFault */
export function replayJournal(volume: Ext2Volume): Replayed {
  const journal = new Journal(volume);
  const replayed = journal.replay();
  volume.disk.flush();
  journal.empty();
  // The superblock may have been among the blocks.
  const sb = readSuperblock(volume.disk, SBOFF);
  sb.incompat &= ~EXT2F_INCOMPAT_RECOVER;
  volume.disk.write(SBOFF, sb.bytes);
  return replayed;
}

/** Does the journal hold transactions? One that cannot be read holds none. */
export function journalHasData(volume: Ext2Volume): boolean {
  try {
    return new Journal(volume).pending;
  } catch (error) {
    if (error instanceof JournalFault) return false;
    throw error;
  }
}

/** Forget what the journal holds. */
export function emptyJournal(volume: Ext2Volume): void {
  new Journal(volume).empty();
}

class Journal {
  /** Blocks of the disk, by number in the journal. */
  private readonly map: number[];
  private readonly head: DataView;
  private readonly first: number;
  private readonly length: number;
  private readonly wide: boolean;

  constructor(private readonly volume: Ext2Volume) {
    this.map = journalBlocks(volume, volume.readInode(EXT2_JOURNALINO));
    this.head = this.view(0);
    const { bsize } = volume;
    this.length = this.head.getUint32(16);
    this.first = this.head.getUint32(20);
    const version2 = this.head.getUint32(4) === SUPERBLOCK_V2;
    const features = version2 ? this.head.getUint32(40) : 0;
    this.wide = (features & FEATURE_64BIT) !== 0;
    if (this.head.getUint32(0) !== JBD_MAGIC) throw new JournalFault('BAD MAGIC IN JOURNAL');
    if (
      this.head.getUint32(12) !== bsize ||
      this.length > this.map.length ||
      this.first < 1 ||
      this.first >= this.length
    )
      throw new JournalFault('BAD JOURNAL SUPERBLOCK');
    const unknown = features & ~(FEATURE_REVOKE | FEATURE_64BIT | FEATURE_ASYNC_COMMIT);
    if (unknown !== 0) throw new JournalFault(`JOURNAL HAS UNKNOWN FEATURES 0x${(unknown >>> 0).toString(16)}`);
  }

  get pending(): boolean {
    return this.head.getUint32(28) !== 0;
  }

  replay(): Replayed {
    const start = this.head.getUint32(28);
    if (start === 0) return { transactions: 0, blocks: 0 };
    if (start < this.first || start >= this.length) throw new JournalFault('BAD START OF JOURNAL');
    const end = this.walk(
      start,
      undefined,
      () => undefined,
      () => undefined,
    );
    const revoked = new Map<number, number>();
    this.walk(
      start,
      end,
      () => undefined,
      (block, sequence) => revoked.set(block, sequence),
    );
    let blocks = 0;
    const put = (block: number, data: Uint8Array, sequence: number): void => {
      const since = revoked.get(block);
      if (since !== undefined && ((since - sequence) | 0) >= 0) return;
      if (block >= this.volume.geometry.bcount) throw new JournalFault(`BLOCK ${block} IN JOURNAL IS OUTSIDE`);
      this.volume.writeBlocks(block, data);
      blocks++;
    };
    this.walk(start, end, put, () => undefined);
    return { transactions: (end - this.head.getUint32(24)) >>> 0, blocks };
  }

  /** Nothing is to be replayed any more; the next transaction has a number that none in the journal has. */
  empty(): void {
    this.head.setUint32(24, this.head.getUint32(24) + this.length);
    this.head.setUint32(28, 0);
    this.head.setUint32(32, 0);
    this.volume.writeBlocks(
      this.map[0] as number,
      new Uint8Array(this.head.buffer, this.head.byteOffset, this.head.byteLength),
    );
  }

  /**
   * Go through the transactions, up to the one numbered `end`, or while they are complete.
   * @returns the number of the first that is not
   */
  private walk(
    start: number,
    end: number | undefined,
    put: (block: number, data: Uint8Array, sequence: number) => void,
    revoke: (block: number, sequence: number) => void,
  ): number {
    let sequence = this.head.getUint32(24);
    let at = start;
    for (let steps = 0; steps < this.length && sequence !== end; steps++) {
      const view = this.view(at);
      if (view.getUint32(0) !== JBD_MAGIC || view.getUint32(8) !== sequence) break;
      const type = view.getUint32(4);
      at = this.after(at);
      if (type === COMMIT) sequence = (sequence + 1) >>> 0;
      else if (type === REVOKE) this.revokes(view, (block) => revoke(block, sequence));
      else if (type !== DESCRIPTOR) break;
      else
        for (const tag of this.tags(view)) {
          if (end !== undefined) put(tag.block, this.data(at, tag.escaped), sequence);
          at = this.after(at);
          if (++steps > this.length) return sequence;
        }
    }
    return sequence;
  }

  private *tags(view: DataView): Generator<{ block: number; escaped: boolean }> {
    for (let at = HEADER; at + 8 <= view.byteLength; ) {
      const flags = view.getUint16(at + 6);
      const high = this.wide ? view.getUint32(at + 8) : 0;
      yield { block: high * 0x100000000 + view.getUint32(at), escaped: (flags & TAG_ESCAPE) !== 0 };
      if ((flags & TAG_LAST) !== 0) return;
      at += (this.wide ? 12 : 8) + ((flags & TAG_SAME_UUID) !== 0 ? 0 : 16);
    }
  }

  private revokes(view: DataView, each: (block: number) => void): void {
    const used = Math.min(view.getUint32(HEADER), view.byteLength);
    const width = this.wide ? 8 : 4;
    for (let at = HEADER + 4; at + width <= used; at += width)
      each(this.wide ? view.getUint32(at) * 0x100000000 + view.getUint32(at + 4) : view.getUint32(at));
  }

  /** A block's new contents; one that begins like a block of the journal had that beginning taken away. */
  private data(at: number, escaped: boolean): Uint8Array {
    const view = this.view(at);
    if (escaped) view.setUint32(0, JBD_MAGIC);
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  }

  private after(at: number): number {
    return at + 1 === this.length ? this.first : at + 1;
  }

  private view(at: number): DataView {
    const bytes = this.volume.readBlock(this.map[at] as number);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

function journalBlocks(volume: Ext2Volume, di: Dinode): number[] {
  const map: number[] = [];
  let fault = di.nlink === 0;
  const run = ({ logical, start, length }: Run): boolean => {
    fault ||= logical !== map.length || start + length > volume.geometry.bcount || map.length + length > MAXBLOCKS;
    for (let i = 0; i < length && !fault; i++) map.push(start + i);
    return !fault;
  };
  walkBlockMap(volume, di, {
    node: (block) => volume.geometry.validBlock(block) && !fault,
    run,
    fault: () => {
      fault = true;
    },
  });
  if (fault || map.length < 2) throw new JournalFault('BAD JOURNAL INODE');
  return map;
}
