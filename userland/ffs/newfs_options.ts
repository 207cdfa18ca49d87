// SPDX-License-Identifier: BSD-2-Clause
/** The command line of newfs(8). */
import type { ProgramContext } from '../lib/program_context.ts';
import type { NewfsFormat, NewfsWish } from './newfs_plan.ts';

export interface NewfsCommand {
  readonly special: string;
  /** -N */
  readonly printOnly: boolean;
  /** -F */
  readonly image: boolean;
  /** -Z */
  readonly zero: boolean;
  /** -V */
  readonly verbose: number;
  /** -s: bytes, or so many bytes less than there are. */
  readonly size: number | undefined;
  readonly sectorSize: number | undefined;
  readonly wish: Omit<NewfsWish, 'size' | 'sectorSize' | 'time' | 'random'>;
}

const FORMATS: readonly string[] = ['0', '1', '2', '2ea'] satisfies NewfsFormat[];
const UNITS: Record<string, number> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

export function newfsUsage(ctx: ProgramContext): never {
  return ctx.usage(
    'newfs [-FGINZ] [-a maxcontig] [-B byte-order] [-b block-size]',
    '[-d maxbsize] [-e maxbpg] [-f frag-size] [-g avgfilesize]',
    '[-h avgfpdir] [-i bytes-per-inode] [-m free-space]',
    '[-n inodes] [-O filesystem-format] [-o optimization]',
    '[-S sector-size] [-s size] [-V verbose] special',
  );
}

/** A number with a unit, in bytes; a bare one counts `unit` of them. */
export function newfsAmount(ctx: ProgramContext, what: string, text: string, unit = 1): number {
  const m = /^(-?[0-9]+)([a-z]?)$/.exec(text.toLowerCase());
  const factor = m === null ? undefined : m[2] === '' || (m[2] === 's' && unit > 1) ? unit : UNITS[m[2] as string];
  const value = factor === undefined ? Number.NaN : Number(m?.[1]) * factor;
  return Number.isSafeInteger(value) ? value : ctx.fail(`bad ${what} \`${text}'`);
}

export function parseNewfs(ctx: ProgramContext): NewfsCommand {
  const { options, rest } = ctx.getopt('FGINZa:B:b:d:e:f:g:h:i:m:n:O:o:S:s:V:', () => newfsUsage(ctx));
  if (rest.length !== 1) return newfsUsage(ctx);
  const value = new Map(options.map((o) => [o.flag, o.value]));
  const wish = newfsWish(ctx, value);
  const sectorSize = value.has('S') ? newfsAmount(ctx, 'sector size', value.get('S') as string) : undefined;
  const verbose = Number(value.get('V') ?? 3);
  if (!Number.isInteger(verbose) || verbose < 0) ctx.fail(`bad verbose \`${value.get('V')}'`);
  const size = value.get('s');
  return {
    special: rest[0] as string,
    printOnly: value.has('N'),
    image: value.has('F'),
    zero: value.has('Z'),
    verbose,
    size: size === undefined ? undefined : newfsAmount(ctx, 'file system size', size, sectorSize ?? 512),
    sectorSize,
    wish,
  };
}

/** What the letters of newfs(8) that mount_mfs(8) has too ask for. */
export function newfsWish(ctx: ProgramContext, value: ReadonlyMap<string, string>): NewfsCommand['wish'] {
  const number = (flag: string, what: string) =>
    value.has(flag) ? newfsAmount(ctx, what, value.get(flag) as string) : undefined;
  const format = value.get('O') ?? '1';
  if (!FORMATS.includes(format)) ctx.fail(`${format}: bad filesystem format value`);
  const order = value.get('B') ?? 'le';
  if (order !== 'le' && order !== 'be') return newfsUsage(ctx);
  const optim = value.get('o');
  if (optim !== undefined && optim !== 'space' && optim !== 'time')
    return ctx.fail(`bad optimization preference \`${optim}'`);
  return {
    format: format as NewfsFormat,
    order,
    bsize: number('b', 'block size'),
    fsize: number('f', 'fragment size'),
    density: number('i', 'bytes per inode'),
    inodes: number('n', 'number of inodes'),
    minfree: number('m', 'free space'),
    optim,
    maxcontig: number('a', 'maximum contiguous blocks'),
    maxbpg: number('e', 'blocks per file in a cylinder group'),
    maxbsize: number('d', 'maximum extent size'),
    avgfilesize: number('g', 'average file size'),
    avgfpdir: number('h', 'expected files per directory'),
  };
}
