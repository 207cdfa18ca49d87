// SPDX-License-Identifier: BSD-2-Clause
/** The superblock that the check works with: the main one, or a copy; and what in it can be put right. */
import type { FsckDialog } from '../../disk/fsck_dialog.ts';
import type { Disk } from '../../disk/raw_device.ts';
import { maxFileSize } from '../geometry.ts';
import { FS_FLAGS_UPDATED, FS_KNOWN_FLAGS, FS_OPTSPACE, FS_OPTTIME, Superblock } from '../superblock.ts';
import type { CheckOptions } from './checker.ts';
import { superblockProblem } from './superblock_problem.ts';
import { borneOut, search, superblockAt } from './superblock_search.ts';

const MINFREE = 5;

export interface FoundSuperblock {
  readonly sb: Superblock;
  /** It must be written: it was a copy, or something in it was wrong. */
  changed: boolean;
  readonly fromCopy: boolean;
}

/** @throws ProgramEnd when there is none to work with */
export function findSuperblock(disk: Disk, say: FsckDialog, options: CheckOptions): FoundSuperblock {
  if (options.superblockAt !== undefined) return given(disk, say, options.superblockAt);
  const sb = Superblock.find(disk);
  const problem = sb === undefined ? 'MAGIC NUMBER WRONG' : superblockProblem(sb, disk.size);
  if (sb !== undefined && problem === undefined) {
    if (borneOut(disk, sb) !== 'no') return { sb, changed: false, fromCopy: false };
    bad(say, 'VALUES IN SUPER BLOCK DISAGREE WITH THOSE IN FIRST ALTERNATE');
  } else bad(say, problem ?? '');
  return alternate(disk, say, options, sb);
}

function bad(say: FsckDialog, why: string): void {
  say.report(`BAD SUPER BLOCK: ${why}`);
}

function given(disk: Disk, say: FsckDialog, sector: number): FoundSuperblock {
  const sb = superblockAt(disk, sector * 512);
  if (sb === undefined) say.abandon(`BAD SUPER BLOCK: NO ALTERNATE SUPERBLOCK AT ${sector}`);
  return { sb, changed: true, fromCopy: true };
}

function alternate(disk: Disk, say: FsckDialog, options: CheckOptions, main: Superblock | undefined): FoundSuperblock {
  if (!say.ask('LOOK FOR ALTERNATE SUPERBLOCKS')) say.abandon('');
  let second: [number, Superblock] | undefined;
  for (const found of search(disk, options.progress)) {
    if (borneOut(disk, found[1]) === 'yes') return use(say, found);
    second ??= found;
  }
  if (second !== undefined) return use(say, second);
  if (main !== undefined && superblockProblem(main, disk.size) === undefined)
    return { sb: main, changed: false, fromCopy: false };
  return say.abandon(
    'SEARCH FOR ALTERNATE SUPER-BLOCK FAILED. YOU MUST USE THE\n' +
      '-b OPTION TO FSCK TO SPECIFY THE LOCATION OF AN ALTERNATE\n' +
      'SUPER-BLOCK TO SUPPLY NEEDED INFORMATION; SEE fsck_ffs(8).',
  );
}

function use(say: FsckDialog, [pos, sb]: [number, Superblock]): FoundSuperblock {
  say.print(`USING ALTERNATE SUPERBLOCK AT ${pos / 512}\n`);
  return { sb, changed: true, fromCopy: true };
}

/** Values that do not decide where things are. */
export function checkValues(found: FoundSuperblock, say: FsckDialog): void {
  const { sb } = found;
  const fix = (wrong: boolean, what: string, put: () => void, question = 'FIX', done = 'FIXED') => {
    if (!wrong || !say.repair(`${what} IN SUPERBLOCK`, question, done)) return;
    put();
    found.changed = true;
  };
  const standard = (wrong: boolean, what: string, put: () => void) =>
    fix(wrong, what, put, 'SET TO DEFAULT', 'SET TO DEFAULT');
  standard(sb.optim !== FS_OPTTIME && sb.optim !== FS_OPTSPACE, 'UNDEFINED OPTIMIZATION', () => {
    sb.optim = FS_OPTTIME;
  });
  standard(sb.minfree < 0 || sb.minfree > 99, `IMPOSSIBLE MINFREE=${sb.minfree}`, () => {
    sb.minfree = MINFREE;
  });
  if (!sb.updated) return;
  const largest = maxFileSize(sb.bsize, sb.ufs2);
  fix(sb.maxfilesize !== largest, `INCORRECT MAXFILESIZE=${sb.maxfilesize}`, () => {
    sb.maxfilesize = largest;
  });
  fix(sb.qbmask !== BigInt(sb.bsize - 1), `INCORRECT QBMASK=${sb.qbmask.toString(16)}`, () => {
    sb.qbmask = BigInt(sb.bsize - 1);
  });
  fix(sb.qfmask !== BigInt(sb.fsize - 1), `INCORRECT QFMASK=${sb.qfmask.toString(16)}`, () => {
    sb.qfmask = BigInt(sb.fsize - 1);
  });
  const unknown = (sb.flags & ~FS_KNOWN_FLAGS & ~(sb.ufs2 ? 0 : FS_FLAGS_UPDATED)) >>> 0;
  fix(
    unknown !== 0,
    `UNKNOWN FLAGS=0x${unknown.toString(16)}`,
    () => {
      sb.flags &= ~unknown;
    },
    'CLEAR',
    'CLEARED',
  );
}
