// SPDX-License-Identifier: BSD-2-Clause
import { walkBlockMap } from '../block_map.ts';
import type { Dinode } from '../dinode.ts';
import type { Run } from '../extent_node.ts';
import type { Ext2Check } from './ext2_check.ts';

/** Reports about one inode that are shown. */
const MAXREPORTS = 10;
/** Nodes read although another inode has them; a hostile image has millions. */
const MAXSHAREDNODES = 4096;

/** The blocks an inode claims that it may own, and what was wrong with the others. */
export interface Claims {
  /** In the order of the file; neighbours are one. */
  readonly runs: readonly Run[];
  /** Blocks of pointers and extents. */
  readonly nodes: readonly number[];
  /** Lines for the operator. */
  readonly reports: readonly string[];
  readonly bad: number;
  readonly faults: number;
  /** Blocks behind the end of a file that was being truncated are left out. */
  readonly cut: boolean;
}

/** Walk an inode's block map, leaving out what cannot be right. The same inode gives the same claims each time. */
export function collectClaims(check: Ext2Check, ino: number, di: Dinode): Claims {
  const collector = new Collector(check, ino);
  walkBlockMap(check.volume, di, collector);
  return collector;
}

class Collector implements Claims {
  readonly runs: Run[] = [];
  readonly nodes: number[] = [];
  readonly reports: string[] = [];
  bad = 0;
  faults = 0;
  cut = false;
  private readonly end: number;
  private readonly seen = new Set<number>();
  private total = 0;
  private shared = 0;

  constructor(
    private readonly check: Ext2Check,
    private readonly ino: number,
  ) {
    this.end = check.truncated.get(ino) ?? Number.POSITIVE_INFINITY;
  }

  node(block: number): boolean {
    if (!this.check.mayOwn(block)) {
      this.reject(block, 1);
      return false;
    }
    if (this.seen.has(block) || (this.check.shared.has(block) && ++this.shared > MAXSHAREDNODES)) {
      this.fault(`BLOCK ${block} OF POINTERS IS USED TWICE`);
      return false;
    }
    this.seen.add(block);
    this.nodes.push(block);
    return true;
  }

  run(whole: Run): boolean {
    const run = { ...whole, length: Math.min(whole.length, Math.max(this.end - whole.logical, 0)) };
    if (run.length < whole.length) this.cut = true;
    const { geometry } = this.check.volume;
    this.total += run.length;
    if (this.total > geometry.bcount) {
      this.fault('MORE BLOCKS THAN THE FILE SYSTEM HAS');
      return false;
    }
    const from = Math.max(run.start, geometry.firstDblock);
    const to = Math.min(run.start + run.length, geometry.bcount);
    this.reject(run.start, Math.min(from - run.start, run.length));
    for (let at = from; at < to; ) {
      const end = this.check.zones.next(at, to);
      if (end > at) this.keep({ ...run, logical: run.logical + at - run.start, start: at, length: end - at });
      const next = Math.min(this.check.zones.end(end), to);
      this.reject(end, next - end);
      at = next;
    }
    this.reject(Math.max(to, run.start), run.start + run.length - Math.max(to, run.start));
    return true;
  }

  fault(what: string): void {
    this.faults++;
    this.report(`${what} I=${this.ino}`);
  }

  private keep(run: Run): void {
    const last = this.runs.at(-1);
    const joins =
      last !== undefined &&
      last.unwritten === run.unwritten &&
      last.logical + last.length === run.logical &&
      last.start + last.length === run.start;
    if (joins) this.runs[this.runs.length - 1] = { ...last, length: last.length + run.length };
    else this.runs.push(run);
  }

  private reject(block: number, count: number): void {
    for (let i = 0; i < count && this.reports.length < MAXREPORTS; i++) this.report(`${block + i} BAD I=${this.ino}`);
    if (count > 0) this.bad += count;
  }

  private report(line: string): void {
    if (this.reports.length < MAXREPORTS) this.reports.push(line);
  }
}

/** Blocks of the file, and the number behind its last. */
export function extentOf(runs: readonly Run[]): {
  readonly blocks: number;
  readonly end: number;
  readonly written: number;
} {
  let blocks = 0;
  let written = 0;
  for (const run of runs) {
    blocks += run.length;
    if (!run.unwritten) written = run.logical + run.length;
  }
  const last = runs.at(-1);
  return { blocks, end: last === undefined ? 0 : last.logical + last.length, written };
}
