// SPDX-License-Identifier: BSD-2-Clause
import { type DirHash, dirHash, HASH_TEA } from '../dir_hash.ts';
import { Direntry } from '../direntry.ts';
import { E2FS_UNSIGNED_HASH, SB_HASHSEED, type Superblock } from '../superblock.ts';

const ROOT_INFO = 24;
const INFO_LENGTH = 8;
const NODE_ENTRIES = 8;

/** Hashes that may be in a leaf: from low to below high; or equal to it when collisions go on in the next leaf. */
interface HashRange {
  readonly low: number;
  readonly high: number;
}

/** The index of a directory, compared with the blocks it speaks of. */
export class DirIndex {
  fault: string | undefined;
  private readonly how: DirHash | undefined;
  private readonly leaves = new Map<number, HashRange>();
  private readonly nodes = new Set<number>([0]);

  /** @param read  a block of the directory by its number there, `blocks` in all */
  constructor(
    sb: Superblock,
    private readonly blocks: number,
    private readonly read: (logical: number) => Uint8Array,
  ) {
    const root = read(0);
    const [version, length, levels, flags] = [4, 5, 6, 7].map((i) => root[ROOT_INFO + i] as number);
    const reserved = new DataView(root.buffer, root.byteOffset).getUint32(ROOT_INFO, true);
    if (
      reserved !== 0 ||
      (version as number) > HASH_TEA ||
      length !== INFO_LENGTH ||
      (levels as number) > 1 ||
      flags !== 0
    ) {
      this.fault = 'BAD ROOT';
      return;
    }
    const seed = new DataView(sb.bytes.buffer, sb.bytes.byteOffset + SB_HASHSEED.at);
    this.how = {
      version: version as number,
      unsigned: (sb.flags & E2FS_UNSIGNED_HASH) !== 0,
      seed: Uint32Array.from([0, 4, 8, 12], (at) => seed.getUint32(at, true)),
    };
    this.node(root, ROOT_INFO + INFO_LENGTH, levels as number, { low: 0, high: 0xffffffff });
  }

  /** The blocks that hold no entries but of the index. */
  isNode(logical: number): boolean {
    return this.fault === undefined && logical !== 0 && this.nodes.has(logical);
  }

  /** An entry lies in a block of the directory. */
  entry(logical: number, name: Uint8Array): void {
    if (this.fault !== undefined || this.how === undefined || logical === 0) return;
    const range = this.leaves.get(logical);
    const hash = dirHash(name, this.how);
    if (range === undefined) this.fault = 'ENTRIES OUTSIDE';
    else if (hash < range.low || hash > range.high) this.fault = 'HASH OUT OF RANGE';
  }

  /** All blocks were seen. */
  end(): void {
    if (this.fault === undefined && this.leaves.size + this.nodes.size !== this.blocks) this.fault = 'BLOCKS LEFT OUT';
  }

  private node(block: Uint8Array, start: number, levels: number, range: HashRange): void {
    const view = new DataView(block.buffer, block.byteOffset, block.length);
    const limit = view.getUint16(start, true);
    const count = view.getUint16(start + 2, true);
    if (limit !== (block.length - start) / 8 || count === 0 || count > limit) {
      this.fault = 'BAD COUNT';
      return;
    }
    for (let i = 0; i < count && this.fault === undefined; i++) {
      const at = start + 8 * i;
      const low = i === 0 ? range.low : view.getUint32(at, true);
      const next = i + 1 < count ? view.getUint32(at + 8, true) : range.high;
      if (low < range.low || next < low || next > range.high) this.fault = 'HASHES NOT IN ORDER';
      else this.child(view.getUint32(at + 4, true), levels, { low: (low & ~1) >>> 0, high: next });
    }
  }

  /** Of the hash that follows, bit 0 says that its collisions begin in this block. */
  private child(logical: number, levels: number, { low, high }: HashRange): void {
    if (logical === 0 || logical >= this.blocks || this.leaves.has(logical) || this.nodes.has(logical)) {
      this.fault = 'BAD BLOCK NUMBER';
      return;
    }
    if (levels === 0) {
      const last = high === 0xffffffff ? high : (high & 1) !== 0 ? high - 1 : high - 2;
      this.leaves.set(logical, { low, high: Math.max(last, low) });
      return;
    }
    const block = this.read(logical);
    const fake = new Direntry(block, 0);
    if (fake.ino !== 0 || fake.reclen !== block.length) {
      this.fault = 'BAD NODE';
      return;
    }
    this.nodes.add(logical);
    this.node(block, NODE_ENTRIES, levels - 1, { low, high });
  }
}
