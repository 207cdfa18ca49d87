// SPDX-License-Identifier: BSD-2-Clause
/**
 * The journal of a file system (WAPBL): behind its end on the device, or a file in it. Two headers, then a circle of records:
 * blocks that are to be written elsewhere, blocks that are not any more, inodes that have no name.
 */
import type { Disk } from '../disk/raw_device.ts';
import { DiskBytes, structOf } from './byte_order.ts';
import { FS_DOWAPBL, type Superblock } from './superblock.ts';

export const JOURNAL_VERSION = 1;
export const JOURNAL_END_OF_PARTITION = 1;
export const JOURNAL_IN_FILE_SYSTEM = 2;

const WC_HEADER = 0x5741424c;
const WC_INODES = 0x5741424d;
const WC_REVOCATIONS = 0x5741424e;
const WC_BLOCKS = 0x5741424f;
const SECTOR = 512;
const ENTRIES_AT = 16;
const BLOCK_ENTRY = 16;
const INODE_ENTRY = 8;
const HEADER_SIZE = 80;
/** Sectors in all records: more is no journal that anybody wrote. */
const MAX_SECTORS = 1 << 21;
const MAX_BYTES = 2 ** 30;

const HEADER_FIELDS = {
  type: [0, 'u32'],
  len: [4, 's32'],
  checksum: [8, 'u32'],
  generation: [12, 'u32'],
  fsid0: [16, 's32'],
  fsid1: [20, 's32'],
  time: [24, 's64'],
  timensec: [32, 'u32'],
  version: [36, 'u32'],
  logShift: [40, 'u32'],
  fsShift: [44, 'u32'],
  head: [48, 's64'],
  tail: [56, 's64'],
  circOff: [64, 's64'],
  circSize: [72, 's64'],
} as const;

export class JournalHeader extends structOf(HEADER_FIELDS) {}

/** Bytes of the device. */
export interface JournalPlace {
  readonly at: number;
  readonly size: number;
}

export class JournalError extends Error {}

export function hasJournal(sb: Superblock): boolean {
  return sb.updated && (sb.flags & FS_DOWAPBL) !== 0;
}

/** Where the superblock says it is. @throws JournalError when that cannot be */
export function journalPlace(sb: Superblock, diskSize: number): JournalPlace {
  if (sb.journalVersion !== JOURNAL_VERSION) throw new JournalError(`VERSION ${sb.journalVersion}`);
  if (sb.journalLocation !== JOURNAL_END_OF_PARTITION && sb.journalLocation !== JOURNAL_IN_FILE_SYSTEM)
    throw new JournalError(`LOCATION ${sb.journalLocation}`);
  const [address, count, unit] = [sb.journalloc0, sb.journalloc1, sb.journalloc2].map(Number) as [
    number,
    number,
    number,
  ];
  if (unit < SECTOR || unit > 65536 || !Number.isInteger(Math.log2(unit))) throw new JournalError(`BLOCK SIZE ${unit}`);
  const place = { at: address * unit, size: count * unit };
  if (address < 1 || count < 8 || place.at + place.size > diskSize) throw new JournalError(`AT ${address}`);
  if (place.size > MAX_BYTES) throw new JournalError(`SIZE ${place.size}`);
  if (sb.journalLocation === JOURNAL_END_OF_PARTITION && place.at < sb.size * sb.fsize)
    throw new JournalError(`AT ${address}`);
  return place;
}

/** The records of a journal, read from tail to head. Nothing is written before apply(). */
export class Journal {
  /** Where the newest contents of a sector of the device lie on it, by sector. */
  readonly sectors = new Map<number, number>();
  /** Inodes that were in use without a name. */
  orphans: number[] = [];
  /** Those that are whole, one or two. */
  readonly headers: JournalHeader[] = [];
  private readonly header: JournalHeader;
  private at = 0;
  private left = 0;

  /** @throws JournalError when it does not hold together */
  constructor(
    private readonly disk: Disk,
    private readonly order: Superblock['order'],
    private readonly place: JournalPlace,
  ) {
    this.header = this.newest();
    const { head, tail } = this.header;
    if (head === 0 && tail === 0) return;
    if (!this.inCircle(head) || !this.inCircle(tail)) throw new JournalError('HEAD OR TAIL');
    this.at = tail;
    this.left = head > tail ? head - tail : head - tail + this.header.circSize;
    while (this.left > 0) this.record();
  }

  /** Nothing in it. */
  get empty(): boolean {
    return this.header.head === 0 && this.header.tail === 0;
  }

  /** A disk on which everything is at its place already. */
  overlay(): Disk {
    return new JournalOverlay(this.disk, this.sectors);
  }

  /** Every sector to its place. */
  apply(): void {
    for (const sector of [...this.sectors.keys()].sort((a, b) => a - b))
      this.disk.write(sector * SECTOR, this.disk.read(this.sectors.get(sector) as number, SECTOR));
    this.disk.flush();
  }

  /** It is empty from now on. */
  wipe(): void {
    wipeJournal(this.disk, this.order, this.place, this.header);
  }

  private newest(): JournalHeader {
    const first = this.headerAt(0);
    const second = this.headerAt(first === undefined ? SECTOR : 1 << first.logShift);
    const found = [first, second].filter((h) => h !== undefined);
    this.headers.push(...found);
    found.sort((a, b) => (b.generation - a.generation) | 0);
    const best = found[0];
    if (best === undefined) throw new JournalError('NO HEADER');
    return best;
  }

