// SPDX-License-Identifier: BSD-2-Clause
import { printfMain } from '../bin/printf.ts';
import { sysMain } from '../bin/sys.ts';
import { testMain } from '../bin/test.ts';
import { ProgramEnd } from '../librump/program_end.ts';
import { SIGNAMES, signalNumber } from '../librump/signal_names.ts';
import { SyscallError } from '../librump/syscall_error.ts';
import { bgBuiltin, fgBuiltin, jobsBuiltin, killBuiltin, waitBuiltin } from './job_builtins.ts';
import { numberArgument } from './number_argument.ts';
import { RESERVED } from './parser.ts';
import { getoptsBuiltin, ulimitBuiltin, umaskBuiltin } from './process_builtins.ts';
import { programPath, resolveProgram } from './program_lookup.ts';
import { readBuiltin } from './read_builtin.ts';
import type { Shell } from './shell.ts';
import { LoopJump, ReturnJump, ShellError } from './shell_error.ts';

/** A builtin: argv including its name; the status. */
export type Builtin = (shell: Shell, argv: string[]) => number;

/** Builtins found before functions, whose errors end a script (POSIX special builtins). */
export const SPECIAL_BUILTINS: ReadonlySet<string> = new Set([
  ':',
  '.',
  'break',
  'continue',
  'eval',
  'exec',
  'exit',
  'export',
  'readonly',
  'return',
  'set',
  'shift',
  'trap',
  'unset',
]);

/** In quotes that read back as the same text. */
export function quote(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`;
}

const cd: Builtin = (shell, argv) => {
  const { vars, sys } = shell;
  let i = 1;
  let physical = false;
  for (; argv[i] === '-P' || argv[i] === '-L' || argv[i] === '--'; i++) {
    physical ||= argv[i] === '-P';
    if (argv[i] === '--') {
      i++;
      break;
    }
  }
  let target = argv[i] ?? vars.get('HOME') ?? '/';
  const back = target === '-';
  if (back) target = vars.get('OLDPWD') ?? '';
  if (target === '') {
    shell.complain(back ? 'cd: OLDPWD not set' : 'cd: HOME not set');
    return 2;
  }
  const before = currentDirectory(shell);
  let shown = back;
  const attempt = (path: string) => {
    sys.chdir(path);
    const now = physical ? sys.getcwd() : logical(before, path);
    vars.set('OLDPWD', before);
    vars.set('PWD', sameDirectory(shell, now) ? now : sys.getcwd());
  };
  if (!/^\.{0,2}(\/|$)/.test(target)) {
    for (const dir of (vars.get('CDPATH') ?? '').split(':')) {
      if (dir === '') continue;
      try {
        attempt(`${dir}/${target}`);
        shown = true;
        shell.print(`${vars.get('PWD')}\n`);
        return 0;
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error;
      }
    }
  }
  try {
    attempt(target);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    shell.complain(`cd: can't cd to ${target}: ${error.message}`);
    return 2;
  }
  if (shown) shell.print(`${vars.get('PWD')}\n`);
  return 0;
};

