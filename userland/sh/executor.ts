// SPDX-License-Identifier: BSD-2-Clause

import { decode } from '../lib/bytes.ts';
import { fnmatch } from '../lib/fnmatch.ts';
import { concat } from '../lib/input_stream.ts';
import { ProgramEnd } from '../librump/program_end.ts';
import { SIGINT } from '../librump/signal_names.ts';
import { isErrno, SyscallError } from '../librump/syscall_error.ts';
import type { AndOr, Assignment, Command, List, Pipeline, Redirect } from './ast.ts';
import { BUILTINS, SPECIAL_BUILTINS } from './builtins.ts';
import { Expander } from './expander.ts';
import { type Job, jobState, jobStatus, killMessage } from './job_table.ts';
import { launch, type ProcessPlan } from './launcher.ts';
import { resolveProgram } from './program_lookup.ts';
import type { ReadyRedirect } from './redirector.ts';
import type { Shell } from './shell.ts';
import { LoopJump, ReturnJump, ShellError } from './shell_error.ts';

/** Builtins whose output can be caught without a process: they only print. */
const PURE = new Set(['echo', 'printf', 'pwd', 'test', '[', 'true', 'false', ':']);
const MAX_DEPTH = 200;

/** Runs the syntax tree. */
export class Executor {
  readonly expander: Expander;
  loopDepth = 0;
  functionDepth = 0;
  /** > 0 while in a condition, where set -e does not act. */
  private tested = 0;
  private depth = 0;

  constructor(private readonly shell: Shell) {
    this.expander = new Expander(shell, (body) => this.substitute(body));
  }

  list(list: List): number {
    for (const item of list) {
      this.shell.checkSignals();
      if (item.background) this.background(item.andOr, item.text);
      else this.andOr(item.andOr, item.text);
    }
    return this.shell.lastStatus;
  }

  private andOr(node: AndOr, text: string): number {
    const { shell } = this;
    let status = this.inTest(node.rest.length > 0 || node.first.negate, () => this.pipeline(node.first, text));
    node.rest.forEach(({ op, pipeline }, i) => {
      if ((op === '&&') !== (status === 0)) return;
      status = this.inTest(i < node.rest.length - 1 || pipeline.negate, () => this.pipeline(pipeline, text));
    });
    // Only the last command of `a && b` counts for set -e, and never one in a condition or behind `!`.
    if (status !== 0 && this.tested === 0 && this.endRan && shell.options.has('e')) throw new ProgramEnd(status);
    return status;
  }

  /** The pipeline that ran last was the last of its and-or list and not negated. */
  private endRan = true;

  private inTest<T>(on: boolean, body: () => T): T {
    this.endRan = !on;
    if (on) this.tested++;
    try {
      return body();
    } finally {
      if (on) this.tested--;
      this.endRan = !on;
    }
  }

  private pipeline(node: Pipeline, text: string): number {
    const { shell } = this;
    const [only] = node.commands;
    let status = node.commands.length === 1 && only ? this.command(only, text) : this.runPipeline(node.commands, text);
    if (node.negate) status = status === 0 ? 1 : 0;
    shell.lastStatus = status;
    return status;
  }

  /** One command in this shell. */
  command(node: Command, text = ''): number {
    if (++this.depth > MAX_DEPTH) {
      this.depth = 0;
      throw new ShellError('maximum recursion depth reached');
    }
    try {
      const status = this.dispatch(node, text);
      this.shell.lastStatus = status;
      this.shell.checkSignals();
      return status;
    } finally {
      this.depth--;
    }
  }

  private dispatch(node: Command, text: string): number {
    switch (node.k) {
      case 'simple':
        return this.simple(node, text);
      case 'func':
        this.shell.functions.set(node.name, node.body);
        return 0;
      case 'subshell':
        return this.foreground([this.subshellPlan(node)], text);
      default:
        return this.withRedirects(node.redirs, () => this.compound(node));
    }
  }

