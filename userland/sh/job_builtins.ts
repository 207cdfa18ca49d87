// SPDX-License-Identifier: BSD-2-Clause
/** jobs, fg, bg, wait, kill. */
import { SIGCONT, SIGNAMES, signalNumber } from '../librump/signal_names.ts';
import { SyscallError } from '../librump/syscall_error.ts';
import { type Job, jobState, jobStatus } from './job_table.ts';
import type { Shell } from './shell.ts';

function findJob(shell: Shell, who: string, spec: string | undefined): Job | undefined {
  const job =
    spec === undefined
      ? shell.jobs.current
      : shell.jobs.find(spec.startsWith('%') || /^[0-9]+$/.test(spec) ? spec : `%${spec}`);
  if (job === undefined) shell.complain(`${who}: ${spec === undefined ? 'No current job' : `No such job: ${spec}`}`);
  return job;
}

export function jobsBuiltin(shell: Shell, argv: string[]): number {
  shell.executor.reap();
  for (const job of shell.jobs.all()) {
    if (argv.includes('-p')) shell.print(`${job.processes[0]?.pid}\n`);
    else shell.print(shell.jobs.line(job, argv.includes('-l')));
    job.notified = true;
    if (jobState(job) === 'done') shell.jobs.remove(job);
  }
  return 0;
}

function resume(shell: Shell, job: Job, foreground: boolean): void {
  if (foreground) shell.sys.tcsetpgrp(shell.ttyFd, job.pgid);
  for (const p of job.processes) if (p.state === 'stopped') p.state = 'running';
  shell.sys.kill(-job.pgid, SIGCONT);
  shell.jobs.touch(job);
}

export function fgBuiltin(shell: Shell, argv: string[]): number {
  const job = findJob(shell, 'fg', argv[1]);
  if (job === undefined) return 2;
  if (job.pgid === 0) {
    shell.complain('fg: job not created under job control');
    return 2;
  }
  shell.print(`${job.text}\n`);
  shell.ctx.out.flush();
  resume(shell, job, true);
  return shell.executor.waitForeground(job);
}

export function bgBuiltin(shell: Shell, argv: string[]): number {
  for (const spec of argv.length > 1 ? argv.slice(1) : [undefined]) {
    const job = findJob(shell, 'bg', spec);
    if (job === undefined) return 2;
    if (job.pgid === 0) {
      shell.complain('bg: job not created under job control');
      return 2;
    }
    shell.print(`[${job.id}] ${job.text}\n`);
    resume(shell, job, false);
  }
  return 0;
}

export function waitBuiltin(shell: Shell, argv: string[]): number {
  const waitFor = (job: Job): number => {
    while (jobState(job) === 'running') {
      if (!shell.executor.waitEvent() && (shell.trapsPending || shell.interrupted)) return 130;
    }
    const status = jobStatus(job);
    if (jobState(job) === 'done') shell.jobs.remove(job);
    return status;
  };
  if (argv.length === 1) {
    for (const job of shell.jobs.all())
      if (waitFor(job) === 130 && (shell.trapsPending || shell.interrupted)) return 130;
    return 0;
  }
  let status = 0;
  for (const spec of argv.slice(1)) {
    const job = shell.jobs.find(spec);
    if (job === undefined) status = 127;
    else if (!spec.startsWith('%')) {
      const pid = Number(spec);
      while (job.processes.some((p) => p.pid === pid && p.state === 'running'))
        if (!shell.executor.waitEvent() && (shell.trapsPending || shell.interrupted)) return 130;
      const p = job.processes.find((x) => x.pid === pid);
      status = p === undefined ? 127 : p.state === 'exited' ? p.code : 128 + p.code;
      if (jobState(job) === 'done') shell.jobs.remove(job);
    } else status = waitFor(job);
  }
  return status;
}

export function killBuiltin(shell: Shell, argv: string[]): number {
  let i = 1;
  let signal = 15;
  if (argv[1] === '-l') {
    if (argv[2] !== undefined) {
      const n = Number(argv[2]);
      shell.print(`${Number.isNaN(n) ? (signalNumber(argv[2]) ?? '') : (SIGNAMES[n > 128 ? n - 128 : n] ?? n)}\n`);
    } else shell.print(`${SIGNAMES.slice(1).join(' ')}\n`);
    return 0;
  }
  const first = argv[1] ?? '';
  if (first === '-s' || first === '-n') {
    const n = signalNumber(argv[2] ?? '');
    if (n === undefined) {
      shell.complain(`kill: ${argv[2] ?? ''}: unknown signal`);
      return 1;
    }
    signal = n;
    i = 3;
  } else if (/^-./.test(first) && first !== '--') {
    const n = signalNumber(first.slice(1));
    if (n === undefined) {
      shell.complain(`kill: ${first.slice(1)}: unknown signal`);
      return 1;
    }
    signal = n;
    i = 2;
  }
  if (argv[i] === '--') i++;
  if (i >= argv.length) {
    shell.complain('usage: kill [-s signal_name] pid ...');
    return 1;
  }
  let status = 0;
  for (const spec of argv.slice(i)) {
    try {
      if (spec.startsWith('%')) {
        const job = findJob(shell, 'kill', spec);
        if (job === undefined) status = 1;
        else if (job.pgid > 0) {
          shell.sys.kill(-job.pgid, signal);
          // A stopped job must run to take the signal.
          if (jobState(job) === 'stopped' && signal !== 19 && signal !== 9 && signal !== 17)
            shell.sys.kill(-job.pgid, SIGCONT);
        } else for (const p of job.processes) shell.sys.kill(p.pid, signal);
      } else if (!/^-?[0-9]+$/.test(spec)) {
        shell.complain(`kill: illegal process id: ${spec}`);
        status = 1;
      } else shell.sys.kill(Number(spec), signal);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      shell.complain(`kill: ${spec}: ${error.message}`);
      status = 1;
    }
  }
  return status;
}
