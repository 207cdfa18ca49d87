// SPDX-License-Identifier: BSD-2-Clause
import type { ProgramHost } from '../abi.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import type { Librump } from '../librump/librump.ts';
import { ProgramEnd } from '../librump/program_end.ts';
import { SIGINT } from '../librump/signal_names.ts';
import type { Termios } from '../librump/structs.ts';
import type { Command, List } from './ast.ts';
import { Executor } from './executor.ts';
import { JobTable } from './job_table.ts';
import { IncompleteError, ShellSyntaxError } from './lexer.ts';
import { Parser } from './parser.ts';
import { Redirector } from './redirector.ts';
import { InterruptJump, LoopJump, ReturnJump, ShellError } from './shell_error.ts';
import type { ShellState } from './shell_state.ts';
import { VariableTable } from './variable_table.ts';

const OPTION_NAMES: Readonly<Record<string, string>> = {
  a: 'allexport',
  b: 'notify',
  C: 'noclobber',
  e: 'errexit',
  f: 'noglob',
  i: 'interactive',
  m: 'monitor',
  n: 'noexec',
  s: 'stdin',
  u: 'nounset',
  v: 'verbose',
  x: 'xtrace',
};

/** One shell: variables, functions, options, jobs, and the executor that runs commands in it. */
export class Shell {
  readonly sys: Librump;
  readonly host: ProgramHost;
  readonly vars = new VariableTable();
  readonly functions = new Map<string, Command>();
  readonly aliases = new Map<string, string>();
  readonly options = new Set<string>();
  readonly jobs = new JobTable();
  readonly redirector: Redirector;
  readonly executor: Executor;
  /** Trap actions by signal number; 0 is EXIT. An empty action ignores the signal. */
  readonly traps = new Map<number, string>();
  readonly history: string[] = [];
  params: string[] = [];
  arg0: string;
  lastStatus = 0;
  lastBackground: number | undefined;
  /** $$: stays that of the first shell in subshells. */
  shellPid: number;
  /** Descriptor of the controlling terminal under job control, -1 without. */
  ttyFd = -1;
  shellPgrp = 0;
  login = false;
  /** Where getopts is inside a word of several options. */
  getoptsAt: { readonly index: number; readonly offset: number } | undefined;
  /** Terminal modes of the command line before the editor's raw mode. */
  savedTermios: Termios | undefined;
  /** A SIGINT came that has not been acted on. */
  interrupted = false;
  private pendingTraps: number[] = [];
  private inTrap = false;

