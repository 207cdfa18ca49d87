// SPDX-License-Identifier: BSD-2-Clause
import { Gzip } from 'fflate';
import type { ByteSink } from '../byte_stream.ts';

export interface GzipHeader {
  /** 1 fast … 9 small. */
  readonly level: number;
  /** Seconds; 0 for none. */
  readonly mtime: number;
  readonly name?: string | undefined;
}

type Level = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** Compresses what is written to it. */
export class GzipSink implements ByteSink {
  private readonly gzip: Gzip;
  /** Bytes that came out. */
  written = 0;

  constructor(
    private readonly sink: ByteSink,
    header: GzipHeader,
  ) {
    const name = header.name === undefined ? {} : { filename: header.name };
    const options = { level: header.level as Level, mtime: header.mtime * 1000, ...name };
    this.gzip = new Gzip(options, (bytes) => {
      this.written += bytes.length;
      sink.write(bytes);
    });
  }

  write(bytes: Uint8Array): void {
    // fflate keeps what it is given.
    if (bytes.length > 0) this.gzip.push(bytes.slice());
  }

  close(): void {
    this.gzip.push(new Uint8Array(0), true);
    this.sink.close();
  }
}
