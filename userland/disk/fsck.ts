// SPDX-License-Identifier: BSD-2-Clause
/** fsck(8): picks the checker of a file system's type and runs it. */
import { Superblock } from '../ffs/superblock.ts';
import { spawnChild, waitChild } from '../lib/child.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { SyscallError } from '../librump/syscall_error.ts';
import { PROGRAMS } from '../program_table.ts';
import { FSCK_EXIT_CHECK_FAILED, FSCK_EXIT_OK, FSCK_EXIT_USAGE } from './fsck_dialog.ts';
import { type FstabEntry, readFstab } from './fstab.ts';
import { HEAD_BYTES, imageKind } from './image_kind.ts';
import { RawDevice } from './raw_device.ts';

const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['ufs', 'ffs'],
  ['4.2BSD', 'ffs'],
  ['ext2', 'ext2fs'],
  ['ext3', 'ext2fs'],
  ['ext4', 'ext2fs'],
  ['fat', 'msdos'],
  ['vfat', 'msdos'],
]);

interface Settings {
  /** For every checker. */
  readonly options: string[];
  readonly typeOptions: Map<string, string[]>;
  types: readonly string[];
  /** -t begins with "no". */
  except: boolean;
  excluded: Set<string>;
  debug: boolean;
  verbose: boolean;
  preen: boolean;
}

interface Target {
  readonly special: string;
  readonly type: string | undefined;
}

export const fsck: Program = (ctx) => {
  const usage = () =>
    ctx.usage(
      'fsck [-dfnPpqvy] [-l maxparallel] [-T fstype:fsoptions]',
      '     [-t fstype] [-x mountpoint] [special | node ...]',
    );
  const { options, rest } = ctx.getopt('dfl:M:nPpqT:t:vx:y', usage);
  const s: Settings = {
    options: [],
    typeOptions: new Map(),
    types: [],
    except: false,
    excluded: new Set(),
    debug: false,
    verbose: false,
    preen: false,
  };
  for (const { flag, value } of options) setOption(ctx, s, flag, value);
  let status = FSCK_EXIT_OK;
  for (const target of targets(ctx, s, rest)) status = Math.max(status, run(ctx, s, target));
  return status;
};

function setOption(ctx: ProgramContext, s: Settings, flag: string, value: string): void {
  if ('fnPpqy'.includes(flag)) s.options.push(`-${flag}`);
  if (flag === 'p') s.preen = true;
  else if (flag === 'd') s.debug = true;
  else if (flag === 'v') s.verbose = true;
  else if (flag === 'x') s.excluded.add(value);
  else if (flag === 't') {
    s.except = value.startsWith('no');
    s.types = (s.except ? value.slice(2) : value).split(',').map((t) => TYPE_NAMES.get(t) ?? t);
  } else if (flag === 'T') {
    const [, type, words] = /^([^:]+):(.+)$/.exec(value) ?? [];
    if (type === undefined || words === undefined) ctx.fail(`-T ${value}: not fstype:fsoptions`, FSCK_EXIT_USAGE);
    const name = TYPE_NAMES.get(type) ?? type;
    s.typeOptions.set(name, [...(s.typeOptions.get(name) ?? []), ...words.split(',').flatMap((w) => w.split('='))]);
  }
}

/** Is a file system of this type to be checked, as -t says? */
function wanted(s: Settings, type: string): boolean {
  return s.types.length === 0 || s.types.includes(type) !== s.except;
}

/** What the operands name, or everything that /etc/fstab has for fsck. */
function targets(ctx: ProgramContext, s: Settings, names: readonly string[]): Target[] {
  let table: FstabEntry[] = [];
  try {
    table = readFstab(ctx.sys);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    if (names.length === 0) ctx.failError('/etc/fstab', error, FSCK_EXIT_CHECK_FAILED);
  }
  if (names.length === 0)
    return table
      .filter((e) => e.pass > 0 && wanted(s, e.type) && !s.excluded.has(e.file))
      .sort((a, b) => a.pass - b.pass)
      .map((e) => ({ special: e.spec, type: e.type }));
  const only = s.types.length === 1 && !s.except ? s.types[0] : undefined;
  return names.map((name) => {
    const entry = table.find((e) => e.file === name || e.spec === name);
    return { special: entry?.spec ?? name, type: only ?? entry?.type };
  });
}

function run(ctx: ProgramContext, s: Settings, target: Target): number {
  const { special } = target;
  let type = target.type;
  try {
    type ??= typeOf(ctx, special);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    ctx.warnError(special, error);
    return FSCK_EXIT_CHECK_FAILED;
  }
  if (type === undefined) {
    ctx.warn(`${special}: what file system it is cannot be seen; say it with -t`);
    return FSCK_EXIT_CHECK_FAILED;
  }
  type = TYPE_NAMES.get(type) ?? type;
  if (!wanted(s, type)) return FSCK_EXIT_OK;
  const argv = [`fsck_${type}`, ...s.options, ...(s.typeOptions.get(type) ?? []), special];
  if (s.debug || s.verbose) ctx.print(`${argv.join(' ')}\n`);
  if (s.debug) return FSCK_EXIT_OK;
  if (!PROGRAMS.has(argv[0] as string)) {
    ctx.warn(`exec ${argv[0]} for ${special}: No such file or directory`);
    return FSCK_EXIT_CHECK_FAILED;
  }
  return waitChild(ctx, spawnChild(ctx, argv));
}

/** What a device or image holds; undefined when that cannot be seen. */
function typeOf(ctx: ProgramContext, special: string): string | undefined {
  const device = new RawDevice(ctx.sys, special, 'read');
  try {
    if (Superblock.find(device) !== undefined) return 'ffs';
    const kind = imageKind(device.read(0, Math.min(HEAD_BYTES, device.size)), device.size);
    return kind.fs === undefined ? undefined : kind.fs;
  } finally {
    device.close();
  }
}
