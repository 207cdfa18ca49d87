// SPDX-License-Identifier: BSD-2-Clause
/** The commands that work on an image: `rumpus ls IMAGE …`. One row a command. */
import type { RunProgram } from '../../userland/abi.ts';
import { TAR_VALUE_LETTERS } from '../../userland/archive/tar/tar_options.ts';
import type { Program } from '../../userland/lib/program.ts';
import { runner, runProgram } from '../../userland/main.ts';
import type { FileCommandName } from './names.ts';
import { tarWrites } from './tar_writes.ts';

export interface FileCommand {
  /** Option letters that take a value: needed to find IMAGE behind options. */
  readonly values: string;
  /** Long options that take the next word. */
  readonly longValues?: readonly string[];
  /** The first word may be a bundle of option letters without a dash. */
  readonly bundle?: boolean;
  /** What follows IMAGE, for the usage line. */
  readonly operands: string;
  readonly writes: (args: readonly string[]) => boolean;
  /** Loads the program: only what is called is loaded. */
  readonly load: () => Promise<RunProgram>;
  /** Operands where the plain program has none but its current directory. */
  readonly complete?: (args: readonly string[]) => readonly string[];
}

const reads = (): boolean => false;
const writes = (): boolean => true;

const plain = (values: string, operands: string, does: FileCommand['writes']): FileCommand => ({
  values,
  operands,
  writes: does,
  load: async () => runProgram,
});

/** A program of the command line's own. */
async function own(load: () => Promise<Program>): Promise<RunProgram> {
  const program = await load();
  return runner(() => program);
}

// biome-ignore format: a table
export const FILE_COMMANDS: Readonly<Record<FileCommandName, FileCommand>> = {
  cat: plain('', 'file ...', reads),
  chflags: plain('', 'flags file ...', writes),
  chgrp: plain('', 'group file ...', writes),
  chmod: plain('', 'mode file ...', writes),
  chown: plain('', 'owner[:group] file ...', writes),
  cksum: plain('a', 'file ...', reads),
  cmp: plain('', 'file1 file2', reads),
  cp: plain('', 'source ... target', writes),
  df: { ...plain('t', '', reads), complete: (args) => [...args, '/'] },
  du: plain('d', '[file ...]', reads),
  find: { ...plain('f', '[file ...] [expression]', findWrites), complete: findEverything },
  get: { ...plain('', 'file ... [target]', reads), load: () => own(async () => (await import('./get.ts')).get) },
  grep: plain('ABCefm', 'pattern [file ...]', reads),
  head: plain('cn', 'file ...', reads),
  hexdump: plain('ns', 'file ...', reads),
  ln: plain('', 'source ... target', writes),
  ls: plain('', '[file ...]', reads),
  md5: plain('s', 'file ...', reads),
  mkdir: plain('m', 'directory ...', writes),
  mkfifo: plain('m', 'fifo ...', writes),
  mknod: plain('m', 'name b|c major minor', writes),
  mv: plain('', 'source ... target', writes),
  put: { ...plain('', 'file ... [target]', writes), load: () => own(async () => (await import('./put.ts')).put) },
  readlink: plain('', 'file ...', reads),
  rm: plain('', 'file ...', writes),
  rmdir: plain('', 'directory ...', writes),
  sha256: plain('s', 'file ...', reads),
  stat: plain('ft', 'file ...', reads),
  tail: plain('bcn', 'file ...', reads),
  tar: { ...plain(TAR_VALUE_LETTERS, '[file ...]', tarWrites), longValues: ['exclude', 'strip-components'], bundle: true, load: () => own(async () => (await import('./image_tar.ts')).imageTar) },
  touch: plain('drt', 'file ...', writes),
  wc: plain('', 'file ...', reads),
};

/** find(1) writes only through what it runs. */
function findWrites(args: readonly string[]): boolean {
  return args.some((word) => /^-(delete|exec|execdir|ok|okdir)$/.test(word));
}

/** Without a file it starts at the root. */
function findEverything(args: readonly string[]): readonly string[] {
  const first = args.findIndex((word) => !/^-[HLPXEdhsx]+$/.test(word));
  const at = first < 0 ? args.length : first;
  if (args[at] !== undefined && !/^[-(!]/.test(args[at])) return args;
  return [...args.slice(0, at), '/', ...args.slice(at)];
}