  private compound(node: Exclude<Command, { k: 'simple' | 'func' | 'subshell' }>): number {
    switch (node.k) {
      case 'group':
        return this.list(node.body);
      case 'if': {
        for (const arm of node.arms) if (this.condition(arm.test)) return this.list(arm.body);
        return node.otherwise ? this.list(node.otherwise) : 0;
      }
      case 'for': {
        const words = node.words ? this.expander.fields(node.words) : this.shell.params;
        return this.loop(words, (word) => {
          this.shell.vars.set(node.name, word);
          return this.list(node.body);
        });
      }
      case 'while': {
        return this.loop(this.rounds(node.test, node.until), () => this.list(node.body));
      }
      case 'case': {
        const subject = this.expander.text(node.subject);
        for (const arm of node.arms)
          if (arm.patterns.some((p) => fnmatch(this.expander.pattern(p), subject)))
            return arm.body.length > 0 ? this.list(arm.body) : 0;
        return 0;
      }
    }
  }

  private *rounds(test: List, until: boolean): Generator<undefined> {
    while (this.condition(test) !== until) yield undefined;
  }

  private condition(test: List): boolean {
    this.tested++;
    try {
      return this.list(test) === 0;
    } finally {
      this.tested--;
    }
  }

  private loop<T>(rounds: Iterable<T>, body: (round: T) => number): number {
    let status = 0;
    this.loopDepth++;
    try {
      for (const round of rounds) {
        try {
          status = body(round);
        } catch (error) {
          if (!(error instanceof LoopJump)) throw error;
          if (--error.levels > 0 && this.loopDepth > 1) throw error;
          status = 0;
          if (error.kind === 'break') break;
        }
      }
    } catch (error) {
      if (error instanceof LoopJump && error.levels > 0) throw error;
      if (!(error instanceof LoopJump)) throw error;
    } finally {
      this.loopDepth--;
    }
    this.shell.lastStatus = status;
    return status;
  }

  readyRedirects(redirs: readonly Redirect[]): ReadyRedirect[] {
    return redirs.map((r) => ({ fd: r.fd, op: r.op, text: this.expander.text(r.target) }));
  }

  private withRedirects(redirs: readonly Redirect[], body: () => number): number {
    if (redirs.length === 0) return body();
    const { shell } = this;
    const ready = this.readyRedirects(redirs);
    shell.ctx.out.flush();
    let undo: () => void;
    try {
      undo = shell.redirector.applySaved(ready);
    } catch (error) {
      return this.redirectFailed(error);
    }
    shell.ctx.out.forgetTty();
    try {
      return body();
    } finally {
      try {
        shell.ctx.out.flush();
      } finally {
        undo();
        shell.ctx.out.forgetTty();
      }
    }
  }

  private redirectFailed(error: unknown): number {
    if (!(error instanceof ShellError) && !(error instanceof SyscallError)) throw error;
    this.shell.complain(error.message);
    return 2;
  }

  private simple(node: Extract<Command, { k: 'simple' }>, text: string): number {
    const { shell } = this;
    this.substituted = 0;
    const fields = this.expander.fields(node.words);
    const [name] = fields;
    if (name === undefined) {
      for (const a of node.assigns) shell.vars.set(a.name, this.expander.text(a.value), shell.options.has('a'));
      this.trace(node.assigns, []);
      const done = this.withRedirects(node.redirs, () => 0);
      return done !== 0 ? done : this.substituted;
    }
    this.trace(node.assigns, fields);
    const func = shell.functions.get(name);
    if (SPECIAL_BUILTINS.has(name) && !func) return this.specialBuiltin(node, fields);
    if (func)
      return this.withAssigns(node.assigns, () =>
        this.withRedirects(node.redirs, () => this.callFunction(func, fields.slice(1))),
      );
    if (BUILTINS.has(name))
      return this.withAssigns(node.assigns, () => this.withRedirects(node.redirs, () => this.builtin(name, fields)));
    return this.foreground([this.programPlan(node, fields)], text === '' ? fields.join(' ') : text);
  }

