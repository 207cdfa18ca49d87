// SPDX-License-Identifier: BSD-2-Clause
/**
 * Members of an archive, one after the other: ustar, pax extended headers, and the long names and sparse files of GNU tar.
 * next() passes over what was not read of the member before. The archive may be hostile: sizes of headers are limited, names
 * are as they stand there and are the caller's to judge.
 */
import { decodeZ } from '../../lib/bytes.ts';
import type { Timespec } from '../../librump/structs.ts';
import type { ByteSource } from '../byte_stream.ts';
import { BlockInput, padding } from './block_input.ts';
import { parsePax } from './pax_records.ts';
import { checkMap, parseMapRecord, readDataMap, readHeaderMap } from './sparse_map.ts';
import type { SparseRun, TarEntry, TarType } from './tar_entry.ts';
import { TarError } from './tar_error.ts';
import { BLOCK, isZeroBlock, parseHeader, type TarHeader } from './tar_header.ts';

const MOST_HEADER_BYTES = 1 << 20;
const TYPES: Readonly<Record<string, TarType>> = {
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'char',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
  D: 'directory',
};
/** Labels of volumes and the like: nothing to make. */
const PASSED_OVER = 'VMN';

/** What extended headers say of the next member. */
interface Extended {
  readonly pax: ReadonlyMap<string, string>;
  readonly name?: string;
  readonly link?: string;
}

export class TarReader {
  private readonly input: BlockInput;
  private readonly globals = new Map<string, string>();
  private left = 0;
  private fill = 0;
  private begun = false;
  /** Where the mark of the end stands, once next() has answered undefined. */
  end = 0;

  /** @param warn  for damage that is passed over */
  constructor(
    source: ByteSource,
    private readonly warn: (message: string) => void,
  ) {
    this.input = new BlockInput(source);
  }

  /** The next member; undefined at the end. @throws TarError */
  next(): TarEntry | undefined {
    this.passOver();
    let extended: Extended = { pax: new Map(this.globals) };
    for (;;) {
      this.end = this.input.position;
      const found = this.header();
      if (found === undefined) return undefined;
      const { header, block } = found;
      if ('xXgLK'.includes(header.type)) {
        extended = this.extend(extended, header);
        continue;
      }
      if (!PASSED_OVER.includes(header.type)) return this.member(header, block, extended);
      this.begin(header.size);
      this.passOver();
      extended = { pax: new Map(this.globals) };
    }
  }

  /** Some of the member's data, in order, valid until the next call; none at its end. @throws TarError */
  data(): Uint8Array {
    if (this.left === 0) return new Uint8Array(0);
    const bytes = this.input.some(this.left);
    if (bytes.length === 0) throw new TarError('unexpected end of archive');
    this.left -= bytes.length;
    return bytes;
  }

  private begin(size: number): void {
    this.left = size;
    this.fill = padding(size);
  }

  private passOver(): void {
    const rest = this.left + this.fill;
    this.left = 0;
    this.fill = 0;
    if (!this.input.skip(rest)) throw new TarError('unexpected end of archive');
  }

  /** The next header; damage is told once and passed over. */
  private header(): { header: TarHeader; block: Uint8Array } | undefined {
    for (let damaged = false; ; ) {
      const block = this.input.block();
      if (block === undefined) {
        if (this.input.position % BLOCK === 0) return undefined;
        throw new TarError(this.begun ? 'unexpected end of archive' : 'not a tar archive');
      }
      if (isZeroBlock(block)) {
        const next = this.input.block();
        if (next === undefined || isZeroBlock(next)) return undefined;
        throw new TarError('a lone block of zeros: the archive is damaged, or another one follows');
      }
      const header = parseHeader(block);
      if (header !== undefined && header.size >= 0) {
        this.begun = true;
        return { header, block };
      }
      if (!this.begun) throw new TarError('not a tar archive');
      if (!damaged) this.warn('damaged archive: looking for the next header');
      damaged = true;
    }
  }

  private extend(before: Extended, header: TarHeader): Extended {
    if (header.size > MOST_HEADER_BYTES) throw new TarError('an extended header that is too large');
    const bytes = this.input.exactly(header.size);
    if (bytes === undefined || !this.input.skip(padding(header.size))) throw new TarError('unexpected end of archive');
    if (header.type === 'L') return { ...before, name: decodeZ(bytes, 0, bytes.length) };
    if (header.type === 'K') return { ...before, link: decodeZ(bytes, 0, bytes.length) };
    const records = parsePax(bytes);
    if (header.type === 'g') for (const [key, value] of records) this.globals.set(key, value);
    return { ...before, pax: new Map([...before.pax, ...records]) };
  }

  private member(header: TarHeader, block: Uint8Array, extended: Extended): TarEntry {
    const { pax } = extended;
    const name = pax.get('GNU.sparse.name') ?? pax.get('path') ?? extended.name ?? header.name;
    const type = TYPES[header.type] ?? (name.endsWith('/') ? 'directory' : 'file');
    const stored = numberOf(pax.get('size'), header.size);
    if (!(stored >= 0)) throw new TarError(`${name}: a size that makes no sense`);
    const sparse = this.sparse(header, block, pax, stored);
    if (sparse === undefined) this.begin(hasData(header, type, pax) ? stored : 0);
    return {
      type,
      name,
      link: pax.get('linkpath') ?? extended.link ?? header.link,
      mode: header.mode & 0o7777,
      uid: numberOf(pax.get('uid'), header.uid),
      gid: numberOf(pax.get('gid'), header.gid),
      user: pax.get('uname') ?? header.user,
      group: pax.get('gname') ?? header.group,
      size: sparse?.size ?? (type === 'file' ? stored : 0),
      mtime: timeOf(pax.get('mtime'), header.mtime),
      major: header.major,
      minor: header.minor,
      ...(sparse === undefined ? {} : { sparse: sparse.runs }),
    };
  }

  private sparse(
    header: TarHeader,
    block: Uint8Array,
    pax: ReadonlyMap<string, string>,
    stored: number,
  ): { runs: readonly SparseRun[]; size: number } | undefined {
    let file: { runs: readonly SparseRun[]; size: number };
    let data = stored;
    const map = pax.get('GNU.sparse.map');
    if (header.type === 'S') file = readHeaderMap(block, this.input);
    else if (map !== undefined) file = { runs: parseMapRecord(map), size: Number(pax.get('GNU.sparse.size')) };
    else if (pax.get('GNU.sparse.major') === '1') {
      const { runs, taken } = readDataMap(this.input, stored);
      file = { runs, size: Number(pax.get('GNU.sparse.realsize')) };
      data -= taken;
    } else return undefined;
    this.begin(data);
    checkMap(file, data);
    return file;
  }
}

/** Only files have data, and hard links that pax wrote with it. */
function hasData(header: TarHeader, type: TarType, pax: ReadonlyMap<string, string>): boolean {
  return type === 'file' || header.type === 'D' || (type === 'hardlink' && pax.size > 0);
}

function numberOf(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : otherwise;
}

function timeOf(text: string | undefined, otherwise: number): Timespec {
  const match = /^(-?)([0-9]{1,14})(?:\.([0-9]*))?$/.exec(text ?? '');
  if (match === null) return { sec: Number.isNaN(otherwise) ? 0 : otherwise, nsec: 0 };
  const nsec = Number((match[3] ?? '').slice(0, 9).padEnd(9, '0'));
  const sec = Number(match[2]);
  if (match[1] === '') return { sec, nsec };
  return nsec === 0 ? { sec: -sec, nsec: 0 } : { sec: -sec - 1, nsec: 1e9 - nsec };
}
