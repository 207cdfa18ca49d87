// SPDX-License-Identifier: BSD-2-Clause
import type { ControlReply, ControlRequest, ProcessEvent, ProgramHost, RunProgram, SpawnRequest } from '../abi.ts';
import type { FakeKernel } from './fake_kernel.ts';

/**
 * A program host without workers: a child runs to its end inside spawn(). Pipelines work because the fake kernel's
 * pipes hold what a whole program writes.
 */
export class FakeHost implements ProgramHost {
  readonly signalFlag = new Int32Array(new SharedArrayBuffer(4));
  private pending: number[] = [];
  private events: ProcessEvent[] = [];
  private readonly children = new Map<number, FakeHost>();

  constructor(
    private readonly kernel: FakeKernel,
    private readonly run: RunProgram,
    readonly pid: number,
    private readonly all: Map<number, FakeHost> = new Map(),
  ) {
    this.all.set(pid, this);
    kernel.onSignal = (to, signal) => this.all.get(to)?.post(signal);
  }

  post(signal: number): void {
    this.pending.push(signal);
    Atomics.store(this.signalFlag, 0, 1);
  }

  spawn(request: SpawnRequest): void {
    const back = this.kernel.current.lwp;
    const child = new FakeHost(this.kernel, this.run, request.pid, this.all);
    this.children.set(request.pid, child);
    this.kernel.exports.rump_pub_lwproc_switch?.(request.lwp);
    // Through JSON, as the real host does it.
    const plain = JSON.parse(
      JSON.stringify({ argv: request.argv, env: request.env, state: request.state }),
    ) as SpawnRequest;
    const result = this.run({
      kernel: this.kernel,
      host: child,
      pid: request.pid,
      argv: plain.argv,
      env: plain.env,
      ...(plain.state === undefined ? {} : { state: plain.state }),
    });
    this.kernel.exports.rump_pub_lwproc_releaselwp?.();
    this.kernel.exports.rump_pub_lwproc_switch?.(back);
    this.all.delete(request.pid);
    this.events.push(
      typeof result === 'number'
        ? { pid: request.pid, kind: 'exited', status: result }
        : { pid: request.pid, kind: 'signaled', signal: result.signal },
    );
  }

  wait(pid: number, _block: boolean): ProcessEvent | undefined {
    const i = this.events.findIndex((e) => pid === -1 || e.pid === pid);
    return i < 0 ? undefined : this.events.splice(i, 1)[0];
  }

  takeSignals(): readonly number[] {
    Atomics.store(this.signalFlag, 0, 0);
    const out = this.pending;
    this.pending = [];
    return out;
  }

  stopSelf(): void {
    throw new Error('the fake host cannot stop a program');
  }

  control(request: ControlRequest): ControlReply {
    return request.op === 'historyLoad' || request.op === 'disks' ? { ok: true, value: [] } : { ok: true, value: null };
  }

  now(): number {
    return performance.now();
  }
}
