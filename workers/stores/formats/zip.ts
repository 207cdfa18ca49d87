// SPDX-License-Identifier: BSD-2-Clause
/** What is in a zip archive (PKWARE's APPNOTE, with Zip64), and one entry's bytes: stored, deflate or zstd. */
import type { BlockStore } from '../block_store.ts';
import { Crc32 } from './crc32.ts';
import { damaged, readView, refused, u64 } from './disk_map.ts';
import { unpack } from './unpack.ts';

const END = 0x06054b50;
const END64 = 0x06064b50;
const END64_LOCATOR = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const COMMENT_MAX = 65535;
const DIRECTORY_MAX = 16 << 20;
const PIECE = 1 << 20;

const STORED = 0;
const DEFLATE = 8;
const ZSTD = 93;

export interface ZipEntry {
  readonly name: string;
  /** Unpacked bytes. */
  readonly size: number;
  readonly packed: number;
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  /** Of its local header. */
  readonly at: number;
}

/** The files in an archive; folders are left out. */
export async function zipEntries(file: BlockStore): Promise<ZipEntry[]> {
  const { at, bytes, count } = await directoryOf(file);
  if (bytes > DIRECTORY_MAX) throw damaged(`a directory of ${bytes} bytes`);
  const view = await readView(file, at, bytes);
  const out: ZipEntry[] = [];
  for (let i = 0, p = 0; i < count && p + 46 <= bytes; i++) {
    if (view.getUint32(p, true) !== ENTRY) throw damaged('its directory');
    const nameBytes = view.getUint16(p + 28, true);
    const extraBytes = view.getUint16(p + 30, true);
    const end = p + 46 + nameBytes + extraBytes;
    if (end > bytes) throw damaged('its directory');
    const entry = entryOf(view, p, nameBytes, extraBytes);
    if (!entry.name.endsWith('/')) out.push(entry);
    p = end + view.getUint16(p + 32, true);
  }
  return out;
}

function entryOf(view: DataView, p: number, nameBytes: number, extraBytes: number): ZipEntry {
  const name = new TextDecoder().decode(new Uint8Array(view.buffer, p + 46, nameBytes));
  const wide = wideFields(view, p + 46 + nameBytes, extraBytes);
  /** A field of all ones is in the Zip64 record, in this order. */
  const field = (at: number): number => {
    const value = view.getUint32(at, true);
    return value === 0xffffffff ? (wide.shift() ?? value) : value;
  };
  const size = field(p + 24);
  const packed = field(p + 20);
  return {
    name,
    size,
    packed,
    method: view.getUint16(p + 10, true),
    encrypted: (view.getUint16(p + 8, true) & 1) !== 0,
    crc: view.getUint32(p + 16, true),
    at: field(p + 42),
  };
}

function wideFields(view: DataView, from: number, length: number): number[] {
  for (let p = from; p + 4 <= from + length; ) {
    const bytes = Math.min(view.getUint16(p + 2, true), from + length - p - 4);
    if (view.getUint16(p, true) === 1)
      return Array.from({ length: Math.floor(bytes / 8) }, (_, i) => u64(view, p + 4 + i * 8, true));
    p += 4 + bytes;
  }
  return [];
}

async function directoryOf(file: BlockStore): Promise<{ at: number; bytes: number; count: number }> {
  const length = Math.min(file.size, COMMENT_MAX + 22);
  const from = file.size - length;
  const tail = await readView(file, from, length);
  for (let p = length - 22; p >= 0; p--) {
    if (tail.getUint32(p, true) !== END) continue;
    const short = {
      at: tail.getUint32(p + 16, true),
      bytes: tail.getUint32(p + 12, true),
      count: tail.getUint16(p + 10, true),
    };
    if (p < 20 || tail.getUint32(p - 20, true) !== END64_LOCATOR) return short;
    const end = await readView(file, u64(tail, p - 12, true), 56);
    if (end.getUint32(0, true) !== END64) throw damaged('its Zip64 end');
    return { at: u64(end, 48, true), bytes: u64(end, 40, true), count: u64(end, 32, true) };
  }
  throw damaged('this zip archive has no end; fetch the file again');
}

/** One entry unpacked. Its length and checksum are compared at the end. */
export async function* zipBytes(file: BlockStore, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  if (entry.encrypted) throw refused(`${entry.name} is encrypted; unpack the archive first`);
  const sum = new Crc32();
  for await (const piece of unpacked(file, entry)) {
    sum.add(piece);
    if (sum.length > entry.size) throw damaged(`${entry.name} is longer than it says`);
    yield piece;
  }
  if (sum.length !== entry.size || sum.value !== entry.crc) throw damaged(`${entry.name} (checksum)`);
}

function unpacked(file: BlockStore, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  const packed = packedBytes(file, entry);
  if (entry.method === STORED) return packed;
  if (entry.method === DEFLATE) return unpack('deflate', packed);
  if (entry.method === ZSTD) return unpack('zstd', packed);
  throw refused(`${entry.name} is packed in a way not known here (${entry.method}); unpack the archive first`);
}

async function* packedBytes(file: BlockStore, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  const local = await readView(file, entry.at, 30);
  if (local.getUint32(0, true) !== LOCAL) throw damaged(`where ${entry.name} should be`);
  const from = entry.at + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  for (let at = 0; at < entry.packed; at += PIECE) {
    const view = await readView(file, from + at, Math.min(PIECE, entry.packed - at));
    yield new Uint8Array(view.buffer);
  }
}
