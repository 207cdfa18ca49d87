// SPDX-License-Identifier: BSD-2-Clause
/**
 * The host's heap in guest memory, from the end of the kernel's data to the end of memory. Serves rumpuser_malloc,
 * thread stacks, TLS blocks and the clients' buffers, from all workers at once.
 *
 * Up to 2 KiB: size classes on pages of their own, free objects linked through their first word.
 * Above: runs of 4 KiB pages with boundary tags and segregated free lists, joined with their neighbours when freed.
 * Tags, links and heads are in the control area, where a stray kernel write cannot reach them.
 *
 * Locking: one futex lock (HEAP_LOCK) around every operation; never held across anything that sleeps.
 * Errors: 0 means no memory. Freeing what is not allocated throws (a kernel bug; the import wrapper turns it into a panic).
 */
import type { GuestPtr } from '../userland/abi.ts';
import { lockEnter, lockExit } from './futex.ts';
import type { GuestMemory } from './guest_memory.ts';
import { H_HEAP, HEAP_BINS, type Mailbox } from './mailbox.ts';

const PAGE = 4096;
const PAGE_SHIFT = 12;
const CLASSES = [16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1344, 2048];
const SMALL_MAX = 2048;

// words relative to H_HEAP
const LOCK = 0;
const BASE = 1; // first page
const END = 2; // page after the last
const FREE_PAGES = 3;
const USED = 4; // bytes handed out, 64-byte units to stay in 31 bits
const CLASS_HEAD = 8;
const BIN_HEAD = 24 + 8;

// tag kinds, in the low three bits; the rest is a length in pages or a class
const K_FREE = 1;
const K_USED = 2;
const K_SLAB = 3;
const K_TAIL = 4;

/** Class index by 16-byte units. */
const CLASS_OF = new Uint8Array(SMALL_MAX / 16 + 1);
for (let i = 0, c = 0; i < CLASS_OF.length; i++) {
  if (i * 16 > (CLASSES[c] as number)) c++;
  CLASS_OF[i] = c;
}

function binOf(pages: number): number {
  return pages < 32 ? pages : Math.min(HEAP_BINS - 1, 32 + (31 - Math.clz32(pages)) - 5);
}

export class GuestHeap {
  private readonly w: Int32Array;
  private readonly tag: number;
  private readonly next: number;
  private readonly prev: number;

  constructor(
    private readonly memory: GuestMemory,
    mailbox: Mailbox,
  ) {
    this.w = mailbox.words;
    this.tag = mailbox.layout.heapTag;
    this.next = mailbox.layout.heapNext;
    this.prev = mailbox.layout.heapPrev;
  }

  /** Give the heap its range; once per kernel, before any other use. */
  init(start: number, end: number): void {
    const first = (start + PAGE - 1) >>> PAGE_SHIFT;
    const last = Math.floor(end / PAGE);
    this.w[H_HEAP + BASE] = first;
    this.w[H_HEAP + END] = last;
    this.w[H_HEAP + FREE_PAGES] = 0;
    this.insertRun(first, last - first);
  }

  /** Bytes handed out and bytes there are. */
  stats(): { used: number; total: number; freePages: number; below: number } {
    const total = ((this.w[H_HEAP + END] as number) - (this.w[H_HEAP + BASE] as number)) * PAGE;
    return {
      used: Atomics.load(this.w, H_HEAP + USED) * 16,
      total,
      freePages: Atomics.load(this.w, H_HEAP + FREE_PAGES),
      below: (this.w[H_HEAP + BASE] as number) * PAGE,
    };
  }

  /**
   * Allocate, not zeroed.
   * @param len    bytes, 0 counts as 1
   * @param align  power of two
   * @returns address or 0
   */
  alloc(len: number, align: number): GuestPtr {
    const want = Math.max(len, align > 16 ? align : 1);
    lockEnter(this.w, H_HEAP + LOCK);
    const ptr =
      want <= SMALL_MAX && align <= SMALL_MAX
        ? this.allocSmall(want, align)
        : this.allocRun((len + PAGE - 1) >>> PAGE_SHIFT, align);
    lockExit(this.w, H_HEAP + LOCK);
    return ptr;
  }

  free(ptr: GuestPtr): void {
    const p = ptr >>> 0;
    const page = p >>> PAGE_SHIFT;
    lockEnter(this.w, H_HEAP + LOCK);
    const tag = this.w[this.tag + page] as number;
    const kind = tag & 7;
    if (kind === K_SLAB) this.freeSmall(p, tag >> 3);
    else if (kind === K_USED && (p & (PAGE - 1)) === 0) this.freeRun(page, tag >> 3);
    lockExit(this.w, H_HEAP + LOCK);
    if (kind !== K_SLAB && kind !== K_USED) throw new Error(`free of 0x${p.toString(16)}, which is not allocated`);
  }

  /** Bytes really reserved for an allocation. */
  sizeOf(ptr: GuestPtr): number {
    const tag = this.w[this.tag + (ptr >>> PAGE_SHIFT)] as number;
    return (tag & 7) === K_SLAB ? (CLASSES[tag >> 3] as number) : (tag >> 3) * PAGE;
  }

