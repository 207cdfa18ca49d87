// SPDX-License-Identifier: BSD-2-Clause
import { type Dinode, sizeOf } from '../dinode.ts';
import { EXT2F_COMPAT_HASJOURNAL, EXT2F_INCOMPAT_RECOVER, SB_JNLBLOCKS } from '../superblock.ts';
import type { Ext2Volume } from '../volume.ts';
import type { Claims } from './claims.ts';
import { extentOf } from './claims.ts';
import type { Ext2Check } from './ext2_check.ts';

const JBD_MAGIC = 0xc03b3998;
const JBD_MINBLOCKS = 1024;

/** What is wrong with a journal's inode and superblock, if anything. */
export function journalFault(volume: Ext2Volume, di: Dinode, claims: Claims | undefined): string | undefined {
  if (claims === undefined || claims.reports.length > 0) return 'BAD JOURNAL INODE';
  const { blocks, end } = extentOf(claims.runs);
  if (blocks !== end || blocks < JBD_MINBLOCKS || sizeOf(di) !== end * volume.bsize) return 'BAD JOURNAL INODE';
  const bytes = volume.readBlock((claims.runs[0] as { start: number }).start);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const type = view.getUint32(4);
  const good =
    view.getUint32(0) === JBD_MAGIC &&
    (type === 3 || type === 4) &&
    view.getUint32(12) === volume.bsize &&
    view.getUint32(16) <= blocks &&
    view.getUint32(20) > 0 &&
    view.getUint32(20) < view.getUint32(16);
  return good ? undefined : 'BAD JOURNAL SUPERBLOCK';
}

/** The file system goes on without a journal, as ext2. */
export function dropJournal(check: Ext2Check, ino: number): void {
  const { sb } = check;
  sb.compat &= ~EXT2F_COMPAT_HASJOURNAL;
  sb.incompat &= ~EXT2F_INCOMPAT_RECOVER;
  sb.journalIno = 0;
  sb.journalDev = 0;
  sb.journalBackup = 0;
  sb.bytes.fill(0, SB_JNLBLOCKS.at, SB_JNLBLOCKS.at + SB_JNLBLOCKS.length);
  check.clearInode(ino);
}
