// SPDX-License-Identifier: BSD-2-Clause
import { ProgramEnd } from '../librump/program_end.ts';
import { SIGHUP, SIGWINCH } from '../librump/signal_names.ts';
import { isErrno, SyscallError } from '../librump/syscall_error.ts';
import { currentDirectory, readFile } from './builtins.ts';
import { jobState } from './job_table.ts';
import { IncompleteError, ShellSyntaxError } from './lexer.ts';
import { LineEditor } from './line_editor.ts';
import { Parser } from './parser.ts';
import type { Shell } from './shell.ts';
import { InterruptJump, LoopJump, ReturnJump, ShellError } from './shell_error.ts';

const TIOCSCTTY = 0x20007461;
const FIRST_SHELL_FD = 10;
const F_DUPFD_CLOEXEC = 12;

/**
 * Own process group in the foreground of the terminal, signals as an interactive shell has them.
 * A shell that the host started on a fresh terminal becomes the session leader with that terminal.
 */
export function setUpJobControl(shell: Shell): void {
  const { sys } = shell;
  for (const n of [2, 3, 15, 18, 21, 22]) sys.sigaction(n, shell.defaultDisposition(n));
  sys.sigaction(SIGWINCH, { handler: () => undefined, restart: false });
  try {
    const tty = sys.fcntl(0, F_DUPFD_CLOEXEC, FIRST_SHELL_FD);
    shell.redirector.internal.add(tty);
    if (!hasTerminal(shell, tty)) {
      try {
        sys.setsid();
      } catch (error) {
        if (!isErrno(error, 'EPERM')) throw error;
      }
      sys.ioctl(tty, TIOCSCTTY);
    }
    if (sys.getpgrp() !== shell.ctx.pid) sys.setpgid(0, shell.ctx.pid);
    shell.shellPgrp = sys.getpgrp();
    sys.tcsetpgrp(tty, shell.shellPgrp);
    shell.ttyFd = tty;
    shell.options.add('m');
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    shell.complain(`can't access tty; job control turned off (${error.call}: ${error.message})`);
  }
}

function hasTerminal(shell: Shell, tty: number): boolean {
  try {
    shell.sys.tcgetpgrp(tty);
    return true;
  } catch (error) {
    if (error instanceof SyscallError) return false;
    throw error;
  }
}

export function interactiveLoop(shell: Shell): number {
  const editor = new LineEditor(shell);
  loadHistory(shell);
  runStartFiles(shell);
  let warned = false;
  for (;;) {
    notifyJobs(shell);
    const text = readCommand(shell, editor);
    if (text === undefined) {
      if (stoppedJobs(shell) && !warned) {
        warned = true;
        shell.complain('You have stopped jobs.');
        continue;
      }
      return leave(shell, shell.lastStatus);
    }
    if (text.trim() === '') continue;
    const before = warned;
    try {
      runLine(shell, editor, text);
    } catch (error) {
      if (!(error instanceof ProgramEnd)) throw error;
      if (error.signal === undefined && stoppedJobs(shell) && !warned) {
        warned = true;
        shell.complain('You have stopped jobs.');
        continue;
      }
      if (error.signal !== undefined) {
        hangUp(shell);
        throw error;
      }
      return leave(shell, error.status);
    }
    if (before) warned = false;
  }
}

function runLine(shell: Shell, editor: LineEditor, text: string): void {
  editor.mark('C');
  shell.interrupted = false;
  try {
    shell.runText(text);
    shell.ctx.out.flush();
    shell.checkSignals();
  } catch (error) {
    if (error instanceof ShellError) {
      if (error.message !== '') shell.complain(error.message);
      shell.lastStatus = error.status;
    } else if (error instanceof InterruptJump || isErrno(error, 'EINTR')) {
      shell.interrupted = false;
      shell.ctx.out.discard();
      shell.ctx.err.write('\n');
      shell.ctx.err.flush();
      shell.lastStatus = 130;
    } else if (error instanceof LoopJump || error instanceof ReturnJump) shell.lastStatus = 0;
    else if (error instanceof SyscallError) {
      shell.complain(`${error.call}: ${error.message}`);
      shell.lastStatus = 2;
    } else if (error instanceof RangeError) {
      shell.complain('maximum recursion depth reached');
      shell.lastStatus = 2;
    } else throw error;
  }
  editor.mark(`D;${shell.lastStatus}`);
}

