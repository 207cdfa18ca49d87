// SPDX-License-Identifier: BSD-2-Clause
import type { Librump } from '../librump/librump.ts';
import { decode } from './bytes.ts';

/** Buffered reader on a descriptor, in chunks of at most 64 KiB. */
export class InputStream {
  private chunk: Uint8Array = new Uint8Array(0);
  private at = 0;
  private ended = false;

  constructor(
    private readonly sys: Librump,
    readonly fd: number,
  ) {}

  private fill(): boolean {
    if (this.ended) return false;
    this.chunk = this.sys.read(this.fd, 65536);
    this.at = 0;
    if (this.chunk.length === 0) this.ended = true;
    return !this.ended;
  }

  /** Next chunk as it comes; undefined at end of file. */
  nextChunk(): Uint8Array | undefined {
    if (this.at >= this.chunk.length && !this.fill()) return undefined;
    const c = this.chunk.subarray(this.at);
    this.at = this.chunk.length;
    return c;
  }

  /** Next byte, -1 at end of file. */
  nextByte(): number {
    if (this.at >= this.chunk.length && !this.fill()) return -1;
    return this.chunk[this.at++] as number;
  }

  /** Bytes up to and with the delimiter (or the rest); undefined at end of file. */
  readUntil(delimiter = 10): Uint8Array | undefined {
    let held: Uint8Array[] | undefined;
    for (;;) {
      if (this.at >= this.chunk.length && !this.fill()) return held === undefined ? undefined : concat(held);
      const end = this.chunk.indexOf(delimiter, this.at);
      if (end >= 0) {
        const piece = this.chunk.subarray(this.at, end + 1);
        this.at = end + 1;
        return held === undefined ? piece : concat([...held, piece]);
      }
      held ??= [];
      held.push(this.chunk.slice(this.at));
      this.at = this.chunk.length;
    }
  }

  /** Next line without its newline; undefined at end of file. */
  readLine(delimiter = 10): string | undefined {
    const line = this.readUntil(delimiter);
    if (line === undefined) return undefined;
    return decode(line, 0, line[line.length - 1] === delimiter ? line.length - 1 : line.length);
  }

  readAllText(): string {
    return decode(this.readAll());
  }

  /** Everything that is left. */
  readAll(): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let c = this.nextChunk(); c !== undefined; c = this.nextChunk()) parts.push(c.slice());
    return concat(parts);
  }
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}
