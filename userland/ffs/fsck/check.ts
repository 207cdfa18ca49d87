// SPDX-License-Identifier: BSD-2-Clause
/** A check from the superblock to the last line of what it found. */
import { DiskCache } from '../../disk/disk_cache.ts';
import type { FsckDialog } from '../../disk/fsck_dialog.ts';
import type { Disk } from '../../disk/raw_device.ts';
import type { Csum } from '../cylinder_group.ts';
import { cgData, cgSuper, UFS_ROOTINO } from '../geometry.ts';
import { hasJournal, Journal, JournalError, journalPlace } from '../journal.ts';
import {
  FS_DOWAPBL,
  FS_ISCLEAN,
  SBLOCK_UFS1,
  SBLOCK_UFS2,
  SBLOCKSEARCH,
  SBLOCKSIZE,
  Superblock,
} from '../superblock.ts';
import { Checker, type CheckOptions, FREE } from './checker.ts';
import { pass1 } from './pass1.ts';
import { pass1b } from './pass1b.ts';
import { pass2 } from './pass2.ts';
import { pass3 } from './pass3.ts';
import { pass4 } from './pass4.ts';
import { pass5 } from './pass5.ts';
import { checkValues, type FoundSuperblock, findSuperblock } from './superblock_check.ts';

/**
 * @param raw  with -n nothing is written to it, and it may be open for reading only
 * @returns    the exit status of fsck_ffs(8)
 * @throws ProgramEnd when the check gives up; SyscallError of the disk
 */
export function checkFileSystem(raw: Disk, say: FsckDialog, options: CheckOptions): number {
  let disk: Disk = new DiskCache(raw);
  let found = findSuperblock(disk, say, options);
  if (isClean(found, say, options)) return say.status;
  if (hasJournal(found.sb)) {
    if (say.preen && !options.force) {
      if (!options.quiet) say.note('file system is journaled; not checking');
      return say.status;
    }
    ({ disk, found } = replay(disk, found, say));
  }
  if (found.sb.fsmnt !== '') say.heading(`Last Mounted on ${found.sb.fsmnt.replace(/[^ -~]/g, '?')}`);
  checkValues(found, say);
  const c = new Checker(disk, found.sb, say, options);
  c.superblockChanged = found.changed;
  const free = phases(c);
  summary(c, free);
  finish(c, found);
  disk.flush();
  return say.status;
}

function isClean(found: FoundSuperblock, say: FsckDialog, options: CheckOptions): boolean {
  if (options.force || found.changed || found.sb.clean !== FS_ISCLEAN) return false;
  if (!options.quiet) {
    if (say.preen) say.note('file system is clean; not checking');
    else say.heading('File system is clean; not checking');
  }
  return true;
}

/** What the journal holds goes to its places, with -n only in what is read. */
function replay(disk: Disk, found: FoundSuperblock, say: FsckDialog): { disk: Disk; found: FoundSuperblock } {
  const { sb } = found;
  try {
    const journal = new Journal(disk, sb.order, journalPlace(sb, disk.size));
    if (journal.empty) return { disk, found };
    say.heading(`File system is journaled; replaying journal${say.readonly ? ' in memory' : ''}`);
    let after = disk;
    if (say.readonly) after = new DiskCache(journal.overlay());
    else {
      journal.apply();
      journal.wipe();
      say.changed = true;
    }
    const now = Superblock.find(after);
    return { disk: after, found: now === undefined ? found : { ...found, sb: now } };
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    if (say.decide(`BAD JOURNAL: ${error.message}`, 'CLEAR')) {
      sb.flags &= ~FS_DOWAPBL;
      found.changed = true;
    }
    return { disk, found };
  }
}

function phases(c: Checker): Csum {
  c.say.heading('Phase 1 - Check Blocks and Sizes');
  pass1(c);
  if (c.duplicates.size > 0) {
    c.say.heading('Phase 1b - Rescan For More DUPS');
    pass1b(c);
  }
  c.say.heading('Phase 2 - Check Pathnames');
  pass2(c);
  c.say.heading('Phase 3 - Check Connectivity');
  pass3(c);
  c.say.heading('Phase 4 - Check Reference Counts');
  pass4(c);
  c.say.heading('Phase 5 - Check Cyl groups');
  return pass5(c);
}

/** `2 files, 2 used, 5051 free (19 frags, 629 blocks, 0.4% fragmentation)` */
function summary(c: Checker, free: Csum): void {
  const { sb } = c;
  let reserved = c.summaryFrags[1] - c.summaryFrags[0];
  for (let cg = 0; cg < sb.ncg; cg++) reserved += cgData(sb, cg) - (cg === 0 ? 0 : cgSuper(sb, cg));
  const frags = free.nffree + free.nbfree * sb.frag;
  const used = sb.size - reserved - frags;
  let files = 0;
  for (let ino = UFS_ROOTINO; ino < c.inodeLimit; ino++) if (c.state[ino] !== FREE) files++;
  const fragmentation = ((free.nffree * 100) / Math.max(sb.dsize, 1)).toFixed(1);
  c.say.note(
    `${files} files, ${used} used, ${frags} free (${free.nffree} frags, ${free.nbfree} blocks, ${fragmentation}% fragmentation)`,
  );
}

function finish(c: Checker, found: FoundSuperblock): void {
  const { sb, say } = c;
  let marked = false;
  if (!say.unresolved && (sb.clean !== FS_ISCLEAN || found.fromCopy)) {
    if (say.preen) say.note('MARKING FILE SYSTEM CLEAN');
    marked = say.preen || say.readonly ? say.preen : say.ask('MARK FILE SYSTEM CLEAN');
  }
  if (say.unresolved && say.changed && sb.clean === FS_ISCLEAN) {
    sb.clean = 0;
    c.superblockChanged = true;
  }
  if (marked) sb.clean = FS_ISCLEAN;
  if (!say.readonly && (marked || c.superblockChanged || say.changed)) writeSuperblock(c);
  if (say.preen) return;
  if (marked) say.print('***** FILE SYSTEM MARKED CLEAN *****\n');
  if (say.changed) say.print('\n***** FILE SYSTEM WAS MODIFIED *****\n');
  if (c.rerun || (say.unresolved && !say.readonly)) say.print('\n***** PLEASE RERUN FSCK *****\n');
}

function writeSuperblock(c: Checker): void {
  const { sb } = c;
  sb.fmod = 0;
  sb.pendingblocks = 0;
  sb.pendinginodes = 0;
  sb.time = c.options.now;
  if (!SBLOCKSEARCH.includes(sb.sblockloc)) sb.sblockloc = placeOfSuperblock(sb);
  c.disk.write(sb.sblockloc, sb.diskBytes());
}

/** Where one belongs that does not say it: before the first copy. */
function placeOfSuperblock(sb: Superblock): number {
  const room = sb.sblkno * sb.fsize - SBLOCKSIZE;
  return [sb.ufs2 ? SBLOCK_UFS2 : SBLOCK_UFS1, SBLOCK_UFS1].find((place) => place <= room) ?? 0;
}
