// SPDX-License-Identifier: BSD-2-Clause
import type { Dinode } from '../dinode.ts';
import { E2FS_REV0, EXT2F_COMPAT_EXTATTR, hasCompat } from '../superblock.ts';
import { attributeBlockReferences, setAttributeBlockReferences } from '../xattr.ts';
import { blockCount, setBlockCount } from './block_count.ts';
import type { Ext2Check } from './ext2_check.ts';

/** An inode has a block of attributes, which inodes share. One that is damaged, or somebody else's, is taken from it. */
export function claimAttributes(check: Ext2Check, ino: number, di: Dinode): void {
  const block = di.faclLow;
  if (block === 0) return;
  const known = check.attributes.get(block);
  if (known !== undefined) {
    known.count++;
    return;
  }
  const refcount = check.used.has(block) ? undefined : attributeBlockReferences(check.volume.readBlock(block));
  if (refcount !== undefined && hasFeature(check)) {
    check.used.set(block);
    check.attributes.set(block, { refcount, count: 1 });
    return;
  }
  if (!check.dialog.decide(`BAD BLOCK OF ATTRIBUTES ${block}${check.describe(ino, di)}`, 'CLEAR')) return;
  di.faclLow = 0;
  setBlockCount(check.volume, di, blockCount(check.volume, di) - check.volume.bsize / 512);
  check.volume.writeInode(ino, di);
}

/** What is sound is kept, and the feature with it; revision 0 has none. */
function hasFeature(check: Ext2Check): boolean {
  const { sb } = check;
  if (hasCompat(sb, EXT2F_COMPAT_EXTATTR)) return true;
  if (sb.rev === E2FS_REV0 || !check.dialog.decide('ATTRIBUTES WITHOUT THE FEATURE', 'SET FEATURE')) return false;
  sb.compat |= EXT2F_COMPAT_EXTATTR;
  return true;
}

export function checkAttributeCounts(check: Ext2Check): void {
  for (const [block, { refcount, count }] of check.attributes) {
    if (refcount === count) continue;
    const message = `REFERENCES OF ATTRIBUTES ${block} ARE ${refcount} SHOULD BE ${count}`;
    if (!check.dialog.repair(message, 'ADJUST', 'ADJUSTED')) continue;
    const bytes = check.volume.readBlock(block);
    setAttributeBlockReferences(bytes, count);
    check.volume.writeBlocks(block, bytes);
  }
}

/** An inode that has a block of attributes goes; the last one takes the block along. */
export function releaseAttributes(check: Ext2Check, di: Dinode): void {
  const shared = check.attributes.get(di.faclLow);
  if (shared === undefined) return;
  shared.count--;
  if (shared.count === 0) {
    check.attributes.delete(di.faclLow);
    check.releaseBlock(di.faclLow);
    return;
  }
  const bytes = check.volume.readBlock(di.faclLow);
  setAttributeBlockReferences(bytes, shared.count);
  check.volume.writeBlocks(di.faclLow, bytes);
}
