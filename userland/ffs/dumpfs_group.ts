// SPDX-License-Identifier: BSD-2-Clause
/** A cylinder group and an inode as dumpfs(8) prints them. */
import { strftime } from '../lib/format.ts';
import { bit, type CylinderGroup } from './cylinder_group.ts';
import { type Dinode, isShortlink, S_IFBLK, S_IFCHR, S_IFMT } from './dinode.ts';
import { hex } from './dumpfs_superblock.ts';
import { cgHeader, UFS_NDADDR, UFS_NIADDR, UFS_NXADDR } from './geometry.ts';
import type { Superblock } from './superblock.ts';

const RANGES_A_LINE = 6;

/** @param cg  whose problem() is undefined */
export function groupText(sb: Superblock, cgx: number, cg: CylinderGroup): string {
  const tell = cgHeader(sb, cgx) * sb.fsize;
  const time = sb.ufs2 ? cg.time : cg.oldTime;
  let text =
    `\ncg ${cgx}:\n` +
    `magic\t${hex(cg.magic)}\ttell\t${tell.toString(16)}\ttime\t${strftime('%c', time)}\n` +
    (sb.ufs2
      ? `cgx\t${cg.cgx}\tndblk\t${cg.ndblk}\tniblk\t${cg.niblk}\tinitiblk ${cg.initediblk}\n`
      : `cgx\t${cg.cgx}\tncyl\t${cg.oldNcyl}\tniblk\t${cg.oldNiblk}\tndblk\t${cg.ndblk}\n`) +
    `nbfree\t${cg.nbfree}\tndir\t${cg.ndir}\tnifree\t${cg.nifree}\tnffree\t${cg.nffree}\n` +
    `rotor\t${cg.rotor}\tirotor\t${cg.irotor}\tfrotor\t${cg.frotor}\n`;
  const frsum = Array.from({ length: sb.frag - 1 }, (_, i) => cg.frsum(i + 1));
  const total = frsum.reduce((sum, runs, i) => sum + runs * (i + 1), 0);
  text += `frsum\t${frsum.join('\t')}\nsum of frsum: ${total}\n`;
  if (sb.contigsumsize > 0) text += clusters(sb, cg);
  text += `iused:\t${ranges(cg.inodeMap(sb), sb.ipg)}\n`;
  return `${text}free:\t${ranges(cg.freeMap(sb), cg.ndblk)}\n`;
}

function clusters(sb: Superblock, cg: CylinderGroup): string {
  const max = sb.contigsumsize;
  const small = Array.from({ length: max - 1 }, (_, i) => cg.clustersum(i + 1));
  const map = ranges(cg.clusterMap(sb), Math.floor(cg.ndblk / sb.frag));
  return (
    `clusters 1-${max - 1}:\t${small.join('\t')}\n` +
    `clusters size ${max} and over: ${cg.clustersum(max)}\nclusters free:\t${map}\n`
  );
}

/** The bits that are set: `0-3, 8, 16-23`. */
export function ranges(map: Uint8Array, length: number): string {
  const found: string[] = [];
  for (let i = 0; i < length; i++) {
    if (!bit(map, i)) continue;
    const first = i;
    while (i + 1 < length && bit(map, i + 1)) i++;
    found.push(first === i ? String(first) : `${first}-${i}`);
  }
  let text = '';
  found.forEach((range, n) => {
    text += n === 0 ? range : n % RANGES_A_LINE === 0 ? `,\n\t${range}` : `, ${range}`;
  });
  return text;
}

/** @param verbose  with its pointers */
export function inodeText(sb: Superblock, ino: number, di: Dinode, verbose: boolean): string {
  const stamp = (name: string, seconds: number, nsec: number) =>
    `\t${name}\t${strftime('%c', seconds)} [${nsec} nsec]\n`;
  let text =
    `\ninode ${ino}:\n` +
    `mode\t${di.mode.toString(8)}\tnlink\t${di.nlink}\tuid\t${di.uid}\tgid\t${di.gid}\tsize\t${di.size}\n` +
    `blocks\t${di.blocks}\tgen\t${hex(di.gen)}\tflags\t0x${hex(di.flags)}` +
    (sb.hasExtattr ? `\textsize\t${di.extsize}\n` : '\n') +
    stamp('atime', di.atime, di.atimensec) +
    stamp('mtime', di.mtime, di.mtimensec) +
    stamp('ctime', di.ctime, di.ctimensec);
  if (sb.ufs2) text += stamp('birthtime', di.birthtime, di.birthnsec);
  if (!verbose || isShortlink(sb, di)) return text;
  if ([S_IFCHR, S_IFBLK].includes(di.mode & S_IFMT)) return `${text}rdev\t0x${hex(di.db(0))}\n`;
  const list = (name: string, n: number, at: (i: number) => number) =>
    `${name}\t${Array.from({ length: n }, (_, i) => at(i)).join(' ')}\n`;
  text += list('db', UFS_NDADDR, (i) => di.db(i)) + list('ib', UFS_NIADDR, (i) => di.ib(i));
  return sb.hasExtattr ? text + list('extb', UFS_NXADDR, (i) => di.extb(i)) : text;
}
