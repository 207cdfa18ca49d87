// SPDX-License-Identifier: BSD-2-Clause
/**
 * Uncompresses a source: RFC 1952, members one after the other. Checksum and length of each are compared, which fflate leaves
 * to its caller. What follows the last member and is no member is left out, with `garbage` set unless it is zeros.
 */
import { Gunzip } from 'fflate';
import { crc32 } from '../../lib/crc32.ts';
import { type ByteSource, PeekSource } from '../byte_stream.ts';

/** The compressed data is not what gzip writes. */
export class GzipError extends Error {}

const MAGIC = [0x1f, 0x8b, 8];
const TRAILER_BYTES = 8;
/** Bytes before the newest that are kept: a trailer, and what is too short for the header of another member. */
const KEPT_BYTES = 64;
/** What is pushed at once: it can become a thousand times as much. */
const PIECE_BYTES = 8192;

export function isGzip(head: Uint8Array): boolean {
  return MAGIC.every((byte, at) => head[at] === byte);
}

export class GunzipSource implements ByteSource {
  private readonly source: PeekSource;
  private readonly gunzip: Gunzip;
  private readonly ready: Uint8Array[] = [];
  private piece: Uint8Array = new Uint8Array(0);
  private tail: Uint8Array = new Uint8Array(0);
  private crc = 0;
  private length = 0;
  private state: 'begin' | 'open' | 'ended' = 'begin';
  /** Bytes that went in and came out. */
  taken = 0;
  given = 0;
  garbage = false;

  constructor(source: ByteSource) {
    this.source = new PeekSource(source);
    this.gunzip = new Gunzip((bytes) => this.take(bytes));
    this.gunzip.onmember = (offset) => this.nextMember(offset);
  }

  /** @throws GzipError */
  read(): Uint8Array {
    while (this.ready.length === 0 && this.state !== 'ended') this.advance();
    return this.ready.shift() ?? new Uint8Array(0);
  }

  close(): void {
    this.source.close();
  }

  private take(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.crc = crc32(bytes, this.crc);
    this.length = (this.length + bytes.length) >>> 0;
    this.given += bytes.length;
    this.ready.push(bytes);
  }

  private advance(): void {
    if (this.state === 'begin' && !isGzip(this.source.peek(MAGIC.length))) throw new GzipError('not in gzip format');
    this.state = 'open';
    if (this.piece.length === 0) this.piece = this.source.read();
    const input = this.piece.slice(0, PIECE_BYTES);
    this.piece = this.piece.subarray(input.length);
    this.taken += input.length;
    this.remember(input);
    try {
      this.gunzip.push(input, input.length === 0);
      if (input.length === 0) this.end(undefined);
    } catch (error) {
      if (error instanceof GzipError || (error as { code?: number }).code === undefined) throw error;
      this.end(error as { code: number; message: string });
    }
  }

  /** The data of the last member is over, or damaged: its trailer tells. */
  private end(fault: { code: number; message: string } | undefined): void {
    this.state = 'ended';
    const at = this.trailerAt();
    if (at < 0) {
      if (fault === undefined) throw new GzipError('checksum is wrong');
      throw new GzipError(fault.code === 0 ? 'unexpected end of file' : fault.message);
    }
    this.garbage = this.tail.subarray(at + TRAILER_BYTES).some((byte) => byte !== 0);
  }

  /** Where the checksum and length of what came out stand, nearest to the end; -1 for nowhere. */
  private trailerAt(): number {
    const view = new DataView(this.tail.buffer, this.tail.byteOffset, this.tail.byteLength);
    for (let at = this.tail.length - TRAILER_BYTES; at >= 0; at--)
      if (view.getUint32(at, true) === this.crc && view.getUint32(at + 4, true) === this.length) return at;
    return -1;
  }

  private remember(input: Uint8Array): void {
    const before = this.tail.subarray(-KEPT_BYTES);
    const joined = new Uint8Array(before.length + input.length);
    joined.set(before);
    joined.set(input, before.length);
    this.tail = joined;
  }

  /** The member before has ended where this one begins. */
  private nextMember(offset: number): void {
    const at = this.tail.length - (this.taken - offset) - TRAILER_BYTES;
    const view = new DataView(this.tail.buffer, this.tail.byteOffset, this.tail.byteLength);
    if (at < 0 || view.getUint32(at, true) !== this.crc || view.getUint32(at + 4, true) !== this.length)
      throw new GzipError('checksum is wrong');
    this.crc = 0;
    this.length = 0;
  }
}
