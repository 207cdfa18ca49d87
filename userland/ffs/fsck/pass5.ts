// SPDX-License-Identifier: BSD-2-Clause
/** Phase 5: the maps and counts of every group, the summary, and the totals, as they should be. */
import { bit, CG_MAGIC, type Csum, CylinderGroup, GroupSummary, setBit } from '../cylinder_group.ts';
import { cgBase, cgFrags, cgHeader, UFS_ROOTINO } from '../geometry.ts';
import { BAD_DIRECTORY, type Checker, CONNECTED, DIRECTORY, FREE } from './checker.ts';
import { groupLayoutSound } from './group_layout.ts';

type Question = 'totals' | 'maps' | 'counts';

const MESSAGES: Readonly<Record<Question, string>> = {
  totals: 'FREE BLK COUNT(S) WRONG IN SUPERBLK',
  maps: 'BLK(S) MISSING IN BIT MAPS',
  counts: 'SUMMARY INFORMATION BAD',
};

/** Each kind of difference is asked about once. */
class Answers {
  private readonly given = new Map<Question, boolean>();

  constructor(private readonly c: Checker) {}

  salvage(question: Question): boolean {
    let answer = this.given.get(question);
    if (answer === undefined) {
      answer = this.c.say.repair(MESSAGES[question], 'SALVAGE', 'SALVAGED');
      this.given.set(question, answer);
    }
    return answer;
  }
}

/** @returns what is free, all groups together */
export function pass5(c: Checker): Csum {
  const { sb } = c;
  const answers = new Answers(c);
  const at = sb.csaddr * sb.fsize;
  const summary = new GroupSummary(c.disk.read(at, sb.cssize), sb.order);
  const total: Csum = { ndir: 0, nbfree: 0, nifree: 0, nffree: 0 };
  let changed = false;
  for (let cgx = 0; cgx < sb.ncg; cgx++) {
    c.options.progress?.(cgx, sb.ncg);
    const cs = checkGroup(c, cgx, answers);
    for (const key of ['ndir', 'nbfree', 'nifree', 'nffree'] as const) total[key] += cs[key];
    if (same(summary.get(cgx), cs) || !answers.salvage('totals')) continue;
    summary.set(cgx, cs);
    changed = true;
  }
  if (changed) c.disk.write(at, summary.bytes);
  if (!same(sb, total) && answers.salvage('totals')) {
    Object.assign(sb, total);
    c.superblockChanged = true;
  }
  return total;
}

function same(a: Csum, b: Csum): boolean {
  return a.ndir === b.ndir && a.nbfree === b.nbfree && a.nifree === b.nifree && a.nffree === b.nffree;
}

function checkGroup(c: Checker, cgx: number, answers: Answers): Csum {
  const { sb } = c;
  const at = cgHeader(sb, cgx) * sb.fsize;
  let old = new CylinderGroup(c.disk.read(at, sb.bsize), sb.order);
  let rebuilt = false;
  if (old.magic !== CG_MAGIC || !groupLayoutSound(sb, old)) {
    rebuilt = c.say.decide(`CG ${cgx}: BAD MAGIC NUMBER`, 'REBUILD');
    old = CylinderGroup.create(sb, cgx, c.options.now);
    if (!groupLayoutSound(sb, old)) c.say.abandon(`CG ${cgx}: NO ROOM FOR ITS MAPS`);
  }
  const cg = new CylinderGroup(Uint8Array.from(old.bytes), sb.order);
  setHeader(c, cg, cgx);
  setMaps(c, cg, cgx);
  cg.recount(sb, directoriesIn(c, cgx));
  if (rebuilt) {
    c.disk.write(at, cg.bytes);
    return cg.csum;
  }
  let changed = false;
  const mapsDiffer = differ(old.inodeMap(sb), cg.inodeMap(sb)) || differ(old.freeMap(sb), cg.freeMap(sb));
  if (mapsDiffer && answers.salvage('maps')) changed = true;
  if (!changed && differ(old.bytes, withMapsOf(c, cg, old)) && answers.salvage('counts')) changed = true;
  if (changed) c.disk.write(at, cg.bytes);
  return cg.csum;
}

/** The group as it should be, but for its maps: does the rest differ? */
function withMapsOf(c: Checker, cg: CylinderGroup, old: CylinderGroup): Uint8Array {
  const mixed = new CylinderGroup(Uint8Array.from(cg.bytes), c.sb.order);
  mixed.inodeMap(c.sb).set(old.inodeMap(c.sb));
  mixed.freeMap(c.sb).set(old.freeMap(c.sb));
  return mixed.bytes;
}

function differ(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return true;
  return false;
}

/** What a group says about itself, and where searches begin. */
function setHeader(c: Checker, cg: CylinderGroup, cgx: number): void {
  const { sb } = c;
  cg.cgx = cgx;
  cg.ndblk = cgFrags(sb, cgx);
  if (sb.ufs2) {
    cg.niblk = sb.ipg;
    cg.initediblk = c.initialised[cgx] as number;
  }
  if (sb.contigsumsize > 0) cg.nclusterblks = Math.floor(cg.ndblk / sb.frag);
  if (cg.rotor < 0 || cg.rotor >= cg.ndblk) cg.rotor = 0;
  if (cg.frotor < 0 || cg.frotor >= cg.ndblk) cg.frotor = 0;
  if (cg.irotor < 0 || cg.irotor >= sb.ipg) cg.irotor = 0;
}

function setMaps(c: Checker, cg: CylinderGroup, cgx: number): void {
  const { sb } = c;
  const inodes = cg.inodeMap(sb);
  inodes.fill(0);
  for (let i = 0; i < sb.ipg; i++) {
    const ino = cgx * sb.ipg + i;
    if (ino < UFS_ROOTINO || c.state[ino] !== FREE) setBit(inodes, i, true);
  }
  const free = cg.freeMap(sb);
  const base = cgBase(sb, cgx);
  free.fill(0);
  for (let i = 0; i < cg.ndblk; i++) if (!bit(c.used, base + i)) setBit(free, i, true);
}

function directoriesIn(c: Checker, cgx: number): number {
  let n = 0;
  for (let ino = cgx * c.sb.ipg; ino < (cgx + 1) * c.sb.ipg; ino++) {
    const state = c.state[ino];
    if (state === DIRECTORY || state === CONNECTED || state === BAD_DIRECTORY) n++;
  }
  return n;
}
