// SPDX-License-Identifier: BSD-2-Clause
/** ProgramHost of userland/abi.ts for a program worker, over the process slots of the control area. */
import { EAGAIN } from '../hypercall-js/errno.gen.ts';
import type { HostKernel } from '../hypercall-js/host_kernel.ts';
import {
  EV_CONTINUED,
  EV_EXITED,
  EV_NONE,
  EV_SIGNALED,
  EV_STOPPED,
  JOB_PROGRAM,
  MAX_PROCS,
  P_CTL,
  P_CTLLEN,
  P_CTLPTR,
  P_EVENT,
  P_INSIST,
  P_LINE,
  P_LWP,
  P_PARENT,
  P_PID,
  P_SIG_HI,
  P_SIG_LO,
  P_SIGFLAG,
  P_START,
  P_STARTLEN,
  P_STATE,
  P_VALUE,
  P_WAKE,
  PS_ALIVE,
  PS_FREE,
  PS_STOPPED,
  PS_ZOMBIE,
  TK_PROGRAM,
  TK_TOOL,
} from '../hypercall-js/mailbox.ts';
import { startJob } from '../hypercall-js/rumpuser_pth.ts';
import type {
  ControlReply,
  ControlRequest,
  KernelInstance,
  ProcessEvent,
  ProgramHost,
  SpawnRequest,
} from '../userland/abi.ts';
import { isTool } from '../userland/is_tool.ts';
import type { ProgramRecord } from './session_start.ts';
import { claimProcess } from './sessions.ts';

const REPLY_BYTES = 65536;
const SIGKILL = 9;
const SIGCONT = 19;
const WAKES_STOPPED = (1 << (SIGKILL - 1)) | (1 << (SIGCONT - 1));

/** @param slot  process slot of the program */
export function programHost(k: HostKernel, instance: KernelInstance, slot: number): ProgramHost {
  const { mailbox, words } = k;
  const p = mailbox.proc(slot);
  return {
    signalFlag: words.subarray(p + P_SIGFLAG, p + P_SIGFLAG + 1),
    spawn: (request) => spawn(k, instance, slot, request),
    wait: (pid, block) => waitChild(k, slot, pid, block),
    takeSignals(): readonly number[] {
      Atomics.store(words, p + P_SIGFLAG, 0);
      words[p + P_INSIST] = 0;
      const out: number[] = [];
      for (const [word, first] of [
        [P_SIG_LO, 1],
        [P_SIG_HI, 33],
      ] as const) {
        const bits = Atomics.exchange(words, p + word, 0);
        for (let i = 0; i < 32; i++) if ((bits & (1 << i)) !== 0) out.push(first + i);
      }
      return out;
    },
    stopSelf(signal): void {
      changeState(k, p, PS_STOPPED, EV_STOPPED, signal);
      for (;;) {
        const wake = Atomics.load(words, p + P_WAKE);
        if ((Atomics.load(words, p + P_SIG_LO) & WAKES_STOPPED) !== 0) break;
        Atomics.wait(words, p + P_WAKE, wake);
      }
      changeState(k, p, PS_ALIVE, EV_CONTINUED, SIGCONT);
    },
    control: (request) => control(k, instance, p, request),
    now: () => k.services.monotonicMs(),
  };
}

function changeState(k: HostKernel, p: number, state: number, event: number, value: number): void {
  const { words } = k;
  words[p + P_VALUE] = value;
  Atomics.store(words, p + P_EVENT, event);
  Atomics.store(words, p + P_STATE, state);
  notifyParent(k, p);
}

/** A process changed state: wake its parent, or the host for what has none. */
export function notifyParent(k: HostKernel, p: number): void {
  const parent = Atomics.load(k.words, p + P_PARENT);
  if (parent >= 0) k.mailbox.bump(k.mailbox.proc(parent) + P_WAKE);
  else k.mailbox.wakeHost();
}

