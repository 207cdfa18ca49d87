// SPDX-License-Identifier: BSD-2-Clause
import {
  blockArea,
  blockPointer,
  type Dinode,
  EXT2_APPEND,
  EXT2_EXTENTS,
  EXT2_HUGE_FILE,
  EXT2_IMAGIC,
  EXT2_IMMUTABLE,
  EXT2_INDEX,
  EXT2FS_NDADDR,
  extraSize,
  formatOf,
  hasExtents,
  IFDIR,
  IFLNK,
  IFREG,
  setExtraSize,
  setSize,
  sizeOf,
} from '../dinode.ts';
import { ftypeOf } from '../direntry.ts';
import { ExtentNode } from '../extent_node.ts';
import {
  EXT2F_COMPAT_DIRHASHINDEX,
  EXT2F_INCOMPAT_EXTENTS,
  EXT2F_ROCOMPAT_HUGE_FILE,
  hasCompat,
  hasIncompat,
  hasRocompat,
} from '../superblock.ts';
import { inodeAttributesOk } from '../xattr.ts';
import type { Ext2Check } from './ext2_check.ts';

/** Compressed blocks, encrypted, verity, attribute inode, inline data, casefold: of features that are not supported here. */
const FOREIGN_FLAGS = 0x200 | 0x800 | 0x100000 | 0x200000 | 0x10000000 | 0x40000000;

/** The verdict on an inode's fixed fields. */
export interface Form {
  /** Things put right in `di`, which is to be written if the operator agrees. */
  readonly faults: readonly string[];
  /** It cannot be a file: why. */
  readonly hopeless?: string;
}

/** Look at all of an inode but its blocks, and put right in memory what is wrong. */
export function checkForm(check: Ext2Check, di: Dinode): Form {
  const faults: string[] = [];
  const fix = (wrong: boolean, what: string, body: () => void): void => {
    if (!wrong) return;
    faults.push(what);
    body();
  };
  const format = formatOf(di);
  if (ftypeOf(di.mode) === 0) return { faults, hopeless: 'UNKNOWN FILE TYPE' };
  fix(di.dtime !== 0, 'DELETION TIME IS SET', () => {
    di.dtime = 0;
  });
  fix(di.faddr !== 0 || di.faclHigh !== 0, 'FRAGMENT OR HIGH BITS ARE SET', () => {
    di.faddr = 0;
    di.faclHigh = 0;
  });
  fix(
    di.nblockHigh !== 0 && !hasRocompat(check.sb, EXT2F_ROCOMPAT_HUGE_FILE),
    'HIGH BITS OF BLOCK COUNT ARE SET',
    () => {
      di.nblockHigh = 0;
    },
  );
  fix(di.faclLow !== 0 && !check.mayOwn(di.faclLow), 'BAD BLOCK OF ATTRIBUTES', () => {
    di.faclLow = 0;
  });
  fix(format === IFDIR && di.sizeHigh !== 0, 'HIGH BITS OF SIZE ARE SET', () => {
    di.sizeHigh = 0;
  });
  checkExtra(check, di, fix);
  checkFlags(check, di, fix);
  const hopeless = checkMapKind(check, di, fix) ?? (format === IFLNK ? linkFault(check, di) : undefined);
  if (hopeless === undefined && format !== IFREG && format !== IFDIR && format !== IFLNK) checkSpecial(di, fix);
  return hopeless === undefined ? { faults } : { faults, hopeless };
}

type Fix = (wrong: boolean, what: string, body: () => void) => void;

function checkExtra(check: Ext2Check, di: Dinode, fix: Fix): void {
  const room = check.volume.geometry.inodeSize - 128;
  if (room === 0) return;
  const extra = extraSize(di);
  fix((extra !== 0 && extra < 4) || extra > room || extra % 4 !== 0, 'BAD EXTRA SIZE', () => {
    setExtraSize(di, Math.min(check.sb.wantExtra || 32, room));
    di.bytes.fill(0, 130);
  });
  const area = di.bytes.subarray(128 + extraSize(di));
  fix(extraSize(di) > 0 && !inodeAttributesOk(area), 'BAD ATTRIBUTES', () => {
    area.fill(0);
  });
}

