// SPDX-License-Identifier: BSD-2-Clause
/** Phases 1 and 2 of fsck_msdos(8): the copies of the FAT compared, one of them taken, its entries checked each by itself. */
import type { FsckDialog } from '../../disk/fsck_dialog.ts';
import { activeFat, type Bpb, CLEAN_BIT, FAT_MASK, NO_ERROR_BIT } from '../fat_format.ts';
import type { FatTable } from './fat_table.ts';

/** Entries that are asked about one by one; the rest together. */
const MAX_ASKED = 64;

/** Read the copies, choose the soundest, make the others equal to it. */
export function readFats(bpb: Bpb, fat: FatTable, dialog: FsckDialog): void {
  const { first, mirrored } = activeFat(bpb);
  const differing = mirrored ? compareCopies(bpb, fat) : new Set<number>();
  const chosen = differing.size === 0 ? first : soundest(bpb, fat);
  for (let index = 0; index < fat.pageCount; index++) fat.load(index, fat.readRaw(chosen, index));
  if (differing.size === 0) return;
  if (
    dialog.repair(`FATs differ; FAT ${chosen} is ${chosen === first ? 'taken' : 'the sounder'}`, 'CORRECT', 'CORRECTED')
  )
    for (const index of differing) fat.touch(index);
}

/** Pages that are not the same in all copies. */
function compareCopies(bpb: Bpb, fat: FatTable): Set<number> {
  const differing = new Set<number>();
  for (let index = 0; index < fat.pageCount; index++) {
    const reference = fat.readRaw(0, index);
    for (let copy = 1; copy < bpb.fats; copy++) if (!isEqual(reference, fat.readRaw(copy, index))) differing.add(index);
  }
  return differing;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The copy with the fewest entries that cannot be, the first of equals. */
function soundest(bpb: Bpb, fat: FatTable): number {
  let best = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (let copy = 0; copy < bpb.fats; copy++) {
    for (let index = 0; index < fat.pageCount; index++) fat.load(index, fat.readRaw(copy, index));
    const faults = faultsOf(bpb, fat);
    if (faults < fewest) [best, fewest] = [copy, faults];
  }
  return best;
}

function faultsOf(bpb: Bpb, fat: FatTable): number {
  let faults = (fat.get(0) & 0xff) === bpb.media ? 0 : 1;
  fat.eachUsed((cluster, value) => {
    const meaning = fat.meaning(value);
    if (meaning === 'outside') faults++;
    else if (meaning === 'next' && (value === cluster || !fat.isCluster(value) || fat.get(value) === 0)) faults++;
  });
  return faults;
}

/** The first two entries: the media byte, the mark of the end, two bits of state. */
export function checkReserved(bpb: Bpb, fat: FatTable, dialog: FsckDialog): void {
  const mask = FAT_MASK[fat.bits];
  const wanted = ((mask & ~0xff) | bpb.media) >>> 0;
  const state = CLEAN_BIT[fat.bits] | NO_ERROR_BIT[fat.bits];
  const second = (fat.get(1) | state) >>> 0;
  if (fat.get(0) === wanted && fat.meaning(second) === 'end') return;
  const message = `FAT starts with odd byte sequence (${fat.get(0).toString(16)} ${fat.get(1).toString(16)})`;
  if (!dialog.repair(message, 'CORRECT', 'CORRECTED')) return;
  fat.set(0, wanted);
  fat.set(1, mask & ~CLEAN_BIT[fat.bits]);
}

/** Entries that go on to a cluster that does not exist end there. */
export function checkEntries(fat: FatTable, dialog: FsckDialog): void {
  let faults = 0;
  fat.eachUsed((cluster, value) => {
    if (fat.meaning(value) !== 'outside') return;
    if (++faults > MAX_ASKED) return;
    const message = `Cluster ${cluster} continues with cluster out of range (${value})`;
    if (dialog.decide(message, 'TRUNCATE')) fat.set(cluster, fat.endMark);
  });
  if (faults <= MAX_ASKED) return;
  if (!dialog.decide(`${faults - MAX_ASKED} more clusters continue with clusters out of range`, 'TRUNCATE ALL')) return;
  fat.eachUsed((cluster, value) => {
    if (fat.meaning(value) === 'outside') fat.set(cluster, fat.endMark);
  });
}
