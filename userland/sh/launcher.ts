// SPDX-License-Identifier: BSD-2-Clause
import type { GuestPtr } from '../abi.ts';
import { SyscallError } from '../librump/syscall_error.ts';
import type { ReadyRedirect } from './redirector.ts';
import type { Shell } from './shell.ts';
import { ShellError } from './shell_error.ts';
import type { ShellState } from './shell_state.ts';

/** How one process of a job is to run; all words are expanded. */
export interface ProcessPlan {
  readonly argv: readonly string[];
  /** Set when there is no such program: what to say and the status. */
  readonly missing: { readonly message: string; readonly status: number } | undefined;
  readonly env: ReadonlyMap<string, string>;
  readonly redirects: readonly ReadyRedirect[];
  readonly state: ShellState | undefined;
}

export interface LaunchOptions {
  readonly foreground: boolean;
  /** Descriptor the last process writes to (command substitution). */
  readonly stdout?: number;
  /** Part of the shell itself: stays in its process group. */
  readonly noJob?: boolean;
}

export interface Launched {
  readonly pids: readonly number[];
  readonly pgid: number;
  /** Status when the last element could not start. */
  readonly status: number;
  readonly lastFailed: boolean;
}

const SIGNALS_OF_SHELL = [2, 3, 15, 18, 21, 22, 28];

/**
 * Make the processes of a pipeline. A child is made by rfork, which leaves it current in this thread; its descriptors,
 * process group and signals are set with its own system calls, then the shell's lwp is made current again and the host
 * starts the program. There is no fork and no exec in a rump kernel.
 */
export function launch(shell: Shell, plans: readonly ProcessPlan[], options: LaunchOptions): Launched {
  const { sys } = shell;
  shell.ctx.out.flush();
  const parent = sys.curlwp();
  const jobControl = shell.jobControl && !options.noJob;
  const pids: number[] = [];
  const made: ChildSetup[] = [];
  let pgid = 0;
  let input = -1;
  let status = 0;
  let lastFailed = false;
  sys.signals.hold();
  try {
    plans.forEach((plan, i) => {
      const last = i === plans.length - 1;
      const pipe = last ? undefined : sys.pipe();
      const child = new ChildSetup(shell, plan, {
        input,
        output: pipe?.[1] ?? options.stdout ?? -1,
        extra: pipe?.[0] ?? -1,
        pgid,
        jobControl,
        background: !options.foreground,
        first: i === 0,
      });
      const failure = child.make(parent);
      if (failure === undefined) made.push(child);
      else status = failure;
      lastFailed = failure !== undefined;
      if (failure === undefined && pgid === 0) pgid = child.pid;
      if (input >= 0) sys.close(input);
      if (pipe) sys.close(pipe[1]);
      input = pipe?.[0] ?? -1;
    });
    // None runs before all are made: a leader that ends early would take the process group away from the others.
    if (jobControl && options.foreground && made.length > 0) sys.tcsetpgrp(shell.ttyFd, pgid);
    for (const child of made) {
      if (child.start(parent)) pids.push(child.pid);
      else status = 2;
    }
  } finally {
    if (input >= 0) sys.close(input);
    sys.signals.release();
  }
  return { pids, pgid: jobControl ? pgid : 0, status, lastFailed };
}

interface ChildPlace {
  readonly input: number;
  readonly output: number;
  /** Read end of our own output pipe: to be closed. */
  readonly extra: number;
  readonly pgid: number;
  readonly jobControl: boolean;
  readonly background: boolean;
  readonly first: boolean;
}

class ChildSetup {
  constructor(
    private readonly shell: Shell,
    private readonly plan: ProcessPlan,
    private readonly place: ChildPlace,
  ) {}

  pid = 0;
  private lwp: GuestPtr = 0;

  /** Make the process and set it up; the status when that failed. */
  make(parent: GuestPtr): number | undefined {
    const { shell, plan } = this;
    const { sys } = shell;
    this.lwp = sys.rfork('copy');
    try {
      this.pid = sys.getpid();
      sys.execNotify(plan.argv[0] ?? '');
      this.prepare();
      if (plan.missing) throw new ShellError(plan.missing.message, plan.missing.status);
    } catch (error) {
      this.report(error);
      sys.releaseLwp();
      sys.switchLwp(parent);
      return error instanceof ShellError ? error.status : 2;
    }
    sys.switchLwp(parent);
    return undefined;
  }

  /** Hand it to the host; false when there is no worker for it. */
  start(parent: GuestPtr): boolean {
    const { shell, plan, lwp, pid } = this;
    const { sys } = shell;
    try {
      shell.host.spawn({ lwp, pid, argv: plan.argv, env: Object.fromEntries(plan.env), state: plan.state });
      return true;
    } catch (error) {
      sys.switchLwp(lwp);
      sys.releaseLwp();
      sys.switchLwp(parent);
      shell.complain(`Cannot fork: ${error instanceof Error ? error.message : 'Resource temporarily unavailable'}`);
      return false;
    }
  }

  /** Runs with the child current: what a Unix shell does between fork and exec. */
  private prepare(): void {
    const { shell, place } = this;
    const { sys, redirector } = shell;
    if (place.jobControl) sys.setpgid(0, place.pgid);
    this.signals();
    if (place.input >= 0) sys.dup2(place.input, 0);
    else if (place.background && place.first && !place.jobControl) this.nullInput();
    if (place.output >= 0) sys.dup2(place.output, 1);
    for (const fd of new Set([place.input, place.output, place.extra]))
      if (fd > 2 && !redirector.internal.has(fd)) sys.close(fd);
    for (const fd of redirector.internal) sys.close(fd);
    // The child's copies of the shell's descriptors are gone: redirections may name any number.
    redirector.applyInChild(this.plan.redirects);
  }

  private nullInput(): void {
    const { sys } = this.shell;
    try {
      const fd = sys.open('/dev/null', 0);
      if (fd !== 0) {
        sys.dup2(fd, 0);
        sys.close(fd);
      }
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
    }
  }

  private signals(): void {
    const { shell, place } = this;
    for (const n of SIGNALS_OF_SHELL)
      if (shell.sys.signals.get(n) !== 'default' && shell.traps.get(n) !== '') shell.sys.kernelSigaction(n, 'default');
    for (const [n, action] of shell.traps)
      if (n > 0 && action !== '' && !SIGNALS_OF_SHELL.includes(n)) shell.sys.kernelSigaction(n, 'default');
    if (place.background && !place.jobControl) for (const n of [2, 3]) shell.sys.kernelSigaction(n, 'ignore');
  }

  private report(error: unknown): void {
    if (!(error instanceof ShellError) && !(error instanceof SyscallError)) throw error;
    // The child's standard error, redirected or not: that is where a shell after fork would write.
    this.shell.complain(error.message);
  }
}
