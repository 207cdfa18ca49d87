// SPDX-License-Identifier: BSD-2-Clause
import type { FsckDialog } from '../../disk/fsck_dialog.ts';
import type { Disk } from '../../disk/raw_device.ts';
import {
  EXT2F_COMPAT_HASJOURNAL,
  EXT2F_INCOMPAT_RECOVER,
  hasCompat,
  hasIncompat,
  readSuperblock,
  SBOFF,
  type Superblock,
  unsupportedFeatures,
} from '../superblock.ts';
import { Ext2Volume } from '../volume.ts';
import { badDescriptors, bestBackup, placeByCustom } from './descriptor_check.ts';
import { emptyJournal, JournalFault, journalHasData, replayJournal } from './journal_replay.ts';
import { featuresDoubtful, findBackup, mendSuperblock, sizeFault, superblockFault } from './superblock_check.ts';

/**
 * Find a superblock and descriptors that can be worked with, from copies if need be.
 * Gives up with a message where there are none, or the file system is none that can be checked here.
 */
export function openVolume(disk: Disk, dialog: FsckDialog, block: number | undefined): Ext2Volume {
  const volume = openOnce(disk, dialog, block);
  if (!hasCompat(volume.sb, EXT2F_COMPAT_HASJOURNAL)) return volume;
  if (!hasIncompat(volume.sb, EXT2F_INCOMPAT_RECOVER)) {
    if (journalHasData(volume) && dialog.decide('JOURNAL HAS DATA BUT NEEDS NO RECOVERY', 'EMPTY'))
      emptyJournal(volume);
    return volume;
  }
  if (!dialog.repair('JOURNAL NEEDS RECOVERY', 'REPLAY', 'REPLAYED')) {
    if (!dialog.readonly) dialog.abandon('CANNOT GO ON WITHOUT WHAT IS IN THE JOURNAL');
    dialog.note('THE CHECK SEES THE FILE SYSTEM WITHOUT WHAT IS IN THE JOURNAL');
    return volume;
  }
  recover(volume, dialog);
  return openOnce(disk, dialog, undefined);
}

function recover(volume: Ext2Volume, dialog: FsckDialog): void {
  try {
    const { transactions, blocks } = replayJournal(volume);
    dialog.note(`${transactions} transactions, ${blocks} blocks`);
  } catch (error) {
    if (!(error instanceof JournalFault)) throw error;
    if (!dialog.decide(error.message, 'FORGET JOURNAL')) dialog.abandon('CANNOT GO ON WITHOUT WHAT IS IN THE JOURNAL');
    volume.sb.incompat &= ~EXT2F_INCOMPAT_RECOVER;
    volume.disk.write(SBOFF, volume.sb.bytes);
  }
}

function openOnce(disk: Disk, dialog: FsckDialog, block: number | undefined): Ext2Volume {
  const sb =
    block === undefined ? compareFeatures(disk, dialog, openSuperblock(disk, dialog)) : openGiven(disk, dialog, block);
  const unsupported = unsupportedFeatures(sb);
  if (unsupported.length > 0)
    dialog.abandon(`FEATURES THAT CANNOT BE CHECKED HERE: ${unsupported.join(' ')}; USE e2fsck`);
  const tooLarge = sizeFault(sb);
  if (tooLarge !== undefined) dialog.abandon(tooLarge);
  const mended = mendSuperblock(sb);
  for (const fault of mended) dialog.note(fault);
  if (mended.length > 0 && !dialog.decide('BAD SUPER BLOCK', 'FIX') && !dialog.readonly)
    dialog.abandon('CANNOT GO ON WITH THIS SUPER BLOCK');
  return openDescriptors(disk, sb, dialog);
}

function openGiven(disk: Disk, dialog: FsckDialog, block: number): Superblock {
  const found = findBackup(disk, block);
  if (found === undefined) return dialog.abandon(`${block} IS NOT A FILE SYSTEM SUPERBLOCK`);
  dialog.note(`USING ALTERNATE SUPERBLOCK AT ${block}`);
  return takeCopy(found.sb, dialog);
}

function openSuperblock(disk: Disk, dialog: FsckDialog): Superblock {
  const sb = readSuperblock(disk, SBOFF);
  const fault = superblockFault(sb, disk.size);
  if (fault === undefined) return sb;
  if (!dialog.decide(`BAD SUPER BLOCK: ${fault}`, 'LOOK FOR ALTERNATE SUPERBLOCKS') && !dialog.readonly)
    dialog.abandon('USE THE -b OPTION TO FSCK_EXT2FS TO SPECIFY THE LOCATION OF AN ALTERNATE SUPER-BLOCK');
  const found = findBackup(disk, undefined, sb.bpg);
  if (found === undefined)
    return dialog.abandon(
      'SEARCH FOR ALTERNATE SUPER-BLOCK FAILED. YOU MUST USE THE -b OPTION TO FSCK_EXT2FS TO SPECIFY THE LOCATION OF AN ALTERNATE',
    );
  dialog.note(`USING ALTERNATE SUPERBLOCK AT ${found.block}`);
  return takeCopy(found.sb, dialog);
}

/** Features that nothing here knows are perhaps none: then a copy knows better. */
function compareFeatures(disk: Disk, dialog: FsckDialog, sb: Superblock): Superblock {
  if (!featuresDoubtful(sb)) return sb;
  const copy = findBackup(disk, undefined, sb.bpg)?.sb;
  if (copy === undefined || featuresDoubtful(copy)) return sb;
  return dialog.decide('FEATURES ARE NOT THOSE OF THE ALTERNATE SUPERBLOCK', 'USE ALTERNATE')
    ? takeCopy(copy, dialog)
    : sb;
}

/** A copy is as old as the last time it was written: nothing in it says that all is well. */
function takeCopy(sb: Superblock, dialog: FsckDialog): Superblock {
  sb.groupNr = 0;
  sb.state = 0;
  if (!dialog.readonly) dialog.changed = true;
  return sb;
}

function openDescriptors(disk: Disk, sb: Superblock, dialog: FsckDialog): Ext2Volume {
  let volume = new Ext2Volume(disk, sb);
  let bad = badDescriptors(volume);
  if (bad.length === 0) return volume;
  const backup = bestBackup(volume, bad.length);
  if (backup !== undefined && dialog.decide(`BAD DESCRIPTORS OF ${bad.length} GROUPS`, 'USE ALTERNATES')) {
    volume = new Ext2Volume(disk, sb, backup);
    bad = badDescriptors(volume);
  }
  if (bad.length > 0 && dialog.decide(`BAD DESCRIPTORS OF ${bad.length} GROUPS`, 'PLACE BY CUSTOM')) {
    for (const group of bad) placeByCustom(volume, group);
    bad = badDescriptors(volume);
  }
  if (bad.length > 0) dialog.abandon(`CANNOT GO ON WITH BAD DESCRIPTORS OF ${bad.length} GROUPS`);
  return volume;
}
