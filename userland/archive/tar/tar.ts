// SPDX-License-Identifier: BSD-2-Clause
/** tar(1). Archives are read and written as streams; compressed ones are known by their beginning. */
import type { Program } from '../../lib/program.ts';
import type { ProgramContext } from '../../lib/program_context.ts';
import type { Stat } from '../../librump/structs.ts';
import type { ByteSink } from '../byte_stream.ts';
import { GzipError } from '../gzip/gunzip_source.ts';
import { type ArchiveStore, KernelArchives } from './archive_store.ts';
import { archiveSink, archiveSource, namesIn } from './archive_streams.ts';
import { MemberFilter, type NameRules, plainName } from './member_filter.ts';
import { TarCreator } from './tar_create.ts';
import type { TarEntry } from './tar_entry.ts';
import { TarError } from './tar_error.ts';
import { TarExtractor } from './tar_extract.ts';
import { memberLine } from './tar_list.ts';
import { parseTarOptions, type TarOptions } from './tar_options.ts';
import { TarReader } from './tar_reader.ts';
import { TarWriter } from './tar_writer.ts';

export interface TarPreset {
  readonly numericOwner?: boolean;
  /** Archived when no file is named. */
  readonly fallback?: TarOptions['operands'];
}

export const tar: Program = (ctx) => runTar(ctx, new KernelArchives(ctx.sys));

/** tar with archives in `store`; the files are those of the kernel. `preset`: options that nobody typed. */
export function runTar(ctx: ProgramContext, store: ArchiveStore, preset: TarPreset = {}): number {
  const options = withPreset(
    parseTarOptions(ctx, (file) => namesIn(store.read(file))),
    preset,
  );
  try {
    if (options.action === 't' || options.action === 'x') readArchive(ctx, store, options);
    else if (options.action === 'c') createArchive(ctx, store, options);
    else appendArchive(ctx, store, options);
  } catch (error) {
    if (error instanceof TarError || error instanceof GzipError) ctx.fail(`${options.archive}: ${error.message}`);
    ctx.failError(options.archive, error);
  }
  return ctx.status;
}

function withPreset(
  options: TarOptions,
  { numericOwner = options.numericOwner, fallback = [] }: TarPreset,
): TarOptions {
  const writes = options.action !== 't' && options.action !== 'x';
  const named = options.operands.some((operand) => 'name' in operand);
  return {
    ...options,
    numericOwner,
    operands: writes && !named ? [...options.operands, ...fallback] : options.operands,
  };
}

function readArchive(ctx: ProgramContext, store: ArchiveStore, options: TarOptions): void {
  const source = archiveSource(store.read(options.archive));
  const patterns = changeDirectories(ctx, options);
  const names: NameRules = {
    patterns,
    excludes: options.excludes,
    absolute: options.letters.has('P'),
    strip: options.strip,
  };
  const filter = new MemberFilter(names);
  const reader = new TarReader(source, (message) => ctx.warn(`${options.archive}: ${message}`));
  const visit = options.action === 't' ? lister(ctx, options) : extractor(ctx, options, names);
  try {
    for (let entry = reader.next(); entry !== undefined; entry = reader.next())
      if (filter.wants(entry.name)) visit.member(entry, reader);
  } finally {
    visit.finish();
    source.close();
  }
  for (const pattern of filter.missing()) ctx.warn(`${pattern}: not found in the archive`);
}

interface MemberVisitor {
  member(entry: TarEntry, reader: TarReader): void;
  finish(): void;
}

function lister(ctx: ProgramContext, options: TarOptions): MemberVisitor {
  const now = ctx.sys.clockGettime(0).sec;
  return {
    member: (entry) => ctx.print(`${options.verbose ? memberLine(entry, now) : entry.name}\n`),
    finish: () => undefined,
  };
}

/** uid 0 restores owners and all of the mode, as on NetBSD. */
function extractor(ctx: ProgramContext, options: TarOptions, names: NameRules): MemberVisitor {
  const { letters } = options;
  const root = ctx.sys.geteuid() === 0;
  const extract = new TarExtractor(ctx, {
    names,
    keepOld: letters.has('k'),
    keepTimes: letters.has('m'),
    owner: !letters.has('o') && (root || letters.has('p')),
    numericOwner: options.numericOwner,
    exactMode: root || letters.has('p'),
  });
  return {
    member: (entry, reader) => {
      tell(ctx, options, entry.name);
      extract.member(entry, reader);
    },
    finish: () => extract.finish(),
  };
}

/** -v tells on standard error: standard output may be the archive. */
function tell(ctx: ProgramContext, options: TarOptions, name: string): void {
  if (!options.verbose) return;
  ctx.err.write(`${name}\n`);
  ctx.err.flush();
}

function changeDirectories(ctx: ProgramContext, options: TarOptions): string[] {
  const names: string[] = [];
  for (const operand of options.operands) {
    if ('name' in operand) names.push(operand.name);
    else changeDirectory(ctx, operand.chdir);
  }
  return names;
}

function changeDirectory(ctx: ProgramContext, dir: string): void {
  try {
    ctx.sys.chdir(dir);
  } catch (error) {
    ctx.failError(dir, error);
  }
}

function createArchive(ctx: ProgramContext, store: ArchiveStore, options: TarOptions): void {
  if (!options.operands.some((operand) => 'name' in operand)) ctx.fail('no files to archive');
  if (options.archive === '-' && ctx.sys.isatty(1))
    ctx.fail('the archive would go to the terminal; name a file with -f');
  writeMembers(ctx, store, options, archiveSink(store.create(options.archive), options.gzip), () => true);
}

/** Behind what is there: r everything, u what is newer than there or not there. */
function appendArchive(ctx: ProgramContext, store: ArchiveStore, options: TarOptions): void {
  if (options.gzip || options.archive === '-') ctx.fail('only a plain archive in a file can be added to');
  const { source, sinkAt } = store.update(options.archive);
  const reader = new TarReader(source, (message) => ctx.warn(`${options.archive}: ${message}`));
  const newest = new Map<string, number>();
  for (let entry = reader.next(); entry !== undefined; entry = reader.next())
    newest.set(plainName(entry.name), entry.mtime.sec);
  const isWanted = (name: string, st: Stat): boolean =>
    options.action === 'r' || st.mtime.sec > (newest.get(plainName(name)) ?? Number.NEGATIVE_INFINITY);
  writeMembers(ctx, store, options, archiveSink(sinkAt(reader.end), false), isWanted);
}

function writeMembers(
  ctx: ProgramContext,
  store: ArchiveStore,
  options: TarOptions,
  sink: ByteSink,
  isWanted: (name: string, st: Stat) => boolean,
): void {
  const writer = new TarWriter(sink, options.recordBytes);
  const creator = new TarCreator(ctx, writer, store, {
    excludes: options.excludes,
    absolute: options.letters.has('P'),
    follow: options.letters.has('h'),
    sameDevice: options.letters.has('X'),
    numericOwner: options.numericOwner,
    isWanted,
    onMember: (entry) => tell(ctx, options, entry.name),
  });
  for (const operand of options.operands) {
    if ('name' in operand) creator.add(operand.name);
    else changeDirectory(ctx, operand.chdir);
  }
  writer.end();
  sink.close();
}
