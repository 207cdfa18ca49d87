// SPDX-License-Identifier: BSD-2-Clause
import type { Disk } from './raw_device.ts';

const CHUNK = 65536;

interface Chunk {
  readonly data: Uint8Array;
  dirty: boolean;
}

/**
 * A write-back cache over a disk, so that a tool can read and write single structures anywhere. Chunks of 64 KiB, least
 * recently used first out; what is dirty reaches the disk in ascending order at flush(), or when it must make room.
 */
export class DiskCache implements Disk {
  readonly size: number;
  readonly sectorSize: number;
  /** In order of use, the oldest first. */
  private readonly chunks = new Map<number, Chunk>();

  /** @param limit  chunks kept, so limit * 64 KiB of memory */
  constructor(
    private readonly disk: Disk,
    private readonly limit = 512,
  ) {
    this.size = disk.size;
    this.sectorSize = disk.sectorSize;
  }

  read(offset: number, length: number): Uint8Array {
    const out = new Uint8Array(length);
    this.each(offset, length, (chunk, from, at, n) => out.set(chunk.data.subarray(from, from + n), at));
    return out;
  }

  write(offset: number, data: Uint8Array): void {
    this.each(offset, data.length, (chunk, from, at, n) => {
      chunk.data.set(data.subarray(at, at + n), from);
      chunk.dirty = true;
    });
  }

  flush(): void {
    const dirty = [...this.chunks].filter(([, chunk]) => chunk.dirty).sort(([a], [b]) => a - b);
    for (const [index, chunk] of dirty) this.writeBack(index, chunk);
    this.disk.flush();
  }

  close(): void {
    this.disk.close();
  }

  private each(
    offset: number,
    length: number,
    body: (chunk: Chunk, from: number, at: number, n: number) => void,
  ): void {
    for (let at = 0; at < length; ) {
      const index = Math.floor((offset + at) / CHUNK);
      const from = offset + at - index * CHUNK;
      const n = Math.min(CHUNK - from, length - at);
      body(this.chunk(index), from, at, n);
      at += n;
    }
  }

  private chunk(index: number): Chunk {
    let chunk = this.chunks.get(index);
    if (chunk === undefined) {
      this.makeRoom();
      const start = index * CHUNK;
      chunk = { data: this.disk.read(start, Math.min(CHUNK, Math.max(this.size - start, 1))), dirty: false };
    } else this.chunks.delete(index);
    this.chunks.set(index, chunk);
    return chunk;
  }

  private makeRoom(): void {
    if (this.chunks.size < this.limit) return;
    const [index, chunk] = this.chunks.entries().next().value as [number, Chunk];
    if (chunk.dirty) this.writeBack(index, chunk);
    this.chunks.delete(index);
  }

  private writeBack(index: number, chunk: Chunk): void {
    this.disk.write(index * CHUNK, chunk.data);
    chunk.dirty = false;
  }
}
