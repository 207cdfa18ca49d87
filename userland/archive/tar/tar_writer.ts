// SPDX-License-Identifier: BSD-2-Clause
/**
 * Writes members: ustar headers, with a pax extended header in front of what ustar cannot hold. The archive is filled up to a
 * whole record, as tapes have them.
 */
import type { Timespec } from '../../librump/structs.ts';
import type { ByteSink } from '../byte_stream.ts';
import { padding } from './block_input.ts';
import { formatPax } from './pax_records.ts';
import type { TarEntry, TarType } from './tar_entry.ts';
import { BLOCK, formatHeader, misfits, type TarHeader } from './tar_header.ts';

const TYPE_CHARACTERS: Readonly<Record<TarType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  char: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};
const PAX_KEYS: Partial<Record<keyof TarHeader, string>> = {
  name: 'path',
  link: 'linkpath',
  uid: 'uid',
  gid: 'gid',
  size: 'size',
  mtime: 'mtime',
  major: 'SCHILY.devmajor',
  minor: 'SCHILY.devminor',
};

export class TarWriter {
  private readonly record: Uint8Array;
  private used = 0;
  private open = 0;

  /** @param recordBytes  a multiple of 512 */
  constructor(
    private readonly sink: ByteSink,
    recordBytes: number,
  ) {
    this.record = new Uint8Array(recordBytes);
  }

  /** Begin a member; a file is followed by exactly `size` bytes of data(). */
  begin(entry: TarEntry): void {
    const header: TarHeader = {
      name: entry.type === 'directory' && !entry.name.endsWith('/') ? `${entry.name}/` : entry.name,
      mode: entry.mode & 0o7777,
      uid: entry.uid,
      gid: entry.gid,
      size: entry.type === 'file' ? entry.size : 0,
      mtime: entry.mtime.sec,
      type: TYPE_CHARACTERS[entry.type],
      link: entry.link,
      user: entry.user,
      group: entry.group,
      major: entry.major,
      minor: entry.minor,
    };
    const wrong = misfits(header);
    if (wrong.length > 0) this.extended(header, wrong, entry.mtime);
    this.put(formatHeader(header));
    this.open = header.size;
  }

  data(bytes: Uint8Array): void {
    this.put(bytes);
  }

  /** The data of the member is complete. */
  finish(): void {
    this.put(new Uint8Array(padding(this.open)));
    this.open = 0;
  }

  /** The mark of the end; the sink stays open. */
  end(): void {
    this.put(new Uint8Array(2 * BLOCK));
    if (this.used === 0) return;
    this.record.fill(0, this.used);
    this.sink.write(this.record);
    this.used = 0;
  }

  /** Where there must be one, it has the fraction of the time too. */
  private extended(header: TarHeader, wrong: readonly (keyof TarHeader)[], mtime: Timespec): void {
    const records = new Map<string, string>();
    if (mtime.nsec !== 0 && mtime.sec >= 0) records.set('mtime', `${mtime.sec}.${String(mtime.nsec).padStart(9, '0')}`);
    for (const field of wrong) records.set(PAX_KEYS[field] as string, String(header[field]));
    const bytes = formatPax(records);
    const last = header.name.replace(/\/+$/, '').replace(/^.*\//, '');
    const name = `PaxHeaders/${last.slice(0, 30)}`;
    this.put(
      formatHeader({ ...header, name, type: 'x', size: bytes.length, mode: 0o644, link: '', major: 0, minor: 0 }),
    );
    this.put(bytes);
    this.put(new Uint8Array(padding(bytes.length)));
  }

  private put(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const n = Math.min(bytes.length - at, this.record.length - this.used);
      this.record.set(bytes.subarray(at, at + n), this.used);
      this.used += n;
      at += n;
      if (this.used < this.record.length) continue;
      this.sink.write(this.record);
      this.used = 0;
    }
  }
}
