// SPDX-License-Identifier: BSD-2-Clause
/** The command line of newfs_msdos(8). */
import type { ProgramContext } from '../lib/program_context.ts';
import { isPowerOfTwo } from './fat_format.ts';
import { type NewfsOptions, standardOptions } from './newfs_plan.ts';
import { DISK_TYPES, STANDARD_FORMATS } from './newfs_tables.ts';

export interface NewfsCommand {
  readonly special: string;
  readonly options: NewfsOptions;
  /** -N: only print. */
  readonly dryRun: boolean;
  /** -@, bytes. */
  readonly offset: number;
  /** -C, bytes. */
  readonly create: number | undefined;
  /** -B, a path. */
  readonly boot: string | undefined;
  /** -T, seconds since 1970. */
  readonly timestamp: number | undefined;
}

interface Numeric {
  readonly key: keyof NewfsOptions;
  readonly what: string;
  readonly least: number;
  readonly most: number;
}

const U16 = 0xffff;
const U32 = 0xffffffff;

const NUMERIC: Readonly<Record<string, Numeric>> = {
  I: { key: 'volumeId', what: 'volume ID', least: 0, most: U32 },
  S: { key: 'bytesPerSector', what: 'bytes/sector', least: 128, most: 32768 },
  a: { key: 'sectorsPerFat', what: 'sectors/FAT', least: 1, most: U32 },
  b: { key: 'blockBytes', what: 'block size', least: 1, most: U32 },
  c: { key: 'sectorsPerCluster', what: 'sectors/cluster', least: 1, most: 128 },
  e: { key: 'rootEntries', what: 'directory entries', least: 1, most: U16 },
  h: { key: 'heads', what: 'drive heads', least: 1, most: U16 },
  i: { key: 'infoSector', what: 'info sector', least: 1, most: U16 },
  k: { key: 'backupSector', what: 'backup sector', least: 1, most: U16 },
  m: { key: 'media', what: 'media descriptor', least: 0, most: 0xff },
  n: { key: 'fats', what: 'number of FATs', least: 1, most: 16 },
  o: { key: 'hiddenSectors', what: 'hidden sectors', least: 0, most: U32 },
  r: { key: 'reservedSectors', what: 'reserved sectors', least: 1, most: U16 },
  s: { key: 'sectors', what: 'file system size', least: 1, most: U32 },
  u: { key: 'sectorsPerTrack', what: 'sectors/track', least: 1, most: U16 },
};
const GETOPT = 'NB:F:I:L:O:S:a:b:c:C:e:f:h:i:k:m:n:o:r:s:T:u:@:';

function usage(ctx: ProgramContext): never {
  return ctx.usage(
    'newfs_msdos [-N] [-@ offset] [-B boot] [-C create-size] [-F FAT-type]',
    '    [-I volid] [-L label] [-O OEM] [-S sector-size] [-a FAT-size]',
    '    [-b block-size] [-c cluster-size] [-e dirents] [-f format]',
    '    [-h heads] [-i info] [-k backup] [-m media] [-n FATs] [-o hidden]',
    '    [-r reserved] [-s total] [-T timestamp] [-u track-size]',
    '    special [disktype]',
  );
}

/** @throws ProgramEnd with the message of what is wrong */
export function parseNewfs(ctx: ProgramContext): NewfsCommand {
  const { options: given, rest } = ctx.getopt(GETOPT, () => usage(ctx));
  if (rest.length < 1 || rest.length > 2) usage(ctx);
  const asked: NewfsOptions = {};
  let format: NewfsOptions = {};
  let timestamp: number | undefined;
  const last = new Map(given.map(({ flag, value }) => [flag, value]));
  for (const { flag, value } of given) {
    const numeric = NUMERIC[flag];
    if (numeric !== undefined) Object.assign(asked, { [numeric.key]: number(ctx, value, numeric) });
    else if (flag === 'F') asked.bits = fatType(ctx, value);
    else if (flag === 'L') asked.label = label(ctx, value);
    else if (flag === 'O') asked.oem = oem(ctx, value);
    else if (flag === 'f') format = formatOptions(ctx, Number(value), `${value}: unknown format`);
    else if (flag === 'T') timestamp = number(ctx, value, { what: 'timestamp', least: 0, most: U32 });
  }
  checkPowers(ctx, asked);
  if (rest[1] !== undefined) format = formatOptions(ctx, DISK_TYPES.get(rest[1]), `${rest[1]}: unknown disk type`);
  const bps = asked.bytesPerSector ?? 512;
  return {
    special: rest[0] as string,
    options: { ...format, ...asked },
    dryRun: last.has('N'),
    offset: amount(ctx, last.get('@'), bps, 'offset') ?? 0,
    create: amount(ctx, last.get('C'), bps, 'create size'),
    boot: last.get('B'),
    timestamp,
  };
}

function number(ctx: ProgramContext, text: string, n: Omit<Numeric, 'key'>): number {
  const value = /^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= n.least && value <= n.most)) ctx.fail(`${text}: bad ${n.what}`);
  return value;
}

function fatType(ctx: ProgramContext, text: string): 12 | 16 | 32 {
  if (text === '12' || text === '16' || text === '32') return Number(text) as 12 | 16 | 32;
  return ctx.fail(`${text}: bad FAT type`);
}

function checkPowers(ctx: ProgramContext, asked: NewfsOptions): void {
  const { bytesPerSector: bps, sectorsPerCluster: spc, media } = asked;
  if (bps !== undefined && !isPowerOfTwo(bps)) ctx.fail(`${bps}: bad bytes/sector`);
  if (spc !== undefined && !isPowerOfTwo(spc)) ctx.fail(`${spc}: bad sectors/cluster`);
  if (media !== undefined && media < 0xf0) ctx.fail(`illegal media descriptor (0x${media.toString(16)})`);
}

function label(ctx: ProgramContext, text: string): string {
  if (!/^[\x20-\x7e]{1,11}$/.test(text) || /["*+,./:;<=>?[\\\]|]/.test(text)) ctx.fail(`${text}: bad volume label`);
  return text;
}

function oem(ctx: ProgramContext, text: string): string {
  if (!/^[\x20-\x7e]{1,8}$/.test(text)) ctx.fail(`${text}: bad OEM string`);
  return text;
}

function formatOptions(ctx: ProgramContext, name: number | undefined, unknown: string): NewfsOptions {
  const format = name === undefined ? undefined : STANDARD_FORMATS.get(name);
  return format === undefined ? ctx.fail(unknown) : { ...standardOptions(format), bits: 12 };
}

/** -@ and -C: bytes, or with a suffix sectors, kilobytes, megabytes, gigabytes. */
function amount(ctx: ProgramContext, text: string | undefined, bps: number, what: string): number | undefined {
  if (text === undefined) return undefined;
  const m = /^(0[xX][0-9a-fA-F]+|[0-9]+)([skmgSKMG]?)$/.exec(text);
  const units: Readonly<Record<string, number>> = { '': 1, s: bps, k: 1024, m: 1048576, g: 1073741824 };
  const bytes = m === null ? Number.NaN : Number(m[1]) * (units[(m[2] as string).toLowerCase()] as number);
  if (!Number.isSafeInteger(bytes)) ctx.fail(`${text}: bad ${what}`);
  return bytes;
}
