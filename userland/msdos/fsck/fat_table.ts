// SPDX-License-Identifier: BSD-2-Clause
import type { Disk } from '../../disk/raw_device.ts';
import { activeFat, type Bpb, FAT_MASK, type FatBits, type FatGeometry } from '../fat_format.ts';

/** Entries of a page; the whole of FAT12 is one. */
const PAGE = 65536;

type Page = Uint16Array | Uint32Array;

/** What an entry says. Any other value is the next cluster. */
export type Meaning = 'free' | 'bad' | 'end' | 'next' | 'outside';

/**
 * The file allocation table in memory: pages of 65536 entries, read one after another and kept only where an entry is not 0, so
 * that memory follows what is used, not what is claimed. Changes reach the copies on the disk with flush().
 */
export class FatTable {
  readonly bits: FatBits;
  /** Highest cluster. */
  readonly last: number;
  readonly endMark: number;
  private readonly mask: number;
  private readonly pages: (Page | undefined)[] = [];
  private readonly dirty = new Set<number>();

  constructor(
    private readonly disk: Disk,
    private readonly bpb: Bpb,
    private readonly geometry: FatGeometry,
  ) {
    this.bits = geometry.bits;
    this.mask = FAT_MASK[this.bits];
    this.endMark = this.mask;
    this.last = geometry.clusters + 1;
  }

  get pageCount(): number {
    return Math.ceil((this.last + 1) / PAGE);
  }

  /** The bytes of a page in one of the copies. */
  readRaw(copy: number, index: number): Uint8Array {
    const { from, length } = this.extent(index);
    return this.disk.read(this.copyOffset(copy) + from, length);
  }

  /** Take a page as `raw` has it. */
  load(index: number, raw: Uint8Array): void {
    this.pages[index] = isZero(raw) ? undefined : decodePage(raw, this.bits);
  }

  /** The page goes to every copy with the next flush(). */
  touch(index: number): void {
    this.dirty.add(index);
  }

  get changed(): boolean {
    return this.dirty.size > 0;
  }

  get(cluster: number): number {
    return ((this.pages[cluster >>> 16]?.[cluster & 0xffff] ?? 0) & this.mask) >>> 0;
  }

  /** The four bits of FAT32 that are nobody's stay. */
  set(cluster: number, value: number): void {
    const index = cluster >>> 16;
    let page = this.pages[index];
    if (page === undefined) {
      page = decodePage(new Uint8Array(this.extent(index).length), this.bits);
      this.pages[index] = page;
    }
    const at = cluster & 0xffff;
    page[at] = ((page[at] as number) & ~this.mask) | (value & this.mask);
    this.dirty.add(index);
  }

  meaning(value: number): Meaning {
    if (value === 0) return 'free';
    if (value >= this.mask - 7) return 'end';
    if (value === this.mask - 8) return 'bad';
    return value >= 2 && value <= this.last ? 'next' : 'outside';
  }

  /** True for what a chain may begin with or go on to. */
  isCluster(value: number): boolean {
    return value >= 2 && value <= this.last;
  }

  /** Clusters in use in ascending order, page by page; `body` may change entries. */
  eachUsed(body: (cluster: number, value: number) => void): void {
    for (let index = 0; index < this.pageCount; index++) {
      const page = this.pages[index];
      if (page === undefined) continue;
      const end = Math.min(page.length, this.last + 1 - index * PAGE);
      for (let at = index === 0 ? 2 : 0; at < end; at++) {
        const value = ((page[at] as number) & this.mask) >>> 0;
        if (value !== 0) body(index * PAGE + at, value);
      }
    }
  }

  /** Lowest free cluster at or behind `from`, undefined when the disk is full. */
  findFree(from: number): number | undefined {
    for (let cluster = Math.max(from, 2); cluster <= this.last; cluster++) if (this.get(cluster) === 0) return cluster;
    return undefined;
  }

  flush(): void {
    const { first, mirrored } = activeFat(this.bpb);
    for (const index of [...this.dirty].sort((a, b) => a - b)) {
      const { from, length } = this.extent(index);
      const page = this.pages[index];
      const raw = page === undefined ? new Uint8Array(length) : encodePage(page, this.bits, length);
      for (let copy = mirrored ? 0 : first; copy < (mirrored ? this.bpb.fats : first + 1); copy++)
        this.disk.write(this.copyOffset(copy) + from, raw);
    }
    this.dirty.clear();
  }

  private copyOffset(copy: number): number {
    return this.geometry.fatOffset + copy * this.geometry.fatBytes;
  }

  private extent(index: number): { from: number; length: number } {
    const size = (PAGE * this.bits) / 8;
    const used = Math.ceil(((this.last + 1) * this.bits) / 8);
    return { from: index * size, length: Math.min(size, used - index * size) };
  }
}

function isZero(raw: Uint8Array): boolean {
  for (let i = 0; i < raw.length; i++) if (raw[i] !== 0) return false;
  return true;
}

/** Typed arrays have the order of the host, which is the disk's wherever this runs. */
function decodePage(raw: Uint8Array, bits: FatBits): Page {
  const copy = raw.slice();
  if (bits === 32) return new Uint32Array(copy.buffer, 0, copy.length >> 2);
  if (bits === 16) return new Uint16Array(copy.buffer, 0, copy.length >> 1);
  const page = new Uint16Array(Math.floor((raw.length * 2) / 3));
  for (let i = 0; i < page.length; i++) {
    const at = (i * 3) >> 1;
    const pair = (raw[at] as number) | ((raw[at + 1] as number) << 8);
    page[i] = (i & 1) === 0 ? pair & 0xfff : pair >> 4;
  }
  return page;
}

function encodePage(page: Page, bits: FatBits, length: number): Uint8Array {
  if (bits !== 12) return new Uint8Array(page.buffer, 0, length);
  const raw = new Uint8Array(length);
  for (let i = 0; i < page.length; i++) {
    const at = (i * 3) >> 1;
    const value = page[i] as number;
    if ((i & 1) === 0) {
      raw[at] = value & 0xff;
      raw[at + 1] = ((raw[at + 1] as number) & 0xf0) | (value >> 8);
    } else {
      raw[at] = ((raw[at] as number) & 0x0f) | ((value << 4) & 0xf0);
      raw[at + 1] = value >> 4;
    }
  }
  return raw;
}
