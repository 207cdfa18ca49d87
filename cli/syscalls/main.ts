// SPDX-License-Identifier: BSD-2-Clause
/**
 * `rumpus syscalls -i DIR -f FS [--kernel FILE] SCRIPT`: run a script of system calls on a fresh kernel and print what each
 * answered. Kernel messages go to standard error with -v, else nowhere.
 */
import fs from 'node:fs';
import path from 'node:path';
import { KernelExit } from '../../hypercall-js/host_kernel.ts';
import { LocalKernel } from '../../workers/local_kernel.ts';
import { ScriptRunner } from './script_runner.ts';

const USAGE = 'usage: rumpus syscalls [-v] [--kernel FILE] -i DIR -f FS SCRIPT\n';
const SIGMODEL_IGNORE = 1;
const EXIT_USAGE = 2;
const EXIT_PANIC = 134;

interface Options {
  readonly imageDir: string;
  readonly fs: string;
  readonly script: string;
  readonly kernel: string;
  readonly verbose: boolean;
}

function parseArguments(args: readonly string[], defaultKernel: string): Options | undefined {
  const values = new Map<string, string>();
  const rest: string[] = [];
  let verbose = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '-v') verbose = true;
    else if (arg.startsWith('-')) values.set(arg, args[++i] ?? '');
    else rest.push(arg);
  }
  const [imageDir, fsName, script] = [values.get('-i'), values.get('-f'), rest[0]];
  if (imageDir === undefined || fsName === undefined || script === undefined || rest.length > 1) return undefined;
  return { imageDir, fs: fsName, script, kernel: values.get('--kernel') ?? defaultKernel, verbose };
}

function bootFor(options: Options): LocalKernel {
  return LocalKernel.boot({
    kernel: fs.readFileSync(options.kernel),
    params: { RUMP_NCPU: process.env['RUMP_NCPU'] ?? '1' },
    hostFiles: true,
    beforeInit: (exports) => exports['rump_boot_setsigmodel']?.(SIGMODEL_IGNORE),
    onConsole: (text) => {
      if (options.verbose) process.stderr.write(text);
    },
  });
}

/** Write to standard output, which may be a pipe that takes it in pieces. */
function writeAll(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(1, bytes, at);
}

/** Run; the exit status. */
export function main(args: readonly string[], defaultKernel: string): number {
  const options = parseArguments(args, defaultKernel);
  if (options === undefined) {
    process.stderr.write(USAGE);
    return EXIT_USAGE;
  }
  const script = fs.readFileSync(options.script, 'latin1');
  const lines: string[] = [];
  const print = (line: string): void => {
    lines.push(line);
  };
  let status = 0;
  try {
    const kernel = bootFor(options);
    const where = { fs: options.fs, imageDir: path.resolve(options.imageDir) };
    status = new ScriptRunner(kernel.instance, where, print).run(script) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof KernelExit || error instanceof WebAssembly.RuntimeError)) throw error;
    print('    KERNEL-PANIC signal 6');
    if (options.verbose) process.stderr.write(`${(error as Error).stack ?? 'panic'}\n`);
    status = EXIT_PANIC;
  }
  writeAll(Buffer.from(`${lines.join('\n')}\n`, 'latin1'));
  return status;
}
