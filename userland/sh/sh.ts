// SPDX-License-Identifier: BSD-2-Clause
import { decode } from '../lib/bytes.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { SyscallError } from '../librump/syscall_error.ts';
import { furnishRoot } from './furnish.ts';
import { interactiveLoop, setUpJobControl } from './interactive.ts';
import { IncompleteError, ShellSyntaxError } from './lexer.ts';
import { Parser } from './parser.ts';
import { Shell } from './shell.ts';
import { ShellError } from './shell_error.ts';
import { isShellState } from './shell_state.ts';

/** sh(1). A function declaration: the program table and the builtins refer to each other. */
export function sh(ctx: ProgramContext): number {
  const shell = new Shell(ctx);
  if (isShellState(ctx.state)) {
    const { state } = ctx;
    shell.restoreState(state);
    return shell.runTop(() =>
      Array.isArray(state.body) ? shell.executor.list(state.body) : shell.executor.command(state.body as never),
    );
  }
  const { command, file, stdin } = parseArguments(ctx, shell);
  furnishRoot(ctx.sys);
  if (command !== undefined) return shell.runTop(() => shell.runText(command));
  if (file !== undefined && !stdin) return runFile(shell, file);
  const tty = ctx.sys.isatty(0);
  if (tty || shell.options.has('i')) {
    shell.options.add('i');
    if (tty) setUpJobControl(shell);
    return interactiveLoop(shell);
  }
  return shell.runTop(() => runInput(shell));
}

function parseArguments(
  ctx: ProgramContext,
  shell: Shell,
): { command: string | undefined; file: string | undefined; stdin: boolean } {
  const { argv } = ctx;
  const names = shell.optionNames();
  let wantsCommand = false;
  let stdin = false;
  let i = 1;
  for (; i < argv.length; i++) {
    const arg = argv[i] as string;
    if (arg === '--' || arg === '-') {
      i++;
      break;
    }
    if (!/^[-+]./.test(arg)) break;
    for (const c of arg.slice(1)) {
      if (c === 'c') wantsCommand = true;
      else if (c === 's') stdin = true;
      else if (c === 'l') shell.login = true;
      else if (c === 'o') {
        const name = argv[++i];
        const letter = Object.entries(names).find(([, n]) => n === name)?.[0];
        if (letter === undefined) ctx.fail(`Illegal option -o ${name ?? ''}`, 2);
        else if (arg[0] === '-') shell.options.add(letter);
      } else if (names[c] === undefined) ctx.fail(`Illegal option ${arg[0]}${c}`, 2);
      else if (arg[0] === '-') shell.options.add(c);
      else shell.options.delete(c);
    }
  }
  if (wantsCommand) {
    const command = argv[i];
    if (command === undefined) ctx.fail('-c requires an argument', 2);
    if (argv[i + 1] !== undefined) shell.arg0 = argv[i + 1] as string;
    shell.params = argv.slice(i + 2) as string[];
    return { command, file: undefined, stdin };
  }
  const file = stdin ? undefined : argv[i];
  shell.params = argv.slice(stdin ? i : i + 1) as string[];
  if (file !== undefined) shell.arg0 = file;
  return { command: undefined, file, stdin };
}

function runFile(shell: Shell, path: string): number {
  let text: string;
  try {
    const fd = shell.sys.open(path, 0);
    text = shell.ctx.input(fd).readAllText();
    shell.sys.close(fd);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    shell.complain(`cannot open ${path}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`);
    return 127;
  }
  return shell.runTop(() => shell.runText(text));
}

/**
 * Commands from standard input, which the commands may read too: line by line and not a byte further.
 */
function runInput(shell: Shell): number {
  let text = '';
  for (;;) {
    const line = readLine(shell);
    if (line === undefined) {
      if (text.trim() !== '') shell.runText(text);
      return shell.lastStatus;
    }
    text += line;
    try {
      Parser.parse(text, shell.aliases);
    } catch (error) {
      if (error instanceof IncompleteError) continue;
      if (error instanceof ShellSyntaxError) throw new ShellError(error.message);
      throw error;
    }
    shell.runText(text);
    text = '';
  }
}

function readLine(shell: Shell): string | undefined {
  const { sys } = shell;
  const bytes: number[] = [];
  for (;;) {
    if (sys.readBulk(0, 1) === 0) return bytes.length === 0 ? undefined : decode(Uint8Array.from(bytes));
    const b = sys.u8[sys.bulkPtr] as number;
    bytes.push(b);
    if (b === 10) return decode(Uint8Array.from(bytes));
  }
}