  /** Status of the last command substitution of a simple command. */
  private substituted = 0;

  private specialBuiltin(node: Extract<Command, { k: 'simple' }>, fields: string[]): number {
    const { shell } = this;
    for (const a of node.assigns) shell.vars.set(a.name, this.expander.text(a.value), shell.options.has('a'));
    if (fields[0] === 'exec' && fields.length === 1) {
      shell.ctx.out.flush();
      try {
        shell.redirector.apply(this.readyRedirects(node.redirs));
      } catch (error) {
        if (error instanceof SyscallError) throw new ShellError(error.message);
        throw error;
      }
      shell.ctx.out.forgetTty();
      return 0;
    }
    return this.withRedirects(node.redirs, () => this.builtin(fields[0] as string, fields));
  }

  builtin(name: string, fields: string[]): number {
    const { shell } = this;
    const run = BUILTINS.get(name);
    if (run === undefined) return 127;
    try {
      const status = run(shell, fields);
      shell.ctx.out.flush();
      return status;
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      if (error.code === 'EINTR') return 130;
      if (!isErrno(error, 'EPIPE')) shell.complain(`${name}: ${error.message}`);
      shell.ctx.out.discard();
      return 1;
    }
  }

  private withAssigns(assigns: readonly Assignment[], body: () => number): number {
    const { vars } = this.shell;
    if (assigns.length === 0) return body();
    vars.push();
    try {
      for (const a of assigns) {
        const value = this.expander.text(a.value);
        vars.local(a.name);
        vars.set(a.name, value, true);
      }
      return body();
    } finally {
      vars.pop();
    }
  }

  callFunction(body: Command, args: string[]): number {
    const { shell } = this;
    const saved = shell.params;
    const loops = this.loopDepth;
    shell.params = args;
    this.loopDepth = 0;
    this.functionDepth++;
    shell.vars.push();
    try {
      return this.command(body);
    } catch (error) {
      if (error instanceof ReturnJump) return error.status;
      throw error;
    } finally {
      shell.vars.pop();
      this.functionDepth--;
      this.loopDepth = loops;
      shell.params = saved;
    }
  }

  private trace(assigns: readonly Assignment[], fields: readonly string[]): void {
    const { shell } = this;
    if (!shell.options.has('x')) return;
    const words = [
      ...assigns.map((a) => `${a.name}=${shell.vars.get(a.name) ?? ''}`),
      ...fields.map((f) => (/^[A-Za-z0-9_@%+=:,./[\]-]+$/.test(f) ? f : `'${f.replace(/'/g, "'\\''")}'`)),
    ];
    shell.ctx.out.flush();
    shell.ctx.err.write(`${shell.vars.get('PS4') ?? '+ '}${words.join(' ')}\n`);
    shell.ctx.err.flush();
  }

  // Processes ------------------------------------------------------------------------------------------------------

  /** How to run an external program. */
  programPlan(node: Extract<Command, { k: 'simple' }>, fields: readonly string[]): ProcessPlan {
    const { shell } = this;
    const env = shell.vars.environment();
    for (const a of node.assigns) env.set(a.name, this.expander.text(a.value));
    const found = resolveProgram(shell, fields);
    return {
      argv: found.argv,
      missing: found.missing,
      env,
      redirects: this.readyRedirects(node.redirs),
      state: undefined,
    };
  }

  /** How to run anything else in a process: a shell with our state. */
  private subshellPlan(node: Command): ProcessPlan {
    const { shell } = this;
    const body: Command | List =
      node.k === 'subshell' && node.redirs.length === 0
        ? node.body
        : node.k === 'subshell'
          ? { k: 'group', body: node.body, redirs: node.redirs }
          : node;
    return {
      argv: ['sh'],
      missing: undefined,
      env: shell.vars.environment(),
      redirects: [],
      state: shell.saveState(body),
    };
  }

