// SPDX-License-Identifier: BSD-2-Clause
/** A disk with an MBR: its four partitions, and the chain of logical ones in an extended partition. */
import type { Disk } from '../../disk/raw_device.ts';
import type { Extent } from '../sizes.ts';
import {
  hasSignature,
  isExtended,
  isFileSystemBoot,
  MBR_BYTES,
  MBR_ENTRIES,
  type MbrEntry,
  putSignature,
  readEntries,
  writeEntry,
} from './mbr_sector.ts';

const MOST_LOGICAL = 60;
const UNUSED: MbrEntry = { active: false, type: 0, start: 0, size: 0 };

export interface Logical {
  /** Sector of its link of the chain. */
  readonly link: number;
  /** Of the disk. */
  readonly start: number;
  readonly size: number;
  readonly type: number;
}

/** A partition by the number it has: 1 to 4, logical ones from 5. */
export interface Numbered extends Extent {
  readonly index: number;
  readonly type: number;
  readonly active: boolean;
}

export class MbrDisk {
  readonly sectors: number;
  /** False: sector 0 is no MBR. */
  readonly valid: boolean;
  readonly primary: MbrEntry[];
  readonly logical: Logical[];

  constructor(private readonly disk: Disk) {
    this.sectors = Math.floor(disk.size / MBR_BYTES);
    const boot = disk.size < MBR_BYTES ? new Uint8Array(MBR_BYTES) : this.sector(0);
    const flags = [446, 462, 478, 494].every((at) => ((boot[at] as number) & 0x7f) === 0);
    this.valid = hasSignature(boot) && !isFileSystemBoot(boot) && flags;
    this.primary = this.valid ? readEntries(boot) : Array.from({ length: MBR_ENTRIES }, () => UNUSED);
    this.logical = this.readChain();
  }

  get extended(): MbrEntry | undefined {
    return this.primary.find((entry) => isExtended(entry.type) && entry.size !== 0 && entry.start !== 0);
  }

  /** The partitions in use. */
  list(): Numbered[] {
    const first = this.primary.map((entry, i) => ({ ...entry, index: i + 1 }));
    const rest = this.logical.map(({ start, size, type }, i) => ({ start, size, type, active: false, index: 5 + i }));
    return [...first, ...rest].filter((entry) => entry.type !== 0 && entry.size !== 0);
  }

  /** Forget what was there. */
  clear(): void {
    this.primary.fill(UNUSED);
    this.logical.length = 0;
  }

  /** The links from the last to the first, then sector 0, whose code stays. */
  write(): void {
    if (this.extended !== undefined) this.writeChain(this.extended);
    const boot = this.sector(0);
    for (const [slot, entry] of this.primary.entries()) writeEntry(boot, slot, entry);
    putSignature(boot);
    this.put(0, boot);
    this.disk.flush();
  }

  private readChain(): Logical[] {
    const found: Logical[] = [];
    const { extended } = this;
    if (extended === undefined) return found;
    for (let link = extended.start; found.length < MOST_LOGICAL && link < this.sectors; ) {
      const sector = this.sector(link);
      if (!hasSignature(sector)) break;
      const [part, next] = readEntries(sector) as [MbrEntry, MbrEntry];
      if (part.type !== 0 && part.size !== 0)
        found.push({ link, start: link + part.start, size: part.size, type: part.type });
      if (!isExtended(next.type) || next.start === 0 || next.start >= extended.size) break;
      // A chain only ever goes forwards here: one that turns back would not end.
      if (extended.start + next.start <= link) break;
      link = extended.start + next.start;
    }
    return found;
  }

  private writeChain(extended: MbrEntry): void {
    const links = this.logical.map((part, i) => ({ ...part, link: i === 0 ? extended.start : part.link }));
    if (links.length === 0) links.push({ link: extended.start, start: 0, size: 0, type: 0 });
    for (let i = links.length - 1; i >= 0; i--) {
      const part = links[i] as Logical;
      const next = links[i + 1];
      const sector = new Uint8Array(MBR_BYTES);
      writeEntry(
        sector,
        0,
        { active: false, type: part.type, start: part.start - part.link, size: part.size },
        part.link,
      );
      if (next !== undefined) {
        const start = next.link - extended.start;
        const size = next.start + next.size - next.link;
        writeEntry(sector, 1, { active: false, type: 0x05, start, size }, extended.start);
      }
      putSignature(sector);
      this.put(part.link, sector);
    }
  }

  private sector(lba: number): Uint8Array {
    const { sectorSize } = this.disk;
    const at = lba * MBR_BYTES;
    const from = at - (at % sectorSize);
    return this.disk.read(from, sectorSize).slice(at - from, at - from + MBR_BYTES);
  }

  private put(lba: number, sector: Uint8Array): void {
    const { sectorSize } = this.disk;
    const at = lba * MBR_BYTES;
    const from = at - (at % sectorSize);
    const whole = this.disk.read(from, sectorSize);
    whole.set(sector, at - from);
    this.disk.write(from, whole);
  }
}
