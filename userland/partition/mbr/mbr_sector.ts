// SPDX-License-Identifier: BSD-2-Clause
/** The first sector of a disk with an MBR, or a link of the chain in an extended partition: four entries and a signature. */

export interface MbrEntry {
  readonly active: boolean;
  readonly type: number;
  readonly start: number;
  readonly size: number;
}

export const MBR_BYTES = 512;
export const MBR_ENTRIES = 4;
export const MBR_PROTECTIVE = 0xee;
const TABLE_AT = 446;
const ENTRY_BYTES = 16;
const SIGNATURE_AT = 510;
const SIGNATURE = 0xaa55;
const HEADS = 255;
const SECTORS = 63;
const LAST_CYLINDER = 1023;
const EXTENDED: ReadonlySet<number> = new Set([0x05, 0x0f, 0x85]);

export function isExtended(type: number): boolean {
  return EXTENDED.has(type);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function hasSignature(sector: Uint8Array): boolean {
  return sector.length >= MBR_BYTES && view(sector).getUint16(SIGNATURE_AT, true) === SIGNATURE;
}

export function putSignature(sector: Uint8Array): void {
  view(sector).setUint16(SIGNATURE_AT, SIGNATURE, true);
}

/** The boot sector of a file system of DOS or Windows ends in the same signature; its parameters tell it apart. */
export function isFileSystemBoot(sector: Uint8Array): boolean {
  if (sector[0] !== 0xe9 && (sector[0] !== 0xeb || sector[2] !== 0x90)) return false;
  if (['NTFS    ', 'EXFAT   '].includes(String.fromCharCode(...sector.subarray(3, 11)))) return true;
  const v = view(sector);
  const bytes = v.getUint16(11, true);
  const cluster = sector[13] as number;
  return (
    [512, 1024, 2048, 4096].includes(bytes) &&
    cluster !== 0 &&
    (cluster & (cluster - 1)) === 0 &&
    v.getUint16(14, true) !== 0
  );
}

/** The entries, in use or not. */
export function readEntries(sector: Uint8Array): MbrEntry[] {
  return Array.from({ length: MBR_ENTRIES }, (_, i) => {
    const at = TABLE_AT + i * ENTRY_BYTES;
    return {
      active: sector[at] === 0x80,
      type: sector[at + 4] as number,
      start: view(sector).getUint32(at + 8, true),
      size: view(sector).getUint32(at + 12, true),
    };
  });
}

/** @param base  where the sector counts from: 0, or that of the link of a chain, for the old addresses */
export function writeEntry(sector: Uint8Array, slot: number, entry: MbrEntry, base = 0): void {
  const at = TABLE_AT + slot * ENTRY_BYTES;
  sector.fill(0, at, at + ENTRY_BYTES);
  if (entry.type === 0) return;
  sector[at] = entry.active ? 0x80 : 0;
  sector.set(chs(base + entry.start), at + 1);
  sector[at + 4] = entry.type;
  sector.set(chs(base + entry.start + entry.size - 1), at + 5);
  view(sector).setUint32(at + 8, entry.start, true);
  view(sector).setUint32(at + 12, entry.size, true);
}

/** The protective table of a disk with a GPT. */
export function writeProtective(sector: Uint8Array, sectors: number): void {
  for (let slot = 0; slot < MBR_ENTRIES; slot++)
    writeEntry(sector, slot, { active: false, type: 0, start: 0, size: 0 });
  const size = Math.min(sectors - 1, 0xffffffff);
  writeEntry(sector, 0, { active: false, type: MBR_PROTECTIVE, start: 1, size });
  putSignature(sector);
}

/** Head, sector and cylinder; what they cannot say is the last address there is. */
function chs(lba: number): [number, number, number] {
  const cylinder = Math.floor(lba / (HEADS * SECTORS));
  if (cylinder > LAST_CYLINDER) return [0xfe, 0xff, 0xff];
  const head = Math.floor(lba / SECTORS) % HEADS;
  return [head, ((lba % SECTORS) + 1) | ((cylinder >> 2) & 0xc0), cylinder & 0xff];
}