  private headerAt(offset: number): JournalHeader | undefined {
    if (offset + SECTOR > this.place.size) return undefined;
    const h = new JournalHeader(this.disk.read(this.place.at + offset, SECTOR), this.order);
    const shifts = [h.logShift, h.fsShift];
    if (h.type !== WC_HEADER || h.version !== JOURNAL_VERSION || shifts.some((s) => s < 9 || s > 15)) return undefined;
    const { circOff, circSize } = h;
    if (circOff < 0 || circSize <= 0 || circOff + circSize > this.place.size) return undefined;
    return circOff % SECTOR === 0 && circSize % (1 << h.logShift) === 0 ? h : undefined;
  }

  private inCircle(at: number): boolean {
    const { circOff, circSize, logShift } = this.header;
    return at >= circOff && at < circOff + circSize && (at - circOff) % (1 << logShift) === 0;
  }

  /** The next sectors of the circle: where on the device each lies. */
  private next(sectors: number): number[] {
    if (sectors * SECTOR > this.left) throw new JournalError('RECORD TOO LONG');
    const { circOff, circSize } = this.header;
    const places: number[] = [];
    for (let i = 0; i < sectors; i++) {
      places.push(this.place.at + this.at);
      this.at += SECTOR;
      if (this.at >= circOff + circSize) this.at = circOff;
    }
    this.left -= sectors * SECTOR;
    return places;
  }

  private record(): void {
    const blockSize = 1 << this.header.logShift;
    const before = this.left;
    const bytes = new Uint8Array(blockSize);
    for (const [i, at] of this.next(blockSize / SECTOR).entries()) bytes.set(this.disk.read(at, SECTOR), i * SECTOR);
    const r = new DiskBytes(bytes, this.order);
    const [type, length, count] = [r.u32(0), r.u32(4), r.u32(8)];
    const entry = type === WC_INODES ? INODE_ENTRY : BLOCK_ENTRY;
    if (count > (blockSize - ENTRIES_AT) / entry) throw new JournalError(`RECORD OF ${count} ENTRIES`);
    if (type === WC_INODES) this.inodes(r, count);
    else if (type === WC_BLOCKS || type === WC_REVOCATIONS) this.blocks(r, count, type === WC_BLOCKS);
    else throw new JournalError(`RECORD TYPE ${type.toString(16)}`);
    const consumed = before - this.left;
    const pad = (n: number) => Math.ceil(n / blockSize) * blockSize;
    if (pad(length) !== pad(consumed)) throw new JournalError('RECORD LENGTH');
  }

  private inodes(r: DiskBytes, count: number): void {
    if (r.u32(12) !== 0) this.orphans = [];
    for (let i = 0; i < count; i++) this.orphans.push(r.u32(ENTRIES_AT + i * INODE_ENTRY));
  }

  private blocks(r: DiskBytes, count: number, put: boolean): void {
    for (let i = 0; i < count; i++) {
      const at = ENTRIES_AT + i * BLOCK_ENTRY;
      const sector = r.s64(at) * 2 ** (this.header.fsShift - 9);
      const length = r.s32(at + 12);
      if (length < 0 || length % SECTOR !== 0 || sector < 0 || sector * SECTOR + length > this.disk.size)
        throw new JournalError(`BLOCK ${r.s64(at)}`);
      const places = put ? this.next(length / SECTOR) : [];
      for (let k = 0; k < length / SECTOR; k++) {
        const place = places[k];
        if (place !== undefined) this.sectors.set(sector + k, place);
        else this.sectors.delete(sector + k);
      }
      if (this.sectors.size > MAX_SECTORS) throw new JournalError('TOO MANY BLOCKS');
    }
  }
}

/** Write both headers so that they name no records. With `like`, a header to take sizes and the generation from. */
function wipeJournal(disk: Disk, order: Superblock['order'], place: JournalPlace, like: JournalHeader): void {
  for (const [offset, older] of [
    [0, 1],
    [1 << like.logShift, 0],
  ] as const) {
    const h = new JournalHeader(Uint8Array.from(like.bytes), order);
    h.generation = (like.generation + 2 - older) >>> 0;
    h.len = Math.max(h.len, HEADER_SIZE);
    h.head = 0;
    h.tail = 0;
    disk.write(place.at + offset, h.bytes);
  }
  disk.flush();
}

/** Reads give what the journal holds where it holds something; there is no writing. */
class JournalOverlay implements Disk {
  readonly size: number;
  readonly sectorSize: number;

  constructor(
    private readonly disk: Disk,
    private readonly sectors: ReadonlyMap<number, number>,
  ) {
    this.size = disk.size;
    this.sectorSize = disk.sectorSize;
  }

  read(offset: number, length: number): Uint8Array {
    const out = this.disk.read(offset, length);
    const from = Math.floor(offset / SECTOR);
    for (let sector = from; sector * SECTOR < offset + length; sector++) {
      const place = this.sectors.get(sector);
      if (place === undefined) continue;
      const bytes = this.disk.read(place, SECTOR);
      const start = Math.max(offset, sector * SECTOR);
      const end = Math.min(offset + length, (sector + 1) * SECTOR);
      out.set(bytes.subarray(start - sector * SECTOR, end - sector * SECTOR), start - offset);
    }
    return out;
  }

  write(): void {
    throw new Error('a file system that is not changed was written to');
  }

  flush(): void {}

  close(): void {
    this.disk.close();
  }
}