function checkFlags(check: Ext2Check, di: Dinode, fix: Fix): void {
  const { sb } = check;
  const clear = (flags: number, what: string): void => {
    fix((di.flags & flags) !== 0, what, () => {
      di.flags &= ~flags;
    });
  };
  clear(EXT2_IMAGIC | FOREIGN_FLAGS, 'FLAGS OF FEATURES THAT ARE NOT IN USE');
  if (!hasRocompat(sb, EXT2F_ROCOMPAT_HUGE_FILE)) clear(EXT2_HUGE_FILE, 'HUGE FILE WITHOUT THE FEATURE');
  if (formatOf(di) !== IFDIR) clear(EXT2_INDEX, 'INDEX FLAG ON WHAT IS NO DIRECTORY');
  else if (!hasCompat(sb, EXT2F_COMPAT_DIRHASHINDEX)) clear(EXT2_INDEX, 'INDEX FLAG WITHOUT THE FEATURE');
  if (formatOf(di) !== IFREG && formatOf(di) !== IFDIR)
    clear(EXT2_IMMUTABLE | EXT2_APPEND, 'FLAGS OF A FILE OR DIRECTORY');
}

/** Extents or pointers: does the flag say what is there? @returns why the inode is lost, if it is */
function checkMapKind(check: Ext2Check, di: Dinode, fix: Fix): string | undefined {
  const format = formatOf(di);
  if (format !== IFREG && format !== IFDIR && format !== IFLNK) return undefined;
  const header = new ExtentNode(blockArea(di)).fault(undefined);
  const feature = hasIncompat(check.sb, EXT2F_INCOMPAT_EXTENTS);
  if (!hasExtents(di)) {
    fix(header === undefined && feature && format !== IFLNK, 'EXTENTS WITHOUT THE FLAG', () => {
      di.flags |= EXT2_EXTENTS;
    });
    return undefined;
  }
  if (header === undefined && feature) return undefined;
  if (header !== undefined && !plausiblePointers(check, di)) return `${header} IN EXTENT TREE`;
  if (header === undefined) return 'EXTENTS WITHOUT THE FEATURE';
  fix(true, 'EXTENT FLAG WITHOUT EXTENTS', () => {
    di.flags &= ~EXT2_EXTENTS;
  });
  return undefined;
}

function plausiblePointers(check: Ext2Check, di: Dinode): boolean {
  if (formatOf(di) === IFLNK) return isTextLink(di);
  return Array.from({ length: 15 }, (_, i) => blockPointer(di, i)).every((b) => b === 0 || check.mayOwn(b));
}

/** A link whose text is in the inode. */
export function isTextLink(di: Dinode): boolean {
  return !hasExtents(di) && sizeOf(di) < 60;
}

function linkFault(check: Ext2Check, di: Dinode): string | undefined {
  const size = sizeOf(di);
  if (size === 0 || size >= check.volume.bsize) return 'BAD SYMLINK SIZE';
  if (hasExtents(di) && size < 60) return 'SYMLINK TOO SHORT FOR A BLOCK';
  if (!isTextLink(di)) return undefined;
  return blockArea(di).indexOf(0) === size ? undefined : 'BAD SYMLINK TEXT';
}

function checkSpecial(di: Dinode, fix: Fix): void {
  fix(hasExtents(di), 'EXTENTS OF WHAT HAS NO BLOCKS', () => {
    di.flags &= ~EXT2_EXTENTS;
    blockArea(di).fill(0);
  });
  fix(sizeOf(di) !== 0, 'SIZE OF WHAT HAS NO BLOCKS', () => setSize(di, 0));
  // Devices have their number in the first two words.
  const used = blockArea(di).subarray(8, 4 * (EXT2FS_NDADDR + 3));
  fix(
    used.some((b) => b !== 0),
    'BLOCKS OF WHAT HAS NO BLOCKS',
    () => {
      used.fill(0);
    },
  );
}