/** "a/../b" folded by text, as a logical cd does. */
function logical(base: string, path: string): string {
  const out: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${base}/${path}`).split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') out.pop();
    else out.push(part);
  }
  return `/${out.join('/')}`;
}

function sameDirectory(shell: Shell, path: string): boolean {
  try {
    const a = shell.sys.stat(path);
    const b = shell.sys.stat('.');
    return a.ino === b.ino && a.dev === b.dev;
  } catch (error) {
    if (error instanceof SyscallError) return false;
    throw error;
  }
}

export function currentDirectory(shell: Shell): string {
  const pwd = shell.vars.get('PWD');
  if (pwd?.startsWith('/') && sameDirectory(shell, pwd)) return pwd;
  try {
    return shell.sys.getcwd();
  } catch (error) {
    if (error instanceof SyscallError) return pwd ?? '/';
    throw error;
  }
}

const pwd: Builtin = (shell, argv) => {
  shell.print(`${argv[1] === '-P' ? shell.sys.getcwd() : currentDirectory(shell)}\n`);
  return 0;
};

const echo: Builtin = (shell, argv) => {
  const bare = argv[1] === '-n';
  shell.print(argv.slice(bare ? 2 : 1).join(' ') + (bare ? '' : '\n'));
  return 0;
};

const exportLike =
  (what: 'exported' | 'readonly'): Builtin =>
  (shell, argv) => {
    const { vars } = shell;
    const word = what === 'exported' ? 'export' : 'readonly';
    const names = argv.slice(1).filter((a) => a !== '-p' && a !== '--');
    if (names.length === 0) {
      for (const n of vars.names()) {
        if (!(what === 'exported' ? vars.isExported(n) : vars.isReadonly(n))) continue;
        const v = vars.get(n);
        shell.print(v === undefined ? `${word} ${n}\n` : `${word} ${n}=${quote(v)}\n`);
      }
      return 0;
    }
    const off = names[0] === '-n';
    for (const arg of off ? names.slice(1) : names) {
      const m = /^([A-Za-z_][A-Za-z0-9_]*)(?:=([\s\S]*))?$/.exec(arg);
      if (!m) throw new ShellError(`${word}: ${arg}: bad variable name`);
      if (m[2] !== undefined) vars.set(m[1] as string, m[2]);
      vars.mark(m[1] as string, what, !off);
    }
    return 0;
  };

const local: Builtin = (shell, argv) => {
  for (const arg of argv.slice(1)) {
    const m = /^([A-Za-z_][A-Za-z0-9_]*)(?:=([\s\S]*))?$/.exec(arg);
    if (!m) throw new ShellError(`local: ${arg}: bad variable name`);
    if (!shell.vars.local(m[1] as string)) throw new ShellError('local: not in a function');
    if (m[2] !== undefined) shell.vars.set(m[1] as string, m[2]);
  }
  return 0;
};

const unset: Builtin = (shell, argv) => {
  let functions = false;
  for (const arg of argv.slice(1)) {
    if (arg === '-f') functions = true;
    else if (arg === '-v') functions = false;
    else if (functions) shell.functions.delete(arg);
    else shell.vars.unset(arg);
  }
  return 0;
};

const set: Builtin = (shell, argv) => {
  const names = shell.optionNames();
  if (argv.length === 1) {
    for (const n of shell.vars.names()) shell.print(`${n}=${quote(shell.vars.get(n) ?? '')}\n`);
    return 0;
  }
  let i = 1;
  for (; i < argv.length; i++) {
    const arg = argv[i] as string;
    if (arg === '--') {
      shell.params = argv.slice(i + 1);
      return 0;
    }
    if (!/^[-+]./.test(arg)) break;
    for (const c of arg.slice(1)) {
      let letter: string | undefined = c;
      if (c === 'o') {
        const name = argv[++i];
        if (name === undefined) {
          for (const [l, n] of Object.entries(names))
            shell.print(`${n.padEnd(16)}${shell.options.has(l) ? 'on' : 'off'}\n`);
          return 0;
        }
        letter = Object.entries(names).find(([, n]) => n === name)?.[0];
        if (letter === undefined) throw new ShellError(`set: Illegal option -o ${name}`);
      } else if (names[c] === undefined) throw new ShellError(`set: Illegal option ${arg[0]}${c}`);
      if (arg[0] === '-') shell.options.add(letter);
      else shell.options.delete(letter);
    }
  }
  if (i < argv.length) shell.params = argv.slice(i);
  return 0;
};

const shift: Builtin = (shell, argv) => {
  const n = numberArgument(argv[1], 'shift', 0);
  if (n > shell.params.length) throw new ShellError("shift: can't shift that many");
  shell.params = shell.params.slice(n);
  return 0;
};

const dot: Builtin = (shell, argv) => {
  const path = argv[1];
  if (path === undefined) throw new ShellError('.: filename argument required');
  const candidates = path.includes('/')
    ? [path]
    : [...(shell.vars.get('PATH') ?? '').split(':').map((d) => `${d || '.'}/${path}`), path];
  for (const candidate of candidates) {
    let text: string;
    try {
      text = readFile(shell, candidate);
    } catch (error) {
      if (error instanceof SyscallError) continue;
      throw error;
    }
    const saved = shell.params;
    if (argv.length > 2) shell.params = argv.slice(2);
    shell.executor.functionDepth++;
    try {
      return shell.runText(text);
    } catch (error) {
      if (error instanceof ReturnJump) return error.status;
      throw error;
    } finally {
      shell.executor.functionDepth--;
      if (argv.length > 2) shell.params = saved;
    }
  }
  throw new ShellError(`.: ${path}: not found`);
};

export function readFile(shell: Shell, path: string): string {
  const fd = shell.sys.open(path, 0);
  try {
    return shell.ctx.input(fd).readAllText();
  } finally {
    shell.sys.close(fd);
  }
}

const exit: Builtin = (shell, argv) => {
  throw new ProgramEnd(argv[1] === undefined ? shell.lastStatus : numberArgument(argv[1], 'exit', 0) & 0xff);
};

const ret: Builtin = (shell, argv) => {
  throw new ReturnJump(argv[1] === undefined ? shell.lastStatus : numberArgument(argv[1], 'return', 0) & 0xff);
};

const jump =
  (kind: 'break' | 'continue'): Builtin =>
  (shell, argv) => {
    const n = numberArgument(argv[1], kind, 1);
    if (shell.executor.loopDepth === 0) return 0;
    throw new LoopJump(kind, Math.min(n, shell.executor.loopDepth));
  };

const evalBuiltin: Builtin = (shell, argv) => {
  shell.lastStatus = 0;
  return shell.runText(argv.slice(1).join(' '));
};

/** `exec cmd`: nothing replaces a process here; the command runs and the shell ends with its status. */
const exec: Builtin = (shell, argv) => {
  const status = shell.executor.command({
    k: 'simple',
    assigns: [],
    words: argv.slice(1).map((s) => [{ t: 'lit', s, q: true }]),
    redirs: [],
  });
  throw new ProgramEnd(status);
};

const trap: Builtin = (shell, argv) => {
  if (argv.length === 1) {
    for (const [n, action] of shell.traps) shell.print(`trap -- ${quote(action)} ${SIGNAMES[n] ?? n}\n`);
    return 0;
  }
  if (argv[1] === '-l') {
    shell.print(`${SIGNAMES.slice(1).join(' ')}\n`);
    return 0;
  }
  const args = argv.slice(argv[1] === '--' ? 2 : 1);
  const reset =
    args[0] === '-' ||
    (args.length >= 1 && signalNumber(args[0] as string) !== undefined && /^[0-9]+$/.test(args[0] as string));
  const action = args[0] === '-' ? args.shift() : reset ? undefined : args.shift();
  for (const name of args) {
    const n = name === 'EXIT' ? 0 : signalNumber(name);
    if (n === undefined) {
      shell.complain(`trap: ${name}: bad trap`);
      return 1;
    }
    shell.setTrap(n, reset ? undefined : action);
  }
  return 0;
};

const alias: Builtin = (shell, argv) => {
  let status = 0;
  if (argv.length === 1) for (const [n, t] of [...shell.aliases].sort()) shell.print(`alias ${n}=${quote(t)}\n`);
  for (const arg of argv.slice(1)) {
    const eq = arg.indexOf('=');
    if (eq > 0) shell.aliases.set(arg.slice(0, eq), arg.slice(eq + 1));
    else if (shell.aliases.has(arg)) shell.print(`alias ${arg}=${quote(shell.aliases.get(arg) as string)}\n`);
    else {
      shell.complain(`alias: ${arg} not found`);
      status = 1;
    }
  }
  return status;
};

const unalias: Builtin = (shell, argv) => {
  let status = 0;
  for (const arg of argv.slice(1)) {
    if (arg === '-a') shell.aliases.clear();
    else if (!shell.aliases.delete(arg)) {
      shell.complain(`unalias: ${arg} not found`);
      status = 1;
    }
  }
  return status;
};

function describeCommand(shell: Shell, name: string): { long: string; short: string } | undefined {
  const text = shell.aliases.get(name);
  if (text !== undefined) return { long: `${name} is an alias for ${text}`, short: `alias ${name}=${quote(text)}` };
  if (RESERVED.has(name)) return { long: `${name} is a shell keyword`, short: name };
  if (shell.functions.has(name)) return { long: `${name} is a shell function`, short: name };
  if (BUILTINS.has(name))
    return { long: `${name} is a ${SPECIAL_BUILTINS.has(name) ? 'special ' : ''}shell builtin`, short: name };
  const path = programPath(name);
  if (path !== undefined) return { long: `${name} is ${path}`, short: path };
  const found = resolveProgram(shell, [name]);
  if (found.missing) return undefined;
  const script = found.argv[1] ?? name;
  return { long: `${name} is ${script}`, short: script };
}

const type: Builtin = (shell, argv) => {
  let status = 0;
  for (const name of argv.slice(1)) {
    const found = describeCommand(shell, name);
    shell.print(found ? `${found.long}\n` : `${name}: not found\n`);
    if (!found) status = 127;
  }
  return status;
};

const command: Builtin = (shell, argv) => {
  if (argv[1] === '-v' || argv[1] === '-V') {
    let status = 0;
    for (const name of argv.slice(2)) {
      const found = describeCommand(shell, name);
      if (!found) status = 127;
      if (argv[1] === '-V') shell.print(`${found?.long ?? `${name}: not found`}\n`);
      else if (found) shell.print(`${found.short}\n`);
    }
    return status;
  }
  const args = argv.slice(argv[1] === '-p' || argv[1] === '--' ? 2 : 1);
  if (args.length === 0) return 0;
  const saved = shell.functions.get(args[0] as string);
  shell.functions.delete(args[0] as string);
  try {
    return shell.executor.command({
      k: 'simple',
      assigns: [],
      words: args.map((s) => [{ t: 'lit', s, q: true }]),
      redirs: [],
    });
  } finally {
    if (saved) shell.functions.set(args[0] as string, saved);
  }
};

const history: Builtin = (shell, argv) => {
  const n = argv[1] === undefined ? shell.history.length : numberArgument(argv[1], 'history', 0);
  const from = Math.max(0, shell.history.length - n);
  shell.history.slice(from).forEach((line, i) => {
    shell.print(`${String(from + i + 1).padStart(5)}  ${line}\n`);
  });
  return 0;
};

const times: Builtin = (shell) => {
  shell.print('0m0.00s 0m0.00s\n0m0.00s 0m0.00s\n');
  return 0;
};

/** `time cmd`: real time; a rump kernel does not account processor time to a process. */
const time: Builtin = (shell, argv) => {
  const args = argv.slice(argv[1] === '-p' ? 2 : 1);
  const start = shell.host.now();
  const status =
    args.length === 0
      ? 0
      : shell.executor.command({
          k: 'simple',
          assigns: [],
          words: args.map((s) => [{ t: 'lit', s, q: true }]),
          redirs: [],
        });
  const seconds = ((shell.host.now() - start) / 1000).toFixed(2);
  shell.ctx.out.flush();
  shell.ctx.err.write(
    argv[1] === '-p'
      ? `real ${seconds}\nuser 0.00\nsys 0.00\n`
      : `        ${seconds} real         0.00 user         0.00 sys\n`,
  );
  shell.ctx.err.flush();
  return status;
};

/** All builtins by name. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [':', () => 0],
  ['true', () => 0],
  ['false', () => 1],
  ['cd', cd],
  ['chdir', cd],
  ['pwd', pwd],
  ['echo', echo],
  [
    'printf',
    (s, a) =>
      printfMain(
        a,
        (t) => s.print(t),
        (m) => s.complain(m),
      ),
  ],
  ['test', (s, a) => testMain(s.sys, a, (m) => s.complain(m))],
  ['[', (s, a) => testMain(s.sys, a, (m) => s.complain(m))],
  ['export', exportLike('exported')],
  ['readonly', exportLike('readonly')],
  ['local', local],
  ['unset', unset],
  ['set', set],
  ['shift', shift],
  ['.', dot],
  ['source', dot],
  ['exit', exit],
  ['logout', exit],
  ['return', ret],
  ['break', jump('break')],
  ['continue', jump('continue')],
  ['eval', evalBuiltin],
  ['exec', exec],
  ['trap', trap],
  ['alias', alias],
  ['unalias', unalias],
  ['type', type],
  ['command', command],
  ['umask', umaskBuiltin],
  ['ulimit', ulimitBuiltin],
  ['history', history],
  [
    'sys',
    (s, a) =>
      sysMain(
        s.sys,
        a,
        (t) => s.print(t),
        (m) => s.complain(m),
      ),
  ],
  ['times', times],
  ['time', time],
  ['getopts', getoptsBuiltin],
  ['read', readBuiltin],
  ['jobs', jobsBuiltin],
  ['fg', fgBuiltin],
  ['bg', bgBuiltin],
  ['wait', waitBuiltin],
  ['kill', killBuiltin],
]);
