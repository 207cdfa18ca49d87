// SPDX-License-Identifier: BSD-2-Clause
/** System ids of MBR partitions. */

// biome-ignore format: a table
const ROWS: readonly (readonly [id: number, text: string, ...names: string[]])[] = [
  [0x00, '<UNUSED>'], [0x01, 'Primary DOS with 12 bit FAT', 'fat12'], [0x04, 'Primary DOS with 16 bit FAT <32M'],
  [0x05, 'Extended partition', 'extended'], [0x06, 'Primary DOS with 16 bit FAT, >=32M', 'fat16'],
  [0x07, 'NTFS, OS/2 HPFS, QNX2 or Advanced UNIX', 'ntfs', 'exfat'], [0x0b, 'Primary DOS with 32 bit FAT'],
  [0x0c, 'Primary DOS with 32 bit FAT - LBA', 'fat32', 'msdos'], [0x0e, 'Primary DOS with 16 bit FAT - LBA'],
  [0x0f, 'Extended partition - LBA', 'extended-lba'], [0x82, 'Linux swap or Prime or Solaris', 'linux-swap', 'swap'],
  [0x83, 'Linux native', 'linux', 'ext2fs'], [0x85, 'Linux extended partition'], [0x8e, 'Linux LVM', 'linux-lvm'],
  [0xa5, 'FreeBSD or 386BSD or old NetBSD', 'freebsd'], [0xa6, 'OpenBSD', 'openbsd'],
  [0xa9, 'NetBSD', 'netbsd', 'ffs'], [0xaf, 'Apple HFS or HFS+', 'hfs'],
  [0xee, 'EFI: MBR header for GPT'], [0xef, 'EFI system partition inside DOS MBR', 'efi'], [0xfd, 'Linux RAID', 'linux-raid'],
];

export function typeText(id: number): string {
  return ROWS.find(([row]) => row === id)?.[1] ?? '<UNKNOWN>';
}

/** A name, or a number from 1 to 255; undefined: neither. */
export function parseType(text: string): number | undefined {
  const named = ROWS.find(([, , ...names]) => names.includes(text));
  if (named !== undefined) return named[0];
  const id = /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? Number(text) : 0;
  return id >= 1 && id <= 255 ? id : undefined;
}