  /** Plan for one element of a pipeline or for a background command. */
  private elementPlan(node: Command): ProcessPlan {
    if (node.k !== 'simple' || node.words.length === 0) return this.subshellPlan(node);
    const first = node.words[0]?.[0];
    const name = node.words[0]?.length === 1 && first?.t === 'lit' ? first.s : undefined;
    // A name that is only known after expansion is left to a subshell, so that nothing expands twice.
    if (name === undefined || this.shell.functions.has(name) || BUILTINS.has(name)) return this.subshellPlan(node);
    const fields = this.expander.fields(node.words);
    this.trace(node.assigns, fields);
    return this.programPlan(node, fields);
  }

  private runPipeline(commands: readonly Command[], text: string): number {
    return this.foreground(
      commands.map((c) => this.elementPlan(c)),
      text,
    );
  }

  private foreground(plans: readonly ProcessPlan[], text: string): number {
    const { shell } = this;
    const missing = plans.length === 1 ? plans[0]?.missing : undefined;
    if (missing && plans[0]?.redirects.length === 0) {
      shell.complain(missing.message);
      return missing.status;
    }
    const started = launch(shell, plans, { foreground: true });
    if (started.pids.length === 0) return started.status;
    const job = shell.jobs.add(started.pgid, started.pids, text);
    const status = this.waitForeground(job);
    return started.lastFailed ? started.status : status;
  }

  private background(node: AndOr, text: string): void {
    const { shell } = this;
    const [only] = node.first.commands;
    const plans =
      node.rest.length === 0 && !node.first.negate
        ? node.first.commands.map((c) => this.elementPlan(c))
        : [this.subshellPlan({ k: 'group', body: [{ andOr: node, background: false, text }], redirs: [] })];
    if (only === undefined) return;
    const started = launch(shell, plans, { foreground: false });
    const last = started.pids[started.pids.length - 1];
    shell.lastStatus = started.pids.length === 0 ? started.status : 0;
    if (last === undefined) return;
    const job = shell.jobs.add(started.pgid, started.pids, text);
    shell.lastBackground = last;
    if (shell.interactive) {
      shell.ctx.err.write(`[${job.id}] ${last}\n`);
      shell.ctx.err.flush();
    }
  }

  /** Wait until the job ends or stops, then take the terminal back; its status. */
  waitForeground(job: Job): number {
    const { shell } = this;
    // Without job control a stopped child is only a slow one.
    while (jobState(job) === 'running' || (jobState(job) === 'stopped' && !shell.jobControl)) this.waitEvent();
    if (shell.jobControl) this.takeTerminal(job);
    const status = jobStatus(job);
    if (jobState(job) === 'stopped') {
      job.notified = true;
      shell.jobs.touch(job);
      shell.ctx.err.write(`\n${shell.jobs.line(job)}`);
      shell.ctx.err.flush();
      return status;
    }
    shell.jobs.remove(job);
    if (shell.interactive && job.processes.some((p) => p.state === 'signaled' && p.code === SIGINT)) {
      // ^C ends the whole line, loops included, not only the pipeline it met.
      shell.interrupted = true;
      return status;
    }
    const said = killMessage(job);
    if (said !== '' && (shell.interactive || said !== '\n')) {
      shell.ctx.err.write(said);
      shell.ctx.err.flush();
    }
    return status;
  }

  private takeTerminal(job: Job): void {
    const { shell } = this;
    try {
      shell.sys.tcsetpgrp(shell.ttyFd, shell.shellPgrp);
      const modes = shell.savedTermios;
      const last = job.processes[job.processes.length - 1];
      if (modes && last?.state !== 'exited') shell.sys.tcsetattr(shell.ttyFd, 1, modes);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
    }
  }