  constructor(readonly ctx: ProgramContext) {
    this.sys = ctx.sys;
    this.host = ctx.host;
    this.arg0 = ctx.argv[0] ?? 'sh';
    this.shellPid = ctx.pid;
    this.redirector = new Redirector(this.sys, () => this.options.has('C'));
    this.executor = new Executor(this);
    for (const [name, value] of ctx.env) if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) this.vars.set(name, value, true);
    const defaults: [string, string, boolean][] = [
      ['PATH', '/sbin:/usr/sbin:/bin:/usr/bin', true],
      ['HOME', '/', true],
      ['PS2', '> ', false],
      ['PS4', '+ ', false],
      ['OPTIND', '1', false],
      ['PPID', String(this.sys.getppid()), false],
    ];
    for (const [n, v, x] of defaults) if (this.vars.get(n) === undefined) this.vars.set(n, v, x);
    this.vars.set('IFS', ' \t\n');
  }

  get interactive(): boolean {
    return this.options.has('i');
  }

  get jobControl(): boolean {
    return this.ttyFd >= 0;
  }

  /** Value of a variable, positional or special parameter. */
  parameter(name: string): string | undefined {
    if (/^[0-9]+$/.test(name)) return name === '0' ? this.arg0 : this.params[Number(name) - 1];
    switch (name) {
      case '?':
        return String(this.lastStatus);
      case '$':
        return String(this.shellPid);
      case '#':
        return String(this.params.length);
      case '!':
        return this.lastBackground === undefined ? undefined : String(this.lastBackground);
      case '-':
        return [...this.options].join('');
      case '@':
      case '*':
        return this.params.length === 0 ? undefined : this.params.join(' ');
      default:
        return this.vars.get(name);
    }
  }

  optionNames(): Readonly<Record<string, string>> {
    return OPTION_NAMES;
  }

  print(text: string): void {
    this.ctx.out.write(text);
  }

  /** Message on standard error under the shell's name. */
  complain(message: string): void {
    this.ctx.out.flush();
    this.ctx.err.write(`${this.interactive ? 'sh' : this.arg0.replace(/^.*\//, '')}: ${message}\n`);
    this.ctx.err.flush();
  }

  /** Parse and run a text, line by line so that aliases act on later lines; $? . */
  runText(text: string): number {
    const parser = new Parser(text, this.aliases);
    for (;;) {
      let list: List | undefined;
      try {
        list = parser.completeCommand();
      } catch (error) {
        if (error instanceof IncompleteError) throw new ShellError('Syntax error: end of file unexpected');
        if (error instanceof ShellSyntaxError) throw new ShellError(error.message);
        throw error;
      }
      if (list === undefined) return this.lastStatus;
      if (!this.options.has('n')) this.executor.list(list);
    }
  }

  /** Run a whole script or subshell body: jumps out of nowhere end it, errors print and give their status. */
  runTop(body: () => number): number {
    let status: number;
    try {
      status = body();
    } catch (error) {
      if (error instanceof ProgramEnd) {
        if (error.signal !== undefined) throw error;
        status = error.status;
      } else if (error instanceof ShellError) {
        if (error.message !== '') this.complain(error.message);
        status = error.status;
      } else if (error instanceof ReturnJump) status = error.status;
      else if (error instanceof LoopJump) status = this.lastStatus;
      else if (error instanceof InterruptJump) throw new ProgramEnd(128 + SIGINT, SIGINT);
      else throw error;
    }
    return this.runExitTrap(status);
  }

  private runExitTrap(status: number): number {
    const action = this.traps.get(0);
    this.traps.delete(0);
    if (action === undefined || action === '') return status;
    this.lastStatus = status;
    try {
      this.runText(action);
      return status;
    } catch (error) {
      if (error instanceof ProgramEnd && error.signal === undefined) return error.status;
      if (error instanceof ShellError) this.complain(error.message);
      else throw error;
      return status;
    }
  }

  setTrap(signal: number, action: string | undefined): void {
    if (action === undefined) this.traps.delete(signal);
    else this.traps.set(signal, action);
    if (signal === 0) return;
    if (action === undefined) this.sys.sigaction(signal, this.defaultDisposition(signal));
    else if (action === '') this.sys.sigaction(signal, 'ignore');
    else
      this.sys.sigaction(signal, {
        restart: false,
        handler: (n) => {
          this.pendingTraps.push(n);
        },
      });
  }

  /** What an interactive shell does with signals nobody trapped. */
  defaultDisposition(signal: number): 'default' | 'ignore' | { handler: (n: number) => void; restart: boolean } {
    if (!this.interactive) return 'default';
    if (signal === SIGINT)
      return {
        restart: false,
        handler: () => {
          this.interrupted = true;
        },
      };
    return [3, 15, 18, 21, 22].includes(signal) ? 'ignore' : 'default';
  }

  /** Between commands: run trap actions that are due, give up the line after ^C. */
  checkSignals(): void {
    this.sys.pollSignals();
    while (this.pendingTraps.length > 0 && !this.inTrap) {
      const signal = this.pendingTraps.shift() as number;
      const action = this.traps.get(signal);
      if (action === undefined || action === '') continue;
      const status = this.lastStatus;
      this.inTrap = true;
      try {
        this.runText(action);
      } finally {
        this.inTrap = false;
      }
      this.lastStatus = status;
    }
    if (this.interrupted && this.interactive) {
      this.interrupted = false;
      throw new InterruptJump();
    }
  }

  get trapsPending(): boolean {
    return this.pendingTraps.length > 0;
  }

  /** Everything a subshell starts with. */
  saveState(body: List | Command): ShellState {
    return {
      kind: 'subshell',
      body,
      vars: this.vars.save(),
      functions: [...this.functions],
      aliases: [...this.aliases],
      options: [...this.options].filter((o) => o !== 'i' && o !== 'm' && o !== 's'),
      params: this.params,
      arg0: this.arg0,
      lastStatus: this.lastStatus,
      lastBackground: this.lastBackground,
      shellPid: this.shellPid,
      ignored: [...this.traps].filter(([n, a]) => n !== 0 && a === '').map(([n]) => n),
    };
  }

  restoreState(state: ShellState): void {
    this.vars.restore(state.vars);
    for (const [n, c] of state.functions) this.functions.set(n, c);
    for (const [n, t] of state.aliases) this.aliases.set(n, t);
    for (const o of state.options) this.options.add(o);
    this.params = [...state.params];
    this.arg0 = state.arg0;
    this.lastStatus = state.lastStatus;
    this.lastBackground = state.lastBackground;
    this.shellPid = state.shellPid;
    for (const n of state.ignored) this.setTrap(n, '');
  }
}