function spawn(k: HostKernel, instance: KernelInstance, parent: number, request: SpawnRequest): void {
  const { mailbox, words } = k;
  const slot = claimProcess(mailbox);
  if (slot < 0) throw { errno: EAGAIN };
  const record: ProgramRecord = {
    argv: request.argv,
    env: request.env,
    ...(request.state === undefined ? {} : { state: request.state }),
  };
  const data = new TextEncoder().encode(JSON.stringify(record));
  const ptr = instance.malloc(data.length);
  if (ptr === 0) {
    Atomics.store(words, mailbox.proc(slot) + P_STATE, PS_FREE);
    throw { errno: EAGAIN };
  }
  instance.u8.set(data, ptr);
  const p = mailbox.proc(slot);
  words[p + P_PID] = request.pid;
  words[p + P_PARENT] = parent;
  words[p + P_LWP] = request.lwp;
  words[p + P_LINE] = words[mailbox.proc(parent) + P_LINE] as number;
  words[p + P_START] = ptr;
  words[p + P_STARTLEN] = data.length;
  Atomics.store(words, p + P_STATE, PS_ALIVE);
  const thread = startJob(mailbox, {
    kind: isTool(request.argv[0] ?? '') ? TK_TOOL : TK_PROGRAM,
    job: JOB_PROGRAM,
    func: 0,
    arg: slot,
    joinable: false,
    name: request.argv[0] ?? 'sh',
  });
  if (thread >= 0) return;
  instance.free(ptr);
  Atomics.store(words, p + P_STATE, PS_FREE);
  throw { errno: EAGAIN };
}

function waitChild(k: HostKernel, slot: number, pid: number, block: boolean): ProcessEvent | undefined {
  const { mailbox, words } = k;
  const me = mailbox.proc(slot);
  for (;;) {
    const wake = Atomics.load(words, me + P_WAKE);
    let children = 0;
    for (let i = 0; i < MAX_PROCS; i++) {
      const p = mailbox.proc(i);
      if (
        Atomics.load(words, p + P_STATE) === PS_FREE ||
        words[p + P_PARENT] !== slot ||
        (pid > 0 && words[p + P_PID] !== pid)
      )
        continue;
      children++;
      const event = takeEvent(k, p);
      if (event !== undefined) return event;
    }
    if (!block || children === 0 || Atomics.load(words, me + P_SIGFLAG) !== 0) return undefined;
    Atomics.wait(words, me + P_WAKE, wake);
  }
}

/** An unreported event of a child; a dead one's slot becomes free. */
function takeEvent(k: HostKernel, p: number): ProcessEvent | undefined {
  const { words } = k;
  const state = Atomics.load(words, p + P_STATE);
  const pid = words[p + P_PID] as number;
  const value = words[p + P_VALUE] as number;
  const event = Atomics.load(words, p + P_EVENT);
  if (event === EV_NONE) return undefined;
  if ((event === EV_EXITED || event === EV_SIGNALED) && state !== PS_ZOMBIE) return undefined;
  Atomics.store(words, p + P_EVENT, EV_NONE);
  switch (event) {
    case EV_EXITED:
      Atomics.store(words, p + P_STATE, PS_FREE);
      return { pid, kind: 'exited', status: value };
    case EV_SIGNALED:
      Atomics.store(words, p + P_STATE, PS_FREE);
      return { pid, kind: 'signaled', signal: value };
    case EV_STOPPED:
      return { pid, kind: 'stopped', signal: value };
    default:
      return { pid, kind: 'continued' };
  }
}

/** Ask the host thread; the reply comes back in the buffer of the request. */
function control(k: HostKernel, instance: KernelInstance, p: number, request: ControlRequest): ControlReply {
  const { words } = k;
  const ptr = instance.malloc(REPLY_BYTES);
  k.memory.putCstring(ptr, REPLY_BYTES, JSON.stringify(request));
  words[p + P_CTLPTR] = ptr;
  words[p + P_CTLLEN] = REPLY_BYTES;
  Atomics.store(words, p + P_CTL, 1);
  k.mailbox.wakeHost();
  for (let state = Atomics.load(words, p + P_CTL); state !== 2; state = Atomics.load(words, p + P_CTL))
    Atomics.wait(words, p + P_CTL, state);
  Atomics.store(words, p + P_CTL, 0);
  const reply = JSON.parse(k.memory.cstring(ptr, REPLY_BYTES)) as ControlReply;
  instance.free(ptr);
  return reply;
}
