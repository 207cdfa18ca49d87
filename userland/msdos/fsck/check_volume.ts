// SPDX-License-Identifier: BSD-2-Clause
import type { FsckDialog } from '../../disk/fsck_dialog.ts';
import type { Disk } from '../../disk/raw_device.ts';
import { fatGeometry } from '../fat_format.ts';
import { checkTree } from './check_directory.ts';
import { FatTable } from './fat_table.ts';
import { finishCheck, isMarkedClean } from './finish.ts';
import { recoverLostFiles } from './lost_files.ts';
import { readBoot } from './read_boot.ts';
import { checkEntries, checkReserved, readFats } from './read_fat.ts';
import { surveyFiles } from './survey.ts';
import { Volume } from './volume.ts';

export interface CheckOptions {
  /** -p without -f: what is marked clean is not looked at. */
  readonly skipClean: boolean;
  /** Seconds since 1970, for what is made. */
  readonly now: number;
}

/**
 * All phases of fsck_msdos(8) on a disk, which should cache. What the dialog agreed to is on the disk at the end.
 * @throws ProgramEnd when the check cannot go on; SyscallError of the disk; RangeError when memory ends
 */
export function checkVolume(disk: Disk, dialog: FsckDialog, options: CheckOptions): void {
  const boot = readBoot(disk, dialog);
  const { bpb } = boot;
  const geometry = fatGeometry(bpb);
  const fat = new FatTable(disk, bpb, geometry);
  dialog.heading('Phase 1 - Read and Compare FATs');
  readFats(bpb, fat, dialog);
  if (options.skipClean && fat.bits !== 12 && isMarkedClean({ fat }, boot) && !dialog.changed) {
    dialog.note('FILE SYSTEM CLEAN; SKIPPING CHECKS');
    return;
  }
  checkReserved(bpb, fat, dialog);
  dialog.heading('Phase 2 - Check Cluster Chains');
  checkEntries(fat, dialog);
  const volume = new Volume(disk, bpb, geometry, fat, dialog, options.now);
  surveyFiles(volume);
  dialog.heading('Phase 3 - Check Directories');
  checkTree(volume);
  dialog.heading('Phase 4 - Check for Lost Files');
  recoverLostFiles(volume);
  finishCheck(volume, boot);
}
