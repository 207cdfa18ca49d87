// SPDX-License-Identifier: BSD-2-Clause
import { howmany } from '../byte_order.ts';
import { cgBase, cgData, cgFrags, cgStart, fragGroup } from '../geometry.ts';
import { FS_42POSTBLFMT, type Superblock } from '../superblock.ts';

/** What the check keeps in memory for each inode and fragment stays below a few hundred megabytes. */
const MAX_INODES = 2 ** 26;
const MAX_FRAGS = 2 ** 31;

/**
 * Why the check cannot work with a superblock, undefined when it can. Then every group's fixed part lies in the group and on
 * the disk, and the summary lies in one group's data area.
 *
 * @param diskSize  bytes
 */
export function superblockProblem(sb: Superblock, diskSize: number): string | undefined {
  return sb.problem() ?? sizeProblem(sb, diskSize) ?? placeProblem(sb);
}

function sizeProblem(sb: Superblock, diskSize: number): string | undefined {
  if (sb.size * sb.fsize > diskSize) return `size ${sb.size} is more than the device has`;
  if (sb.ipg * sb.ncg > MAX_INODES) return `${sb.ipg * sb.ncg} inodes`;
  if (sb.size > MAX_FRAGS) return `${sb.size} fragments`;
  if (!sb.updated && sb.oldPostblformat === FS_42POSTBLFMT) return 'cylinder groups of 4.2BSD';
  return undefined;
}

function placeProblem(sb: Superblock): string | undefined {
  const inodeFrags = howmany(sb.ipg, sb.inopb) * sb.frag;
  if (sb.iblkno < sb.cblkno + sb.frag || sb.dblkno < sb.iblkno + inodeFrags) return 'places in a group';
  if (sb.sblkno * sb.fsize < sb.sblockloc) return 'places in a group';
  if ([sb.sblkno, sb.cblkno, sb.iblkno, sb.dblkno].some((n) => n % sb.frag !== 0)) return 'places in a group';
  if (!sb.ufs2 && sb.oldCgoffset < 0) return `cylinder group offset ${sb.oldCgoffset}`;
  for (let cg = 0; cg < sb.ncg; cg++) {
    if (cgStart(sb, cg) < cgBase(sb, cg)) return 'cylinder group offsets';
    if (cgData(sb, cg) > cgBase(sb, cg) + cgFrags(sb, cg)) return `no room in cylinder group ${cg}`;
  }
  const cg = fragGroup(sb, sb.csaddr);
  const end = sb.csaddr + howmany(sb.cssize, sb.fsize);
  if (sb.csaddr < cgData(sb, cg) || end > cgBase(sb, cg) + cgFrags(sb, cg)) return `summary at ${sb.csaddr}`;
  return undefined;
}
