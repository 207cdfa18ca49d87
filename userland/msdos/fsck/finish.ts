// SPDX-License-Identifier: BSD-2-Clause
/** The end of fsck_msdos(8): counts, the information sector, the marks of a clean file system. */
import { CLEAN_BIT, NO_ERROR_BIT, NO_SECTOR } from '../fat_format.ts';
import { decodeFsInfo, encodeFsInfo, FSINFO_BYTES, type FsInfo, UNKNOWN } from '../fs_info.ts';
import { type Boot, clearBootDirty, isBootDirty } from './read_boot.ts';
import type { Volume } from './volume.ts';

interface Counts {
  readonly free: number;
  readonly bad: number;
}

/** True when no mount was left behind and no error was seen, as far as the width of the FAT tells. */
export function isMarkedClean({ fat }: Pick<Volume, 'fat'>, boot: Boot): boolean {
  const marks = CLEAN_BIT[fat.bits] | NO_ERROR_BIT[fat.bits];
  return (fat.get(1) & marks) === marks && !isBootDirty(boot);
}

export function finishCheck(volume: Volume, boot: Boot): void {
  const counts = countClusters(volume);
  checkFsInfo(volume, counts.free);
  volume.fat.flush();
  summary(volume, counts);
  const { dialog, disk } = volume;
  if (dialog.changed) disk.flush();
  const modified = dialog.changed;
  if (!isMarkedClean(volume, boot)) markClean(volume, boot);
  if (modified && !dialog.preen) dialog.print('\n***** FILE SYSTEM WAS MODIFIED *****\n');
}

function countClusters({ fat, geometry }: Volume): Counts {
  let used = 0;
  let bad = 0;
  fat.eachUsed((_, value) => {
    used++;
    if (fat.meaning(value) === 'bad') bad++;
  });
  return { free: geometry.clusters - used, bad };
}

function checkFsInfo(volume: Volume, free: number): void {
  const { bpb, disk, dialog, fat } = volume;
  const sector = bpb.fat32?.infoSector ?? 0;
  if (sector === 0 || sector === NO_SECTOR || sector >= bpb.reservedSectors) return;
  const offset = sector * bpb.bytesPerSector;
  const found = decodeFsInfo(disk.read(offset, FSINFO_BYTES));
  if (found === undefined) {
    if (dialog.repair('Invalid signature in fsinfo block', 'FIX', 'FIXED'))
      disk.write(offset, encodeFsInfo({ free, next: UNKNOWN }));
    return;
  }
  const wrong = { free: found.free !== free && found.free !== UNKNOWN, next: !fat.isCluster(found.next) };
  let info: FsInfo = found;
  if (wrong.free && dialog.repair(`Free space in FSInfo block (${found.free}) not correct (${free})`, 'FIX', 'FIXED'))
    info = { ...info, free };
  if (wrong.next && found.next !== UNKNOWN) {
    const message = `Next free cluster in FSInfo block (${found.next}) out of range`;
    if (dialog.repair(message, 'FIX', 'FIXED')) info = { ...info, next: UNKNOWN };
  }
  if (info !== found) writeCounts(volume, offset, info);
}

/** Only the two counts: the rest of the sector is not ours. */
function writeCounts({ disk }: Volume, offset: number, info: FsInfo): void {
  disk.write(offset + 488, encodeFsInfo(info).subarray(488, 496));
}

function summary(volume: Volume, { free, bad }: Counts): void {
  const { dialog, geometry, files } = volume;
  const kilobytes = (clusters: number): number => Math.floor((clusters * geometry.clusterBytes) / 1024);
  const rest = bad > 0 ? `, ${kilobytes(bad)} bad (${bad} clusters)` : '';
  dialog.note(`${files} files, ${kilobytes(free)} free (${free} clusters)${rest}`);
}

/** The marks last, when all that was repaired is on the disk. */
function markClean(volume: Volume, boot: Boot): void {
  const { dialog, fat, disk } = volume;
  if (dialog.readonly || dialog.unresolved) {
    dialog.print('\n***** FILE SYSTEM IS LEFT MARKED AS DIRTY *****\n');
    return;
  }
  if (!dialog.preen && !dialog.ask('MARK FILE SYSTEM CLEAN')) return;
  fat.set(1, fat.get(1) | CLEAN_BIT[fat.bits] | NO_ERROR_BIT[fat.bits]);
  fat.flush();
  if (isBootDirty(boot)) clearBootDirty(disk, boot);
  disk.flush();
  if (!dialog.preen) dialog.print('\n***** FILE SYSTEM MARKED CLEAN *****\n');
}
