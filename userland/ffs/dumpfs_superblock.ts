// SPDX-License-Identifier: BSD-2-Clause
/** A superblock as dumpfs(8) prints it. */
import { printable, strftime } from '../lib/format.ts';
import { cgFrags } from './geometry.ts';
import type { Superblock } from './superblock.ts';
import * as fs from './superblock.ts';

export function hex(n: number): string {
  return (n >>> 0).toString(16);
}

function hex8(n: number): string {
  return `0x${hex(n).padStart(8, '0')}`;
}

const FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [0x1, 'unclean'],
  [fs.FS_DOSOFTDEP, 'soft-updates'],
  [0x4, 'needs fsck run'],
  [0x8, 'SUJ'],
  [0x10, 'acls'],
  [0x20, 'multilabel'],
  [0x40, 'gjournal'],
  [fs.FS_FLAGS_UPDATED, 'updated'],
  [fs.FS_DOWAPBL, 'wapbl'],
  [fs.FS_DOQUOTA2, 'quota2'],
  [0x400, 'trim'],
];

/** FFSv1 grew in steps, which fsck_ffs -c takes it through. */
export function formatLevel(sb: Superblock): number {
  if (sb.ufs2) return 5;
  if (sb.updated) return 4;
  if (sb.oldPostblformat === fs.FS_42POSTBLFMT) return 0;
  if (sb.oldInodes) return 1;
  return sb.contigsumsize > 0 ? 3 : 2;
}

/** @param verbose  with what only FFSv1 has for old systems */
export function superblockText(sb: Superblock, verbose: boolean): string {
  const format = sb.ufs2 ? `FFSv2${sb.hasExtattr ? ' with extended attributes' : ''}` : 'FFSv1';
  const lines = [
    `format\t${format}`,
    `endian\t${sb.order === 'be' ? 'big' : 'little'}-endian`,
    `location ${sb.sblockloc}\t(-b ${sb.sblockloc / 512})`,
    `magic\t${hex(sb.magic)}\ttime\t${strftime('%c', sb.time)}`,
    `superblock location\t${sb.sblockloc}\tid\t[ ${hex(sb.id0)} ${hex(sb.id1)} ]`,
    `cylgrp\t${sb.oldPostblformat === fs.FS_42POSTBLFMT ? 'static' : 'dynamic'}\t` +
      `inodes\t${sb.ufs2 ? 'FFSv2' : sb.oldInodes ? '4.2BSD' : '4.4BSD'}\t` +
      `sblock\t${sb.updated ? 'FFSv2' : 'FFSv1'}\tfslevel ${formatLevel(sb)}`,
    `nbfree\t${sb.nbfree}\tndir\t${sb.ndir}\tnifree\t${sb.nifree}\tnffree\t${sb.nffree}`,
    `ncg\t${sb.ncg}\tsize\t${sb.size}\tblocks\t${sb.dsize}`,
    `bsize\t${sb.bsize}\tshift\t${sb.bshift}\tmask\t${hex8(sb.bmask)}`,
    `fsize\t${sb.fsize}\tshift\t${sb.fshift}\tmask\t${hex8(sb.fmask)}`,
    `frag\t${sb.frag}\tshift\t${sb.fragshift}\tfsbtodb\t${sb.fsbtodb}`,
    `bpg\t${sb.fpg / sb.frag}\tfpg\t${sb.fpg}\tipg\t${sb.ipg}`,
    `minfree\t${sb.minfree}%\toptim\t${sb.optim === fs.FS_OPTSPACE ? 'space' : 'time'}\t` +
      `maxcontig ${sb.maxcontig}\tmaxbpg\t${sb.maxbpg}`,
    `symlinklen ${sb.maxsymlinklen}\tcontigsumsize ${sb.contigsumsize}`,
    `maxfilesize 0x${sb.maxfilesize.toString(16).padStart(16, '0')}`,
    `nindir\t${sb.nindir}\tinopb\t${sb.inopb}`,
    `avgfilesize ${sb.avgfilesize}\tavgfpdir ${sb.avgfpdir}`,
    `sblkno\t${sb.sblkno}\tcblkno\t${sb.cblkno}\tiblkno\t${sb.iblkno}\tdblkno\t${sb.dblkno}`,
    `sbsize\t${sb.sbsize}\tcgsize\t${sb.cgsize}`,
    `csaddr\t${sb.csaddr}\tcssize\t${sb.cssize}`,
    `cgrotor\t${sb.cgrotor}\tfmod\t${sb.fmod}\tronly\t${sb.ronly}\tclean\t0x${sb.clean.toString(16).padStart(2, '0')}`,
    ...(verbose && !sb.ufs2 ? oldLines(sb) : []),
    ...journalLines(sb),
    flagsLine(sb),
    `fsmnt\t${printable(sb.fsmnt)}`,
    `volname\t${printable(sb.volname)}\tswuid\t${sb.swuid}`,
  ];
  return `${lines.join('\n')}\n`;
}

function oldLines(sb: Superblock): string[] {
  return [
    `nrpos\t${sb.oldNrpos}\tcpc\t${sb.oldCpc}\trps\t${sb.oldRps}\tnspf\t${sb.oldNspf}`,
    `ntrak\t${sb.oldNtrak}\tnsect\t${sb.oldNsect}\tspc\t${sb.oldSpc}\tnpsect\t${sb.oldNpsect}`,
    `cpg\t${sb.oldCpg}\tncyl\t${sb.oldNcyl}\tinterleave ${sb.oldInterleave}\ttrackskew ${sb.oldTrackskew}`,
    `cgoffset ${sb.oldCgoffset}\tcgmask\t${hex8(sb.oldCgmask)}`,
  ];
}

function journalLines(sb: Superblock): string[] {
  if ((sb.flags & fs.FS_DOWAPBL) === 0 && sb.journalVersion === 0) return [];
  return [
    `wapbl version 0x${hex(sb.journalVersion)}\tlocation ${sb.journalLocation}\tflags 0x${hex(sb.journalFlags)}`,
    `wapbl loc0 ${sb.journalloc0}\tloc1 ${sb.journalloc1}\tloc2 ${sb.journalloc2}\tloc3 ${sb.journalloc3}`,
  ];
}

function flagsLine(sb: Superblock): string {
  const names = FLAGS.filter(([bit]) => (sb.flags & bit) !== 0).map(([, name]) => name);
  const known = FLAGS.reduce((mask, [bit]) => mask | bit, 0);
  const unknown = (sb.flags & ~known) >>> 0;
  if (unknown !== 0) names.push(`unknown flags (0x${hex(unknown)})`);
  return `flags\t${names.length === 0 ? 'none' : names.join(' ')}`;
}

/** The counts of all groups, and how big the last one is. */
export function summaryText(
  sb: Superblock,
  csum: (cg: number) => { nbfree: number; ndir: number; nifree: number; nffree: number },
): string {
  let text = 'cs[].cs_(nbfree,ndir,nifree,nffree):\n\t';
  for (let c = 0; c < sb.ncg; c++) {
    if (c > 0 && c % 4 === 0) text += '\n\t';
    const { nbfree, ndir, nifree, nffree } = csum(c);
    text += `(${nbfree},${ndir},${nifree},${nffree}) `;
  }
  text += '\n';
  const last = cgFrags(sb, sb.ncg - 1);
  if (last !== sb.fpg) text += `blocks in last group ${Math.floor(last / sb.frag)}\n`;
  return text;
}
