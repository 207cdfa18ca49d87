// SPDX-License-Identifier: BSD-2-Clause
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runTool, withFolder, withImage } from '../../testing/host_tools.ts';
import { MemoryDisk } from '../../testing/memory_disk.ts';
import { decodeBpb, type FatGeometry, fatGeometry } from '../fat_format.ts';
import { type NewfsOptions, planNewfs } from '../newfs_plan.ts';
import { writeNewfs } from '../newfs_write.ts';

export const NOW = 1_700_000_000;

/** A FAT image in memory whose parts a test damages: entries of the FAT in all copies, directory entries by path. */
export class FatImage {
  readonly disk: MemoryDisk;
  readonly geometry: FatGeometry;
  private readonly view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.disk = new MemoryDisk(bytes);
    this.geometry = fatGeometry(decodeBpb(bytes));
    this.view = new DataView(bytes.buffer, bytes.byteOffset);
  }

  static make(options: NewfsOptions, size: number): FatImage {
    const disk = new MemoryDisk(new Uint8Array(size));
    writeNewfs(disk, planNewfs(options, size, 512), { offset: 0, now: NOW });
    return new FatImage(disk.bytes);
  }

  copy(): FatImage {
    return new FatImage(this.bytes.slice());
  }

  /** Write `files` (path to content) with mtools. */
  fill(files: ReadonlyMap<string, Uint8Array>): void {
    withFolder((folder) => {
      for (const [name, data] of files) {
        mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
        writeFileSync(path.join(folder, name), data);
      }
      const names = readdirSync(folder).map((name) => path.join(folder, name));
      const add = (file: string): void => {
        const { status, text } = runTool('mcopy', '-s', '-i', file, ...names, '::');
        if (status !== 0) throw new Error(text);
      };
      withImage(this.bytes, add, 'changed');
    });
  }

  /** What fsck.fat -n says, and what mtools read: path to content. */
  judge(): { status: number; text: string; files: Map<string, Uint8Array> } {
    return withFolder((folder) =>
      withImage(this.bytes, (file) => {
        const verdict = runTool('fsck.fat', '-n', file);
        runTool('mcopy', '-s', '-n', '-i', file, '::*', folder);
        return { ...verdict, files: readTree(folder) };
      }),
    );
  }

  fat(cluster: number, copy = 0): number {
    const at = this.fatOffset(cluster, copy);
    if (this.geometry.bits === 32) return this.view.getUint32(at, true) & 0x0fffffff;
    const pair = this.view.getUint16(at, true);
    if (this.geometry.bits === 16) return pair;
    return (cluster & 1) === 0 ? pair & 0xfff : pair >> 4;
  }

  setFat(cluster: number, value: number, copies: readonly number[] = [0, 1]): void {
    for (const copy of copies) {
      const at = this.fatOffset(cluster, copy);
      const pair = this.view.getUint16(at, true);
      if (this.geometry.bits === 32) this.view.setUint32(at, value, true);
      else if (this.geometry.bits === 16) this.view.setUint16(at, value, true);
      else this.view.setUint16(at, (cluster & 1) === 0 ? (pair & 0xf000) | value : (pair & 0x0f) | (value << 4), true);
    }
  }

  chain(start: number): number[] {
    const chain: number[] = [];
    for (let c = start; c >= 2 && c <= this.geometry.clusters + 1 && chain.length < 100_000; c = this.fat(c))
      chain.push(c);
    return chain;
  }

  clusterOffset(cluster: number): number {
    return this.geometry.dataOffset + (cluster - 2) * this.geometry.clusterBytes;
  }

  /** Offset of the short entry; names are short ones. */
  entry(file: string): number {
    let ranges = this.rootRanges();
    let found = 0;
    for (const name of file.split('/')) {
      found = this.find(name, ranges);
      ranges = this.chain(this.start(found)).map((c) => [this.clusterOffset(c), this.geometry.clusterBytes]);
    }
    return found;
  }

  start(entry: number): number {
    return this.view.getUint16(entry + 20, true) * 65536 + this.view.getUint16(entry + 26, true);
  }

  setStart(entry: number, cluster: number): void {
    this.view.setUint16(entry + 20, cluster >>> 16, true);
    this.view.setUint16(entry + 26, cluster & 0xffff, true);
  }

  setSize(entry: number, size: number): void {
    this.view.setUint32(entry + 28, size, true);
  }

  private rootRanges(): [number, number][] {
    const { rootOffset, rootBytes, clusterBytes } = this.geometry;
    if (rootBytes > 0) return [[rootOffset, rootBytes]];
    return this.chain(this.view.getUint32(44, true)).map((c) => [this.clusterOffset(c), clusterBytes]);
  }

  private find(name: string, ranges: readonly (readonly [number, number])[]): number {
    const [base, extension = ''] = name.toUpperCase().split('.');
    const raw = (base as string).padEnd(8) + extension.padEnd(3);
    for (const [from, length] of ranges)
      for (let at = from; at < from + length; at += 32)
        if (Buffer.from(this.bytes.subarray(at, at + 11)).toString('latin1') === raw && this.bytes[at + 11] !== 0x0f)
          return at;
    throw new Error(`${name} is not in the image`);
  }

  private fatOffset(cluster: number, copy: number): number {
    const { fatOffset, fatBytes, bits } = this.geometry;
    return fatOffset + copy * fatBytes + Math.floor((cluster * bits) / 8);
  }
}

function readTree(folder: string, below = ''): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const name of readdirSync(path.join(folder, below))) {
    const relative = path.join(below, name);
    if (statSync(path.join(folder, relative)).isDirectory())
      for (const [file, data] of readTree(folder, relative)) found.set(file, data);
    else found.set(relative, new Uint8Array(readFileSync(path.join(folder, relative))));
  }
  return found;
}

/** Numbers from a seed, 0 <= n < 2^32. */
export function seededRandom(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return Math.imul(s ^ (s >>> 15), 0x2c1b3c6d) >>> 0;
  };
}
