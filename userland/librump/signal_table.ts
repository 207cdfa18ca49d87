// SPDX-License-Identifier: BSD-2-Clause
import type { ProgramHost } from '../abi.ts';
import { ProgramEnd } from './program_end.ts';
import { defaultAction, SIGKILL, SIGSTOP } from './signal_names.ts';

/** What a program does with a signal. */
export type Disposition =
  | 'default'
  | 'ignore'
  | { readonly handler: (signal: number) => void; readonly restart: boolean };

/**
 * What taking the pending signals means for a system call that was interrupted: nothing was there; only stops and
 * ignored signals (no handler ran, any call goes on); a handler with SA_RESTART; a handler without.
 */
export type DeliveryResult = 'none' | 'quiet' | 'restart' | 'interrupt';

const RANK: Readonly<Record<DeliveryResult, number>> = { none: 0, quiet: 1, restart: 2, interrupt: 3 };

/** The part of the host a signal table needs. */
export type SignalHost = Pick<ProgramHost, 'signalFlag' | 'takeSignals' | 'stopSelf'>;

/** Dispositions of one program, and the delivery of what the kernel posted. */
export class SignalTable {
  private readonly dispositions = new Map<number, Disposition>();
  private held: number[] = [];
  private holdDepth = 0;

  constructor(private readonly host: SignalHost) {}

  get(signal: number): Disposition {
    return this.dispositions.get(signal) ?? 'default';
  }

  set(signal: number, disposition: Disposition): void {
    if (disposition === 'default') this.dispositions.delete(signal);
    else this.dispositions.set(signal, disposition);
  }

  /** Signals with a disposition other than the default. */
  changed(): IterableIterator<number> {
    return this.dispositions.keys();
  }

  /** Delay delivery (a critical section such as fork bookkeeping). */
  hold(): void {
    this.holdDepth++;
  }

  release(): void {
    if (--this.holdDepth === 0 && this.held.length > 0) {
      const signals = this.held;
      this.held = [];
      this.act(signals);
    }
  }

  /** Deliver everything pending. Throws ProgramEnd when a signal terminates the program. */
  deliver(): DeliveryResult {
    const signals = this.host.takeSignals();
    if (signals.length === 0) return 'none';
    if (this.holdDepth > 0) {
      this.held.push(...signals);
      return 'restart';
    }
    return this.act(signals);
  }

  private act(signals: readonly number[]): DeliveryResult {
    let result: DeliveryResult = 'quiet';
    for (const signal of signals) {
      const one = this.actOne(signal);
      if (RANK[one] > RANK[result]) result = one;
    }
    return result;
  }

  private actOne(signal: number): DeliveryResult {
    const disposition = signal === SIGKILL || signal === SIGSTOP ? 'default' : this.get(signal);
    if (disposition === 'ignore') return 'quiet';
    if (disposition !== 'default') {
      disposition.handler(signal);
      return disposition.restart ? 'restart' : 'interrupt';
    }
    switch (defaultAction(signal)) {
      case 'terminate':
        throw new ProgramEnd(128 + signal, signal);
      case 'stop':
        this.host.stopSelf(signal);
        // What woke us may itself be a killing signal, or SIGCONT with a handler.
        return RANK[this.deliver()] > RANK.quiet ? 'restart' : 'quiet';
      case 'continue':
      case 'ignore':
        return 'quiet';
    }
  }
}
