// SPDX-License-Identifier: BSD-2-Clause
/** Streams of bytes, pulled and pushed synchronously, so that an archive never is in memory as a whole. */
import type { Librump } from '../librump/librump.ts';

export interface ByteSource {
  /** Some bytes, valid until the next call; none at the end. */
  read(): Uint8Array;
  close(): void;
}

export interface ByteSink {
  /** Takes all of them; the caller may reuse the array. */
  write(bytes: Uint8Array): void;
  /** Nothing follows. */
  close(): void;
}

/** A descriptor of the kernel. */
export class DescriptorStream implements ByteSource, ByteSink {
  constructor(
    private readonly sys: Librump,
    private readonly fd: number,
  ) {}

  read(): Uint8Array {
    const n = this.sys.readBulk(this.fd);
    const bytes = new Uint8Array(n);
    bytes.set(this.sys.bulk.subarray(0, n));
    return bytes;
  }

  write(bytes: Uint8Array): void {
    this.sys.writeAll(this.fd, bytes);
  }

  close(): void {
    if (this.fd > 2) this.sys.close(this.fd);
  }
}

/** A source with its beginning looked at before it is read. */
export class PeekSource implements ByteSource {
  private held: Uint8Array | undefined;

  constructor(private readonly source: ByteSource) {}

  /** The first bytes, at least `least` unless the source ends. */
  peek(least: number): Uint8Array {
    let held = this.held ?? this.source.read().slice();
    while (held.length < least) {
      const more = this.source.read();
      if (more.length === 0) break;
      const joined = new Uint8Array(held.length + more.length);
      joined.set(held);
      joined.set(more, held.length);
      held = joined;
    }
    this.held = held;
    return held;
  }

  read(): Uint8Array {
    const { held } = this;
    this.held = undefined;
    return held === undefined || held.length === 0 ? this.source.read() : held;
  }

  close(): void {
    this.source.close();
  }
}
