// SPDX-License-Identifier: BSD-2-Clause
/** dumpfs(8): what is in the structures of a fast file system. */
import { DiskCache } from '../disk/disk_cache.ts';
import type { Disk } from '../disk/raw_device.ts';
import { strftime } from '../lib/format.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { SyscallError } from '../librump/syscall_error.ts';
import { bit, CylinderGroup, GroupSummary } from './cylinder_group.ts';
import { dinodeAt } from './dinode.ts';
import { groupText, inodeText } from './dumpfs_group.ts';
import { hex, summaryText, superblockText } from './dumpfs_superblock.ts';
import { cgHeader, cgSuper, inodeByte } from './geometry.ts';
import { hasJournal, Journal, JournalError, journalPlace } from './journal.ts';
import { findFileSystem, openFfs } from './open_ffs.ts';
import { SBLOCKSIZE, Superblock } from './superblock.ts';

const PARTS = 'acijms';

export const dumpfs: Program = (ctx) => {
  const usage = () => ctx.usage('dumpfs [-acFijmsv] filesys | device [...]');
  const { options, rest } = ctx.getopt(`${PARTS}Fv`, usage);
  if (rest.length === 0) return usage();
  const flags = new Set(options.map((o) => o.flag));
  if (![...PARTS].some((part) => flags.has(part))) for (const part of 'cmsv') flags.add(part);
  for (const name of rest) {
    const path = flags.has('F') ? name : findFileSystem(ctx, name);
    try {
      const opened = openFfs(ctx, path, 'read');
      if (typeof opened === 'string') {
        ctx.warn(`${path}: ${opened}, skipped`);
        continue;
      }
      new Dump(ctx, new DiskCache(opened.disk), opened.sb, flags).all(path);
      opened.disk.close();
    } catch (error) {
      ctx.warnError(path, error);
    }
  }
  return ctx.status;
};

/** One file system, on its way out. */
class Dump {
  constructor(
    private readonly ctx: ProgramContext,
    private readonly disk: Disk,
    private readonly sb: Superblock,
    private readonly flags: ReadonlySet<string>,
  ) {}

  all(path: string): void {
    const { flags, sb } = this;
    const verbose = flags.has('v');
    const beyond = sb.size * sb.fsize > this.disk.size;
    const groups = beyond ? Math.floor(this.disk.size / (sb.fpg * sb.fsize)) : sb.ncg;
    this.ctx.print(`file system: ${path}\n`);
    if (flags.has('s')) this.ctx.print(superblockText(sb, verbose));
    if (flags.has('m')) this.summary();
    if (flags.has('j')) this.journal();
    if (flags.has('a')) for (let c = 0; c < groups; c++) this.alternate(c);
    if (flags.has('c') || flags.has('i')) for (let c = 0; c < groups; c++) this.group(c);
    if (beyond) this.ctx.warn(`${path}: the file system is larger than the disk`);
  }

  private summary(): void {
    const { sb } = this;
    if (sb.csaddr * sb.fsize + sb.cssize > this.disk.size) return;
    const summary = new GroupSummary(this.disk.read(sb.csaddr * sb.fsize, sb.cssize), sb.order);
    this.ctx.print(`\n${summaryText(sb, (c) => summary.get(c))}`);
  }

  private alternate(cgx: number): void {
    const at = cgSuper(this.sb, cgx) * this.sb.fsize;
    this.ctx.print(`\nalternate ${cgx}\n`);
    try {
      const copy = Superblock.at(this.disk.read(at, SBLOCKSIZE), at, true);
      if (copy === undefined) this.ctx.warn(`alternate ${cgx}: bad magic number`);
      else this.ctx.print(superblockText(copy, this.flags.has('v')));
    } catch (error) {
      this.unreadable(`alternate ${cgx}`, error);
    }
  }

  private group(cgx: number): void {
    const { sb } = this;
    try {
      const cg = new CylinderGroup(this.disk.read(cgHeader(sb, cgx) * sb.fsize, sb.bsize), sb.order);
      const problem = cg.problem(sb, cgx);
      if (problem !== undefined) {
        this.ctx.warn(`cg ${cgx}: ${problem}`);
        return;
      }
      if (this.flags.has('c')) this.ctx.print(groupText(sb, cgx, cg));
      if (this.flags.has('i')) this.inodes(cgx, cg);
    } catch (error) {
      this.unreadable(`cg ${cgx}`, error);
    }
  }

  private inodes(cgx: number, cg: CylinderGroup): void {
    const { sb } = this;
    const map = cg.inodeMap(sb);
    for (let i = 0; i < sb.ipg; i++) {
      const ino = cgx * sb.ipg + i;
      const at = bit(map, i) ? inodeByte(sb, ino) : undefined;
      if (at === undefined) continue;
      const di = dinodeAt(sb, this.disk.read(at, sb.dinodeSize));
      if (di.mode !== 0) this.ctx.print(inodeText(sb, ino, di, this.flags.has('v')));
    }
  }

  private journal(): void {
    const { ctx, sb } = this;
    if (!hasJournal(sb)) {
      ctx.print('\njournal: none\n');
      return;
    }
    try {
      const place = journalPlace(sb, this.disk.size);
      const where = sb.journalLocation === 1 ? 'end of partition' : `inode ${sb.journalloc3}`;
      ctx.print(`\njournal: ${where}\ntell\t${place.at.toString(16)}\tsize\t${place.size}\n`);
      const journal = new Journal(this.disk, sb.order, place);
      journal.headers.forEach((h, i) => {
        ctx.print(
          `header ${i}:\n` +
            `type\t${hex(h.type)}\tlen\t${h.len}\tversion\t${h.version}\tchecksum ${hex(h.checksum)}\n` +
            `generation ${h.generation}\ttime\t${strftime('%c', h.time)} [${h.timensec} nsec]\n` +
            `fsid\t[ ${hex(h.fsid0)} ${hex(h.fsid1)} ]\n` +
            `log_bshift ${h.logShift}\tfs_bshift ${h.fsShift}\n` +
            `head\t${h.head}\ttail\t${h.tail}\tcirc_off ${h.circOff}\tcirc_size ${h.circSize}\n`,
        );
      });
      ctx.print(`to replay: ${journal.sectors.size} sectors, ${journal.orphans.length} inodes without a name\n`);
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      ctx.warn(`bad journal: ${error.message.toLowerCase()}`);
    }
  }

  private unreadable(what: string, error: unknown): void {
    if (!(error instanceof SyscallError)) throw error;
    this.ctx.warnError(what, error);
  }
}
