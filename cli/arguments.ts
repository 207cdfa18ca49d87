// SPDX-License-Identifier: BSD-2-Clause
/** The command line of `rumpus`. */
import { DISK_TOOL_NAMES, FILE_COMMAND_NAMES } from './fsutil/names.ts';

/** Words in lines of 78 columns. */
function wrapped(words: readonly string[], indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (indent + line.length + word.length > 77) lines.push(line.trimEnd());
    line = indent + line.length + word.length > 77 ? `${word} ` : `${line}${word} `;
  }
  return [...lines, line.trimEnd()].join(`\n${' '.repeat(indent)}`);
}

export const USAGE = `usage: rumpus [options]                   interactive shell
       rumpus [options] -c 'SCRIPT'       run a script, exit with its status
       rumpus [options] --call SYMBOL[=ARG,...] ...
                                          boot a kernel and call exported functions by link name
       rumpus COMMAND [-t type] [-o mountoptions] [options] IMAGE[:PART] [operands]
                                          run one program on an image, without mounting it or root; COMMAND is
                                          ${wrapped(FILE_COMMAND_NAMES, 42)}
       rumpus TOOL [options] IMAGE[:PART] [operands]
                                          make or check a file system in an image; TOOL is
                                          ${wrapped(DISK_TOOL_NAMES, 42)}
       rumpus syscalls -i DIR -f FS FILE  run a list of system calls

  --disk NAME=FILE[,ro]   attach a file as /dev/NAME and /dev/rNAME (may be repeated): a raw image, or qcow2, VMDK,
                          VHD, .gz, .zst, .zip (FILE.zip#ENTRY), or an https address; those are not written to,
                          changes are gone at the end
  --ncpu N                virtual CPUs (default 2)
  --threads 0             no kernel threads: everything in one thread
  --memory N[k|m|g]       memory of the machine (default 512m)
  --kernel FILE.wasm      boot another rump kernel
  --trace hypercall       one line a hypercall on standard error
  -v                      boot messages on standard error
`;

export class CommandLineError extends Error {}

export interface DiskArgument {
  readonly name: string;
  readonly path: string;
  readonly readOnly: boolean;
}

export interface SymbolCall {
  readonly name: string;
  readonly args: readonly (number | bigint)[];
}

export interface Arguments {
  help: boolean;
  script: string | undefined;
  disks: DiskArgument[];
  ncpu: number;
  threads: boolean;
  memoryBytes: number;
  kernel: string | undefined;
  trace: boolean;
  verbose: boolean;
  call: SymbolCall[] | undefined;
}

export function parseArguments(argv: readonly string[]): Arguments {
  const out: Arguments = {
    help: false,
    script: undefined,
    disks: [],
    ncpu: 2,
    threads: true,
    memoryBytes: 512 << 20,
    kernel: undefined,
    trace: false,
    verbose: false,
    call: undefined,
  };
  const rest = [...argv];
  while (rest.length > 0) {
    const [option = '', inline] = splitOption(rest.shift() as string);
    const value = (): string => {
      const text = inline ?? rest.shift();
      if (text === undefined) throw new CommandLineError(`${option} needs a value`);
      return text;
    };
    applyOption(out, option, value);
  }
  return out;
}

function splitOption(word: string): [string, string | undefined] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function applyOption(out: Arguments, option: string, value: () => string): void {
  switch (option) {
    case '-h':
    case '--help':
      out.help = true;
      return;
    case '-c':
      out.script = value();
      return;
    case '-v':
      out.verbose = true;
      return;
    case '--disk':
      out.disks.push(parseDisk(value()));
      return;
    case '--ncpu':
      out.ncpu = number(option, value(), 1, 64);
      return;
    case '--threads':
      out.threads = number(option, value(), 0, 1) !== 0;
      return;
    case '--memory':
      out.memoryBytes = parseSize(value());
      return;
    case '--kernel':
      out.kernel = value();
      return;
    case '--trace':
      if (value() !== 'hypercall') throw new CommandLineError('--trace knows only: hypercall');
      out.trace = true;
      return;
    case '--call':
      out.call = [...(out.call ?? []), parseCall(value())];
      return;
    default:
      throw new CommandLineError(
        option.startsWith('-') ? `unknown option ${option}` : `unexpected argument ${option}; a script follows -c`,
      );
  }
}

function number(option: string, text: string, least: number, most: number): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < least || n > most)
    throw new CommandLineError(`${option} ${text}: a number from ${least} to ${most} is wanted`);
  return n;
}

function parseDisk(text: string): DiskArgument {
  const match = /^([A-Za-z][A-Za-z0-9]*)=(.+?)(,ro)?$/.exec(text);
  if (match === null) throw new CommandLineError(`--disk ${text}: NAME=FILE[,ro] is wanted, such as rd0=disk.img`);
  return { name: match[1] as string, path: match[2] as string, readOnly: match[3] !== undefined };
}

function parseSize(text: string): number {
  const match = /^(\d+)([kmg]?)$/i.exec(text);
  if (match === null) throw new CommandLineError(`--memory ${text}: a number with k, m or g is wanted`);
  return (
    Number(match[1]) *
    { '': 1, k: 1 << 10, m: 1 << 20, g: 1 << 30 }[(match[2] as string).toLowerCase() as '' | 'k' | 'm' | 'g']
  );
}

function parseCall(text: string): SymbolCall {
  const [name = '', args = ''] = text.split('=', 2);
  const values =
    args === '' ? [] : args.split(',').map((arg) => (/^-?\w+n$/.test(arg) ? BigInt(arg.slice(0, -1)) : Number(arg)));
  if (name === '' || values.some((value) => typeof value === 'number' && !Number.isInteger(value)))
    throw new CommandLineError(`--call ${text}: SYMBOL[=ARG,...] with integers is wanted`);
  return { name, args: values };
}
