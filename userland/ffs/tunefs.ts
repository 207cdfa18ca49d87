// SPDX-License-Identifier: BSD-2-Clause
/** tunefs(8): change what the superblock says about the policies of a file system, and its journal. */
import type { RawDevice } from '../disk/raw_device.ts';
import { sizeNumber } from '../lib/format.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { cgSuper } from './geometry.ts';
import { JOURNAL_END_OF_PARTITION, JOURNAL_IN_FILE_SYSTEM, JOURNAL_VERSION } from './journal.ts';
import { findFileSystem, mountOf, openFfs, refuseRecords } from './open_ffs.ts';
import { FS_OPTSPACE, FS_OPTTIME, SBLOCKSIZE, Superblock } from './superblock.ts';

const MINFREE_DEFAULT = 5;
const MIN_LOG = 1 << 20;
const MAX_LOG = 64 << 20;
/** Flags of the journal: what the next mount does. */
const CREATE_LOG = 1;
const CLEAR_LOG = 2;

type Tunable = 'maxbpg' | 'avgfilesize' | 'avgfpdir' | 'minfree';
interface Parameter {
  readonly flag: string;
  readonly field: Tunable;
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
}
// biome-ignore format: a table
const PARAMETERS: readonly Parameter[] = [
  { flag: 'e', field: 'maxbpg', name: 'maximum blocks per file in a cylinder group', min: 1, max: 0x7fffffff, unit: '' },
  { flag: 'g', field: 'avgfilesize', name: 'average file size', min: 1, max: 0x7fffffff, unit: '' },
  { flag: 'h', field: 'avgfpdir', name: 'expected number of files per directory', min: 1, max: 0x7fffffff, unit: '' },
  { flag: 'm', field: 'minfree', name: 'minimum percentage of free space', min: 0, max: 99, unit: '%' },
];

interface Command {
  readonly flags: ReadonlyMap<string, string>;
  readonly numbers: ReadonlyMap<string, number>;
  readonly optim: number | undefined;
}

export const tunefs: Program = (ctx) => {
  const { command, name } = parse(ctx);
  const { flags } = command;
  const path = flags.has('F') ? name : findFileSystem(ctx, name);
  const show = flags.has('N');
  const mount = mountOf(ctx, path);
  if (!show && mount !== undefined && !mount.readOnly)
    ctx.fail(`${path}: cannot work on read-write mounted file system, see ${mount.on}`);
  try {
    const opened = openFfs(ctx, path, show ? 'read' : 'write');
    if (typeof opened === 'string') return ctx.fail(`${path}: ${opened}`);
    try {
      ctx.err.write(`${ctx.name}: tuning ${path}\n`);
      tune(ctx, command, opened.disk, opened.sb);
    } finally {
      opened.disk.close();
    }
  } catch (error) {
    ctx.failError(path, error);
  }
  return ctx.status;
};

function usage(ctx: ProgramContext): never {
  return ctx.usage(
    'tunefs [-AFN] [-e maxbpg] [-g avgfilesize] [-h avgfpdir] [-l logsize]',
    '[-m minfree] [-o optimize_preference] special | filesys',
  );
}

function parse(ctx: ProgramContext): { command: Command; name: string } {
  const { options, rest } = ctx.getopt('AFNe:g:h:l:m:o:', () => usage(ctx));
  const flags = new Map(options.map((o) => [o.flag, o.value]));
  if (rest.length !== 1 || options.length === 0) return usage(ctx);
  const numbers = new Map<string, number>();
  const number = (flag: string, name: string, min: number, max: number) => {
    const text = flags.get(flag);
    if (text === undefined) return;
    const value = sizeNumber(text);
    if (value === undefined || value < min || value > max) ctx.fail(`bad ${name} \`${text}', must be ${min} to ${max}`);
    numbers.set(flag, value as number);
  };
  for (const { flag, name, min, max } of PARAMETERS) number(flag, name, min, max);
  number('l', 'log file size', 0, MAX_LOG);
  const optim = flags.get('o');
  if (optim !== undefined && optim !== 'space' && optim !== 'time')
    ctx.fail("bad optimization preference, options are `space' or `time'");
  return {
    command: { flags, numbers, optim: optim === undefined ? undefined : optim === 'space' ? FS_OPTSPACE : FS_OPTTIME },
    name: rest[0] as string,
  };
}

/** What is said on standard error about each change. */
function changes(ctx: ProgramContext, what: string, was: string | number, now: string | number): void {
  const text = was === now ? `remains unchanged as ${was}` : `changes from ${was} to ${now}`;
  ctx.err.write(`${ctx.name}: ${what} ${text}\n`);
}

