// SPDX-License-Identifier: BSD-2-Clause
import type { ProgramHost } from '../abi.ts';
import type { Librump } from '../librump/librump.ts';
import { ProgramEnd } from '../librump/program_end.ts';
import { SyscallError } from '../librump/syscall_error.ts';
import { InputStream } from './input_stream.ts';
import { OutputStream } from './output_stream.ts';

export interface Option {
  readonly flag: string;
  readonly value: string;
}

/** Everything a program has: its system calls, arguments, environment and standard streams. */
export class ProgramContext {
  readonly out: OutputStream;
  readonly err: OutputStream;
  /** Name for messages: the last component of argv[0]. */
  readonly name: string;
  /** Exit status so far; warnings raise it to 1. */
  status = 0;

  constructor(
    readonly sys: Librump,
    readonly host: ProgramHost,
    readonly pid: number,
    readonly argv: readonly string[],
    readonly env: Map<string, string>,
    readonly state?: unknown,
  ) {
    this.out = new OutputStream(sys, 1);
    this.err = new OutputStream(sys, 2);
    this.name = (argv[0] ?? '').replace(/^.*\//, '');
  }

  print(text: string): void {
    this.out.write(text);
  }

  /** A line on standard error under the program's name, like warnx(3); the exit status becomes 1. */
  warn(message: string): void {
    this.out.flush();
    this.err.write(`${this.name}: ${message}\n`);
    this.err.flush();
    this.status = 1;
  }

  /** warn(3): what failed and strerror. Errors that are not system-call errors go on. */
  warnError(what: string, error: unknown): void {
    if (!(error instanceof SyscallError)) throw error;
    this.warn(what === '' ? error.message : `${what}: ${error.message}`);
  }

  /** errx(3). */
  fail(message: string, status = 1): never {
    this.warn(message);
    throw new ProgramEnd(status);
  }

  /** err(3). */
  failError(what: string, error: unknown, status = 1): never {
    this.warnError(what, error);
    throw new ProgramEnd(status);
  }

  /** Usage on standard error and exit status 1. Further lines are aligned under the first. */
  usage(...lines: readonly string[]): never {
    this.out.flush();
    this.err.write(`usage: ${lines.join('\n       ')}\n`);
    this.err.flush();
    throw new ProgramEnd(1);
  }

  /**
   * getopt(3) over argv[from…]: `spec` like "abf:"; stops at the first operand or "--".
   * `usage` runs after the message about a wrong option.
   */
  getopt(spec: string, usage: () => never, from = 1): { options: Option[]; rest: string[] } {
    const options: Option[] = [];
    let i = from;
    for (; i < this.argv.length; i++) {
      const arg = this.argv[i] as string;
      if (arg === '--') {
        i++;
        break;
      }
      if (!arg.startsWith('-') || arg === '-') break;
      for (let k = 1; k < arg.length; k++) {
        const flag = arg[k] as string;
        const at = flag === ':' ? -1 : spec.indexOf(flag);
        if (at < 0) {
          this.warn(`unknown option -- ${flag}`);
          usage();
        }
        if (spec[at + 1] !== ':') {
          options.push({ flag, value: '' });
          continue;
        }
        let value = arg.slice(k + 1);
        if (value === '') {
          i++;
          if (i >= this.argv.length) {
            this.warn(`option requires an argument -- ${flag}`);
            usage();
          }
          value = this.argv[i] as string;
        }
        options.push({ flag, value });
        break;
      }
    }
    return { options, rest: this.argv.slice(i) as string[] };
  }

  input(fd = 0): InputStream {
    return new InputStream(this.sys, fd);
  }

  /**
   * Run `body` on each named file, or on standard input when there is none or the name is "-".
   * A file that cannot be opened or read is a warning.
   */
  eachInput(names: readonly string[], body: (input: InputStream, name: string) => void): void {
    for (const name of names.length === 0 ? ['-'] : names) {
      let fd = 0;
      try {
        if (name !== '-') fd = this.sys.open(name, 0);
        body(this.input(fd), name);
      } catch (error) {
        this.warnError(name === '-' ? 'stdin' : name, error);
      } finally {
        if (fd > 0) this.sys.close(fd);
      }
    }
  }
}
