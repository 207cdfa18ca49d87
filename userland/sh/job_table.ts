// SPDX-License-Identifier: BSD-2-Clause
import type { ProcessEvent } from '../abi.ts';
import { SIGINT, SIGPIPE, signalDescription } from '../librump/signal_names.ts';

export interface JobProcess {
  readonly pid: number;
  state: 'running' | 'stopped' | 'exited' | 'signaled';
  /** Exit status or signal number. */
  code: number;
}

/** A pipeline with its processes. */
export interface Job {
  readonly id: number;
  /** Process group; 0 without job control. */
  readonly pgid: number;
  readonly processes: JobProcess[];
  readonly text: string;
  /** The user has been told of its present state. */
  notified: boolean;
}

export type JobState = 'running' | 'stopped' | 'done';

export function jobState(job: Job): JobState {
  if (job.processes.some((p) => p.state === 'running')) return 'running';
  return job.processes.some((p) => p.state === 'stopped') ? 'stopped' : 'done';
}

/** $? of a job: that of its last process. */
export function jobStatus(job: Job): number {
  const stopped = job.processes.find((p) => p.state === 'stopped');
  const p = stopped ?? job.processes[job.processes.length - 1];
  if (p === undefined) return 0;
  return p.state === 'exited' ? p.code : 128 + p.code;
}

/** The jobs of one shell. */
export class JobTable {
  private jobs: Job[] = [];
  /** Most recently used last: the last is %+, the one before %-. */
  private order: Job[] = [];

  add(pgid: number, pids: readonly number[], text: string): Job {
    let id = 1;
    while (this.jobs.some((j) => j.id === id)) id++;
    const job: Job = {
      id,
      pgid,
      processes: pids.map((pid) => ({ pid, state: 'running', code: 0 })),
      text,
      notified: true,
    };
    this.jobs.push(job);
    this.order.push(job);
    return job;
  }

  remove(job: Job): void {
    this.jobs = this.jobs.filter((j) => j !== job);
    this.order = this.order.filter((j) => j !== job);
  }

  all(): readonly Job[] {
    return [...this.jobs].sort((a, b) => a.id - b.id);
  }

  /** Make it the current job. */
  touch(job: Job): void {
    this.order = [...this.order.filter((j) => j !== job), job];
  }

  get current(): Job | undefined {
    return this.order.filter((j) => jobState(j) === 'stopped').pop() ?? this.order[this.order.length - 1];
  }

  get previous(): Job | undefined {
    const current = this.current;
    return this.order.filter((j) => j !== current).pop();
  }

  apply(event: ProcessEvent): void {
    for (const job of this.jobs) {
      const p = job.processes.find((x) => x.pid === event.pid && (x.state === 'running' || x.state === 'stopped'));
      if (p === undefined) continue;
      if (event.kind === 'exited') {
        p.state = 'exited';
        p.code = event.status;
      } else if (event.kind === 'continued') p.state = 'running';
      else {
        p.state = event.kind;
        p.code = event.signal;
      }
      if (event.kind !== 'continued') job.notified = false;
      return;
    }
  }

  /** Children the host has lost count as ended. */
  forgetRunning(): void {
    for (const job of this.jobs)
      for (const p of job.processes) {
        if (p.state !== 'running' && p.state !== 'stopped') continue;
        p.state = 'exited';
        p.code = 127;
      }
  }

  /** %n, %+, %%, %-, %text, or a pid. */
  find(spec: string): Job | undefined {
    if (spec === '%' || spec === '%%' || spec === '%+') return this.current;
    if (spec === '%-') return this.previous;
    if (/^%[0-9]+$/.test(spec)) return this.jobs.find((j) => j.id === Number(spec.slice(1)));
    if (spec.startsWith('%?')) return this.jobs.find((j) => j.text.includes(spec.slice(2)));
    if (spec.startsWith('%')) return this.jobs.find((j) => j.text.startsWith(spec.slice(1)));
    return this.jobs.find((j) => j.processes.some((p) => p.pid === Number(spec)));
  }

  /** A line as `jobs` prints it. */
  line(job: Job, pids = false): string {
    const mark = job === this.current ? '+' : job === this.previous ? '-' : ' ';
    const pid = pids ? ` ${job.processes.map((p) => p.pid).join(' ')}` : '';
    return `[${job.id}] ${mark}${pid} ${stateText(job).padEnd(22)} ${job.text}\n`;
  }
}

function stateText(job: Job): string {
  const state = jobState(job);
  if (state === 'running') return 'Running';
  const p =
    state === 'stopped' ? job.processes.find((x) => x.state === 'stopped') : job.processes[job.processes.length - 1];
  if (p === undefined) return 'Done';
  if (p.state === 'exited') return p.code === 0 ? 'Done' : `Done(${p.code})`;
  return signalDescription(p.code);
}

/** What a shell says when a foreground job was killed; empty for the usual ones. */
export function killMessage(job: Job): string {
  const p = job.processes[job.processes.length - 1];
  if (p?.state !== 'signaled' || p.code === SIGPIPE) return '';
  return p.code === SIGINT ? '\n' : `${signalDescription(p.code)}\n`;
}
