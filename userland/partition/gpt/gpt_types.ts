// SPDX-License-Identifier: BSD-2-Clause
/** Types of GPT partitions: the names gpt(8) takes and shows. */
import { isGuid } from './guid.ts';

export interface GptType {
  readonly name: string;
  readonly guid: string;
  readonly text: string;
}

// biome-ignore format: a table
const ROWS: readonly (readonly [name: string, guid: string, text: string])[] = [
  ['apple', '48465300-0000-11aa-aa11-00306543ecac', 'Apple HFS'],
  ['bios', '21686148-6449-6e6f-744e-656564454649', 'BIOS Boot'],
  ['ccd', '2db519c4-b10f-11dc-b99b-0019d1879648', 'NetBSD ccd component'],
  ['cgd', '2db519ec-b10f-11dc-b99b-0019d1879648', 'NetBSD Cryptographic Disk'],
  ['efi', 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b', 'EFI System'],
  ['fbsd-legacy', '516e7cb4-6ecf-11d6-8ff8-00022d09712b', 'FreeBSD legacy'],
  ['fbsd-swap', '516e7cb5-6ecf-11d6-8ff8-00022d09712b', 'FreeBSD swap'],
  ['fbsd-ufs', '516e7cb6-6ecf-11d6-8ff8-00022d09712b', 'FreeBSD UFS/UFS2'],
  ['fbsd-vinum', '516e7cb8-6ecf-11d6-8ff8-00022d09712b', 'FreeBSD vinum'],
  ['fbsd-zfs', '516e7cba-6ecf-11d6-8ff8-00022d09712b', 'FreeBSD ZFS'],
  ['ffs', '49f48d5a-b10e-11dc-b99b-0019d1879648', 'NetBSD FFSv1/FFSv2'],
  ['lfs', '49f48d82-b10e-11dc-b99b-0019d1879648', 'NetBSD LFS'],
  ['linux-data', '0fc63daf-8483-4772-8e79-3d69d8477de4', 'Linux data'],
  ['linux-lvm', 'e6d6d379-f507-44c2-a23c-238f2a3df928', 'Linux LVM'],
  ['linux-raid', 'a19d880f-05fc-4d3b-a006-743f0f84911e', 'Linux RAID'],
  ['linux-swap', '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f', 'Linux swap'],
  ['obsd', '824cc7a0-36a8-11e3-890a-952519ad3f61', 'OpenBSD data'],
  ['raid', '49f48daa-b10e-11dc-b99b-0019d1879648', 'NetBSD RAIDFrame component'],
  ['swap', '49f48d32-b10e-11dc-b99b-0019d1879648', 'NetBSD swap'],
  ['windows', 'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7', 'Windows basic data'],
  ['windows-recovery', 'de94bba4-06d1-4d40-a16a-bfd50179d6ac', 'Windows recovery'],
  ['windows-reserved', 'e3c9e316-0b5c-4db8-817d-f92df00215ae', 'Windows reserved'],
];

export const GPT_TYPES: readonly GptType[] = ROWS.map(([name, guid, text]) => ({ name, guid, text }));

/** The GUID of a name or of a GUID as text; undefined: no such type. */
export function typeGuid(text: string): string | undefined {
  if (isGuid(text)) return text.toLowerCase();
  return GPT_TYPES.find((type) => type.name === text)?.guid;
}

export function typeText(guid: string): string {
  return GPT_TYPES.find((type) => type.guid === guid)?.text ?? guid;
}
