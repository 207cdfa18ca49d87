// SPDX-License-Identifier: BSD-2-Clause
/** The disk gpt(8) works on: what its tables say now, and writing them back. */
import { type Disk, RawDevice } from '../../disk/raw_device.ts';
import type { ProgramContext } from '../../lib/program_context.ts';
import { SyscallError } from '../../librump/syscall_error.ts';
import { hasSignature, isFileSystemBoot, type MbrEntry, readEntries, writeProtective } from '../mbr/mbr_sector.ts';
import { diskPath, makeWedges } from '../wedges.ts';
import { GptTable } from './gpt_table.ts';

export class GptDisk {
  readonly sectors: number;
  /** Entries of the MBR in use; undefined: sector 0 is none. */
  readonly mbr: readonly MbrEntry[] | undefined;
  readonly primary: GptTable | undefined;
  readonly secondary: GptTable | undefined;

  /** The device, in sectors of the size that was asked for. */
  readonly media: Disk;

  private constructor(
    private readonly ctx: ProgramContext,
    private readonly device: RawDevice,
    sectorSize: number | undefined,
  ) {
    this.media = sectorSize === undefined ? device : inSectors(device, sectorSize);
    this.sectors = Math.floor(device.size / this.media.sectorSize);
    if (this.sectors < 6) ctx.fail(`${device.path}: the disk is too small`);
    const boot = this.media.read(0, this.media.sectorSize);
    const valid = hasSignature(boot) && !isFileSystemBoot(boot);
    this.mbr = valid ? readEntries(boot).filter((entry) => entry.type !== 0 && entry.size !== 0) : undefined;
    this.primary = GptTable.read(this.media, 1);
    this.secondary = GptTable.read(this.media, this.sectors - 1);
  }

  /** @param sectorSize  instead of the device's, for images */
  static open(ctx: ProgramContext, name: string, access: 'read' | 'write', sectorSize?: number): GptDisk {
    let device: RawDevice | undefined;
    try {
      device = new RawDevice(ctx.sys, diskPath(ctx.sys, name), access);
      return new GptDisk(ctx, device, sectorSize);
    } catch (error) {
      device?.close();
      return error instanceof SyscallError ? ctx.failError(name, error) : raise(error);
    }
  }

  get path(): string {
    return this.device.path;
  }

  /** The table there is. */
  table(): GptTable {
    return this.primary ?? this.secondary ?? this.ctx.fail(`${this.path}: no primary or secondary GPT header`);
  }

  /** The table of a disk that is to be changed: both copies are sound. */
  wholeTable(): GptTable {
    const table = this.table();
    if (this.primary === undefined || this.secondary === undefined)
      this.ctx.fail(
        `${this.path}: no ${this.primary === undefined ? 'primary' : 'secondary'} GPT header; run create or recover`,
      );
    return table;
  }

  /** A protective MBR in front, keeping what boots. */
  writeProtectiveMbr(): void {
    const boot = this.media.read(0, this.media.sectorSize);
    writeProtective(boot, this.sectors);
    this.media.write(0, boot);
  }

  writeTable(table: GptTable): void {
    table.write(this.media);
  }

  /** Zeros instead of the header in sector `lba`. */
  erase(lba: number): void {
    this.media.write(lba * this.media.sectorSize, new Uint8Array(this.media.sectorSize));
  }

  /** The kernel looks again: the wedges follow the table. */
  changed(): void {
    this.device.flush();
    if (!this.device.isDevice) return;
    try {
      makeWedges(this.ctx.sys, this.device.fd);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
    }
  }

  say(message: string): void {
    this.ctx.print(`${this.path}: ${message}\n`);
  }

  close(): void {
    this.device.close();
  }
}

function inSectors(device: RawDevice, sectorSize: number): Disk {
  return {
    size: device.size,
    sectorSize,
    read: (offset, length) => device.read(offset, length),
    write: (offset, data) => device.write(offset, data),
    flush: () => device.flush(),
    close: () => device.close(),
  };
}

function raise(error: unknown): never {
  throw error;
}