  /** Block for one event of any child. Trapped signals interrupt it. */
  waitEvent(): boolean {
    const { shell } = this;
    const event = shell.host.wait(-1, true);
    if (event !== undefined) {
      shell.jobs.apply(event);
      return true;
    }
    // No event and no signal: the host knows no such child any more.
    if (shell.sys.signals.deliver() === 'none') shell.jobs.forgetRunning();
    return false;
  }

  /** Collect what has happened to children without waiting. */
  reap(): void {
    for (let e = this.shell.host.wait(-1, false); e !== undefined; e = this.shell.host.wait(-1, false))
      this.shell.jobs.apply(e);
  }

  // Command substitution -------------------------------------------------------------------------------------------

  private substitute(body: List): string {
    const { shell } = this;
    const quick = this.capturePure(body);
    if (quick !== undefined) return quick;
    const [read, write] = shell.sys.pipe();
    shell.redirector.internal.add(read);
    shell.redirector.internal.add(write);
    let pids: readonly number[];
    try {
      const only =
        body.length === 1 &&
        body[0] &&
        !body[0].background &&
        body[0].andOr.rest.length === 0 &&
        !body[0].andOr.first.negate &&
        body[0].andOr.first.commands.length === 1
          ? body[0].andOr.first.commands[0]
          : undefined;
      const plan =
        only?.k === 'simple' && !shell.options.has('e')
          ? this.elementPlan(only)
          : {
              argv: ['sh'],
              missing: undefined,
              env: shell.vars.environment(),
              redirects: [],
              state: shell.saveState(body),
            };
      const started = launch(shell, [plan], { foreground: true, stdout: write, noJob: true });
      pids = started.pids;
      this.substituted = started.status;
    } finally {
      shell.redirector.internal.delete(write);
      shell.sys.close(write);
    }
    try {
      const parts: Uint8Array[] = [];
      for (;;) {
        const chunk = shell.sys.read(read, 65536);
        if (chunk.length === 0) break;
        parts.push(chunk);
      }
      for (const pid of pids) this.substituted = this.waitPid(pid);
      shell.lastStatus = this.substituted;
      return decode(concat(parts)).replace(/\0/g, '').replace(/\n+$/, '');
    } catch (error) {
      if (isErrno(error, 'EINTR')) shell.checkSignals();
      throw error;
    } finally {
      shell.redirector.internal.delete(read);
      shell.sys.close(read);
    }
  }

  private waitPid(pid: number): number {
    const { shell } = this;
    for (;;) {
      const event = shell.host.wait(pid, true);
      if (event === undefined) {
        if (shell.sys.signals.deliver() === 'none') return 127;
        shell.checkSignals();
      } else if (event.kind === 'exited') return event.status;
      else if (event.kind === 'signaled') return 128 + event.signal;
    }
  }

  /** `$(echo …)` and the like need no process: the builtin prints into a string. */
  private capturePure(body: List): string | undefined {
    const { shell } = this;
    const item = body.length === 1 ? body[0] : undefined;
    const node =
      item && !item.background && item.andOr.rest.length === 0 && item.andOr.first.commands.length === 1
        ? item.andOr.first.commands[0]
        : undefined;
    if (node?.k !== 'simple' || node.redirs.length > 0 || node.assigns.length > 0 || item?.andOr.first.negate)
      return undefined;
    const first = node.words[0]?.[0];
    if (node.words[0]?.length !== 1 || first?.t !== 'lit' || !PURE.has(first.s) || shell.functions.has(first.s))
      return undefined;
    // ${x=…}, ${x?…} and $((x=…)) act on the shell: those want a real subshell.
    if (JSON.stringify(node.words).match(/"op":"[=?]"|"t":"arith"/)) return undefined;
    const fields = this.expander.fields(node.words);
    this.trace([], fields);
    const capture = shell.ctx.out.capture();
    try {
      this.substituted = this.builtin(first.s, fields);
      shell.lastStatus = this.substituted;
    } finally {
      capture.stop();
    }
    return capture.text().replace(/\0/g, '').replace(/\n+$/, '');
  }
}