  private allocSmall(want: number, align: number): number {
    const size = align > 16 ? 1 << (32 - Math.clz32(want - 1)) : want;
    const cls = CLASS_OF[(size + 15) >> 4] as number;
    const head = H_HEAP + CLASS_HEAD + cls;
    let obj = this.w[head] as number;
    if (obj === 0) {
      obj = this.refill(cls);
      if (obj === 0) return 0;
    }
    this.w[head] = this.memory.i32[obj >>> 2] as number;
    Atomics.add(this.w, H_HEAP + USED, (CLASSES[cls] as number) >> 4);
    return obj;
  }

  private freeSmall(p: number, cls: number): void {
    const head = H_HEAP + CLASS_HEAD + cls;
    this.memory.i32[p >>> 2] = this.w[head] as number;
    this.w[head] = p;
    Atomics.sub(this.w, H_HEAP + USED, (CLASSES[cls] as number) >> 4);
  }

  /** Cut a fresh page into objects of a class; returns the head of their list. */
  private refill(cls: number): number {
    const base = this.takeRun(1, PAGE);
    if (base === 0) return 0;
    const size = CLASSES[cls] as number;
    this.w[this.tag + (base >>> PAGE_SHIFT)] = (cls << 3) | K_SLAB;
    let head = 0;
    for (let at = base + Math.floor(PAGE / size - 1) * size; at >= base; at -= size) {
      this.memory.i32[at >>> 2] = head;
      head = at;
    }
    this.w[H_HEAP + CLASS_HEAD + cls] = head;
    return head;
  }

  private allocRun(pages: number, align: number): number {
    const base = this.takeRun(pages === 0 ? 1 : pages, align);
    if (base !== 0) Atomics.add(this.w, H_HEAP + USED, Math.max(1, pages) * (PAGE / 16));
    return base;
  }

  private freeRun(page: number, pages: number): void {
    Atomics.sub(this.w, H_HEAP + USED, pages * (PAGE / 16));
    this.w[this.tag + page] = 0;
    this.insertRun(page, pages);
  }

  /** First fit from the smallest bin that can hold the run. */
  private takeRun(pages: number, align: number): number {
    const step = Math.max(1, align >>> PAGE_SHIFT);
    for (let bin = binOf(pages); bin < HEAP_BINS; bin++) {
      for (let run = this.w[H_HEAP + BIN_HEAD + bin] as number; run !== 0; run = this.w[this.next + run] as number) {
        const length = (this.w[this.tag + run] as number) >> 3;
        const start = Math.ceil(run / step) * step;
        if (start + pages > run + length) continue;
        this.unlink(run, length);
        if (start > run) this.link(run, start - run);
        if (start + pages < run + length) this.link(start + pages, run + length - start - pages);
        this.w[this.tag + start] = (pages << 3) | K_USED;
        this.w[H_HEAP + FREE_PAGES] = (this.w[H_HEAP + FREE_PAGES] as number) - pages;
        return start * PAGE;
      }
    }
    return 0;
  }

  /** Put a run back, joined with free neighbours. */
  private insertRun(page: number, pages: number): void {
    this.w[H_HEAP + FREE_PAGES] = (this.w[H_HEAP + FREE_PAGES] as number) + pages;
    let first = page;
    let length = pages;
    const after = page + pages;
    if (after < (this.w[H_HEAP + END] as number)) {
      const tag = this.w[this.tag + after] as number;
      if ((tag & 7) === K_FREE) {
        this.unlink(after, tag >> 3);
        length += tag >> 3;
      }
    }
    if (page > (this.w[H_HEAP + BASE] as number)) {
      const tag = this.w[this.tag + page - 1] as number;
      const kind = tag & 7;
      if (kind === K_TAIL || (kind === K_FREE && tag >> 3 === 1)) {
        const before = tag >> 3;
        this.unlink(page - before, before);
        first = page - before;
        length += before;
      }
    }
    this.link(first, length);
  }

  private link(run: number, length: number): void {
    const head = H_HEAP + BIN_HEAD + binOf(length);
    const old = this.w[head] as number;
    if (length > 1) this.w[this.tag + run + length - 1] = (length << 3) | K_TAIL;
    this.w[this.tag + run] = (length << 3) | K_FREE;
    this.w[this.next + run] = old;
    this.w[this.prev + run] = 0;
    if (old !== 0) this.w[this.prev + old] = run;
    this.w[head] = run;
  }

  private unlink(run: number, length: number): void {
    const next = this.w[this.next + run] as number;
    const prev = this.w[this.prev + run] as number;
    if (next !== 0) this.w[this.prev + next] = prev;
    if (prev !== 0) this.w[this.next + prev] = next;
    else this.w[H_HEAP + BIN_HEAD + binOf(length)] = next;
    this.w[this.tag + run] = 0;
    this.w[this.tag + run + length - 1] = 0;
  }
}
