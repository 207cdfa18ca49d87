// SPDX-License-Identifier: BSD-2-Clause
/** The kernel threads' side of the storage request ring. */
import type { HostKernel } from './host_kernel.ts';
import {
  H_COMP_HEAD,
  H_COMP_TAIL,
  H_IOTHREAD,
  H_REQ_FREE,
  H_REQ_SEQ,
  H_STORAGE,
  JOB_BIODONE,
  MAX_REQS,
  R_ARG,
  R_BYTES,
  R_DISK,
  R_ERROR,
  R_FLAGS,
  R_FN,
  R_LEN,
  R_OFF_HI,
  R_OFF_LO,
  R_OP,
  R_PTR,
  R_STATE,
  RS_DONE,
  RS_FILLING,
  RS_FREE,
  RS_POSTED,
  TK_KTHREAD,
} from './mailbox.ts';
import { startJob } from './rumpuser_pth.ts';

export interface StorageRequest {
  readonly op: number;
  readonly disk: number;
  readonly flags: number;
  readonly ptr: number;
  readonly len: number;
  readonly offset: number;
  /** biodone function and argument; 0 = synchronous. */
  readonly fn: number;
  readonly arg: number;
}

/** Claim a request slot, sleeping while all are taken. */
function claim(k: HostKernel): number {
  for (;;) {
    const free = Atomics.load(k.words, H_REQ_FREE);
    for (let slot = 0; slot < MAX_REQS; slot++) {
      if (Atomics.compareExchange(k.words, k.mailbox.req(slot) + R_STATE, RS_FREE, RS_FILLING) === RS_FREE) return slot;
    }
    Atomics.wait(k.words, H_REQ_FREE, free);
  }
}

export function releaseRequest(k: HostKernel, slot: number): void {
  Atomics.store(k.words, k.mailbox.req(slot) + R_STATE, RS_FREE);
  k.mailbox.bump(H_REQ_FREE);
}

/** Post a request; returns its slot. May sleep for a slot: the caller gave up its CPU. */
export function postRequest(k: HostKernel, request: StorageRequest): number {
  const slot = claim(k);
  const r = k.mailbox.req(slot);
  const w = k.words;
  w[r + R_OP] = request.op;
  w[r + R_DISK] = request.disk;
  w[r + R_FLAGS] = request.flags;
  w[r + R_PTR] = request.ptr;
  w[r + R_LEN] = request.len;
  w[r + R_OFF_LO] = (request.offset % 0x100000000) | 0;
  w[r + R_OFF_HI] = Math.floor(request.offset / 0x100000000);
  w[r + R_FN] = request.fn;
  w[r + R_ARG] = request.arg;
  Atomics.store(w, r + R_STATE, RS_POSTED);
  k.mailbox.bump(H_REQ_SEQ);
  if (Atomics.load(w, H_STORAGE) === 0) k.mailbox.wakeHost();
  if (request.fn !== 0 && Atomics.compareExchange(w, H_IOTHREAD, 0, 1) === 0) {
    startJob(k.mailbox, { kind: TK_KTHREAD, job: JOB_BIODONE, func: 0, arg: 0, joinable: false, name: 'biodone' });
  }
  return slot;
}

/** Post a request and sleep until it is done. The caller gave up its CPU. */
export function callStorage(k: HostKernel, request: StorageRequest): { error: number; bytes: number } {
  const slot = postRequest(k, request);
  const r = k.mailbox.req(slot);
  for (let state = Atomics.load(k.words, r + R_STATE); state !== RS_DONE; state = Atomics.load(k.words, r + R_STATE)) {
    Atomics.wait(k.words, r + R_STATE, state);
  }
  const result = { error: k.words[r + R_ERROR] as number, bytes: k.words[r + R_BYTES] as number };
  releaseRequest(k, slot);
  return result;
}

export interface Completion {
  readonly fn: number;
  readonly arg: number;
  readonly bytes: number;
  readonly error: number;
}

/** Sleep until an asynchronous request is done and take it. One consumer: the I/O thread. */
export function nextCompletion(k: HostKernel): Completion {
  const { words, layout } = k.mailbox;
  for (;;) {
    const head = Atomics.load(words, H_COMP_HEAD);
    const tail = words[H_COMP_TAIL] as number;
    if (head !== tail) {
      const slot = words[layout.completions + ((tail >>> 0) % MAX_REQS)] as number;
      const r = k.mailbox.req(slot);
      const completion = {
        fn: words[r + R_FN] as number,
        arg: words[r + R_ARG] as number,
        bytes: words[r + R_BYTES] as number,
        error: words[r + R_ERROR] as number,
      };
      Atomics.store(words, H_COMP_TAIL, (tail + 1) | 0);
      releaseRequest(k, slot);
      return completion;
    }
    Atomics.wait(words, H_COMP_HEAD, head);
  }
}