/** A complete command, asking for more lines while it is unfinished; undefined at end of input. */
function readCommand(shell: Shell, editor: LineEditor): string | undefined {
  let text = '';
  for (;;) {
    const line = editor.read(text === '' ? prompt(shell, 'PS1') : prompt(shell, 'PS2'), text === '');
    if (line === undefined) return text === '' ? undefined : '';
    if (line === 'interrupted') {
      shell.lastStatus = 130;
      return '';
    }
    text += text === '' ? line.text : `\n${line.text}`;
    try {
      if (line.text.includes('!') && text === line.text) text = expandHistory(shell, text);
      Parser.parse(`${text}\n`, shell.aliases);
    } catch (error) {
      if (error instanceof IncompleteError) continue;
      remember(shell, text);
      if (error instanceof ShellSyntaxError || error instanceof ShellError) {
        shell.complain(error.message);
        shell.lastStatus = 2;
        return '';
      }
      throw error;
    }
    remember(shell, text);
    return text;
  }
}

function expandHistory(shell: Shell, text: string): string {
  const m = /^\s*!(!|-?[0-9]+|[A-Za-z][\w.-]*)(.*)$/s.exec(text);
  if (!m) return text;
  const { history } = shell;
  const which = m[1] as string;
  const n = Number(which);
  const found =
    which === '!'
      ? history[history.length - 1]
      : !Number.isNaN(n)
        ? history[n < 0 ? history.length + n : n - 1]
        : history.findLast((h) => h.startsWith(which));
  if (found === undefined) throw new ShellError(`!${which}: event not found`);
  const full = found + (m[2] ?? '');
  shell.ctx.err.write(`${full}\n`);
  shell.ctx.err.flush();
  return full;
}

function remember(shell: Shell, text: string): void {
  if (text.trim() === '' || text.startsWith(' ') || shell.history[shell.history.length - 1] === text) return;
  shell.history.push(text);
  shell.host.control({ op: 'historyAppend', line: text });
}

function loadHistory(shell: Shell): void {
  const reply = shell.host.control({ op: 'historyLoad' });
  if (reply.ok && Array.isArray(reply.value))
    for (const line of reply.value) if (typeof line === 'string') shell.history.push(line);
}

function runStartFiles(shell: Shell): void {
  for (const path of [
    ...(shell.login ? ['/etc/profile', `${shell.vars.get('HOME') ?? ''}/.profile`] : []),
    shell.vars.get('ENV') ?? '',
  ]) {
    if (path === '') continue;
    try {
      shell.runText(readFile(shell, path));
    } catch (error) {
      if (error instanceof ShellError) shell.complain(error.message);
      else if (!(error instanceof SyscallError)) throw error;
    }
  }
}

/** \w working directory, \h host name, \u user, \$ privilege; then $VARIABLES. */
function prompt(shell: Shell, name: 'PS1' | 'PS2'): string {
  const raw = shell.vars.get(name) ?? (name === 'PS2' ? '> ' : 'rumpus# ');
  return raw
    .replace(/\$([A-Za-z_?]\w*)/g, (_, v: string) => shell.parameter(v) ?? '')
    .replace(/\\([whu$n])/g, (_, c: string) => {
      switch (c) {
        case 'w':
          return currentDirectory(shell);
        case 'h':
          return 'rumpus';
        case 'u':
          return shell.sys.geteuid() === 0 ? 'root' : String(shell.sys.geteuid());
        case 'n':
          return '\n';
        default:
          return shell.sys.geteuid() === 0 ? '#' : '$';
      }
    });
}

function notifyJobs(shell: Shell): void {
  shell.executor.reap();
  for (const job of shell.jobs.all()) {
    const state = jobState(job);
    if (!job.notified && state !== 'running') shell.ctx.err.write(shell.jobs.line(job));
    job.notified = true;
    if (state === 'done') shell.jobs.remove(job);
  }
  shell.ctx.err.flush();
}

function stoppedJobs(shell: Shell): boolean {
  return shell.jobs.all().some((j) => jobState(j) === 'stopped');
}

function leave(shell: Shell, status: number): number {
  hangUp(shell);
  return shell.runTop(() => status);
}

/** The jobs of an interactive shell get SIGHUP (and stopped ones SIGCONT) when it ends. */
function hangUp(shell: Shell): void {
  for (const job of shell.jobs.all()) {
    if (job.pgid === 0 || jobState(job) === 'done') continue;
    try {
      shell.sys.kill(-job.pgid, SIGHUP);
      if (jobState(job) === 'stopped') shell.sys.kill(-job.pgid, 19);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
    }
  }
}