function tune(ctx: ProgramContext, command: Command, disk: RawDevice, sb: Superblock): void {
  const show = command.flags.has('N');
  if (!show) refuseRecords(ctx, disk, sb);
  for (const { flag, field, name, unit } of PARAMETERS) {
    const value = command.numbers.get(flag);
    if (value === undefined) continue;
    if (!sb.updated && (field === 'avgfilesize' || field === 'avgfpdir'))
      ctx.fail(`${name}: not in a file system of this age`);
    changes(ctx, name, `${sb[field]}${unit}`, `${value}${unit}`);
    sb[field] = value;
  }
  if (command.optim !== undefined) {
    changes(ctx, 'optimization preference', optimName(sb), optimName({ optim: command.optim }));
    sb.optim = command.optim;
  }
  if (command.flags.has('m') || command.optim !== undefined) adviseOptim(ctx, sb);
  const log = command.numbers.get('l');
  if (log !== undefined) tuneLog(ctx, sb, log);
  ctx.err.flush();
  if (show) ctx.print(settings(disk.path, sb));
  else write(disk, sb, command.flags.has('A'));
}

function optimName(sb: { optim: number }): string {
  return sb.optim === FS_OPTSPACE ? 'space' : 'time';
}

function adviseOptim(ctx: ProgramContext, sb: Superblock): void {
  const better = sb.minfree >= MINFREE_DEFAULT ? FS_OPTTIME : FS_OPTSPACE;
  if (sb.optim === better) return;
  const relation = better === FS_OPTTIME ? '>=' : '<';
  const advice = `should optimize for ${optimName({ optim: better })} with minfree ${relation} ${MINFREE_DEFAULT}%`;
  ctx.err.write(`${ctx.name}: ${advice}\n`);
}

function tuneLog(ctx: ProgramContext, sb: Superblock, size: number): void {
  if (!sb.updated) ctx.fail('a file system of this age can have no journal');
  if (size > 0 && size < MIN_LOG) ctx.fail(`log file size ${size} is too small, minimum is ${MIN_LOG}`);
  const there = sb.journalVersion !== 0 && sb.journalFlags !== CREATE_LOG;
  if (there && sb.journalLocation === JOURNAL_END_OF_PARTITION) ctx.fail("Can't change size of non-in-filesystem log");
  const was = there ? Number(sb.journalloc1 * sb.journalloc2) : Number(sb.journalloc1);
  if (size === 0 && there) {
    ctx.err.write(`${ctx.name}: log file size cleared from ${was}; the next mount removes it\n`);
    sb.journalFlags = CLEAR_LOG;
    return;
  }
  if (there && was !== size)
    ctx.fail(`Can't change size of existing log from ${was} to ${size}: set it to 0 and mount without log first`);
  changes(ctx, 'log file size', was, size);
  if (there) return;
  sb.journalVersion = size === 0 ? 0 : JOURNAL_VERSION;
  sb.journalLocation = size === 0 ? 0 : JOURNAL_IN_FILE_SYSTEM;
  sb.journalFlags = size === 0 ? 0 : CREATE_LOG;
  sb.journalloc0 = sb.journalloc2 = sb.journalloc3 = 0n;
  sb.journalloc1 = BigInt(size);
}

function settings(path: string, sb: Superblock): string {
  const lines = PARAMETERS.map(({ field, name, unit }) => `${name} ${sb[field]}${unit}`);
  lines.push(`optimization preference: ${optimName(sb)}`);
  if (sb.journalFlags === CLEAR_LOG) lines.push('log file will be removed by the next mount');
  else if (sb.journalFlags === CREATE_LOG)
    lines.push(`log file of ${sb.journalloc1} bytes will be made by the next mount`);
  else if (sb.journalVersion !== 0) lines.push(`log file size ${sb.journalloc1 * sb.journalloc2}`);
  return `tunefs: current settings of ${path}\n${lines.map((line) => `\t${line}\n`).join('')}`;
}

function write(disk: RawDevice, sb: Superblock, alternates: boolean): void {
  const bytes = sb.diskBytes();
  disk.write(sb.sblockloc, bytes);
  for (let c = 0; alternates && c < sb.ncg; c++) {
    const at = cgSuper(sb, c) * sb.fsize;
    if (Superblock.at(disk.read(at, SBLOCKSIZE), at, true) !== undefined) disk.write(at, bytes);
  }
  disk.flush();
}
