// SPDX-License-Identifier: BSD-2-Clause
/**
 * Tracing of hypercalls: wraps every import and leaves one record a call in the trace ring of the control area.
 *
 * record (words): 0 sequence (last, published), 1 thread slot, 2 index into HYPERCALLS, 3 result, 4.. four arguments, 8 µs since boot, 9 µs spent
 */
import type { HostKernel } from './host_kernel.ts';
import type { Hypercalls } from './hypercalls.ts';
import { HYPERCALLS, type HypercallDesc } from './imports.gen.ts';
import { H_TRACE_HEAD, type Mailbox, TRACE_RECORDS, TRACE_WORDS } from './mailbox.ts';

const ARGS = 4;

export interface TraceRecord {
  readonly call: HypercallDesc;
  readonly slot: number;
  readonly args: readonly number[];
  readonly result: number;
  readonly atUs: number;
  readonly tookUs: number;
}

/** Wrap the imports so that each call leaves a record. */
export function traceHypercalls(k: HostKernel, calls: Hypercalls): Hypercalls {
  const { words, layout } = k.mailbox;
  const index = new Map(HYPERCALLS.map((call, i) => [call.name, i]));
  const record = (call: number, args: readonly (number | bigint)[], result: unknown, start: number): void => {
    const seq = Atomics.add(words, H_TRACE_HEAD, 1);
    const at = layout.trace + ((seq >>> 0) % TRACE_RECORDS) * TRACE_WORDS;
    words[at + 1] = k.slot;
    words[at + 2] = call;
    words[at + 3] = typeof result === 'number' ? result : 0;
    for (let i = 0; i < ARGS; i++) words[at + 4 + i] = Number(args[i] ?? 0) | 0;
    words[at + 8] = (start * 1000) | 0;
    words[at + 9] = ((k.services.monotonicMs() - start) * 1000) | 0;
    Atomics.store(words, at, seq + 1);
  };
  return new Proxy(calls, {
    get(target, name) {
      const call = Reflect.get(target, name) as ((...args: (number | bigint)[]) => unknown) | undefined;
      const number = typeof name === 'string' ? index.get(name) : undefined;
      if (call === undefined || number === undefined) return call;
      return (...args: (number | bigint)[]) => {
        const start = k.services.monotonicMs();
        const result = call(...args);
        record(number, args, result, start);
        return result;
      };
    },
  });
}

/** Reader of the ring; one per kernel, on the host thread. */
export class TraceReader {
  private next = 0;
  dropped = 0;
  constructor(private readonly mailbox: Mailbox) {}

  /** Take the records written since the last call. */
  drain(): TraceRecord[] {
    const { words, layout } = this.mailbox;
    const head = Atomics.load(words, H_TRACE_HEAD);
    if (head - this.next > TRACE_RECORDS) {
      this.dropped += head - this.next - TRACE_RECORDS;
      this.next = head - TRACE_RECORDS;
    }
    const out: TraceRecord[] = [];
    for (; this.next < head; this.next++) {
      const at = layout.trace + (this.next % TRACE_RECORDS) * TRACE_WORDS;
      const call = HYPERCALLS[words[at + 2] as number];
      if (Atomics.load(words, at) !== this.next + 1 || call === undefined) {
        this.dropped++;
        continue;
      }
      out.push({
        call,
        slot: words[at + 1] as number,
        args: Array.from(words.subarray(at + 4, at + 4 + ARGS)),
        result: words[at + 3] as number,
        atUs: words[at + 8] as number,
        tookUs: words[at + 9] as number,
      });
    }
    return out;
  }
}

/** One line for people, in the manner of ktrace. */
export function formatTrace(record: TraceRecord): string {
  const args = record.call.args.slice(0, ARGS).map((arg, i) => {
    const value = record.args[i] as number;
    return `${arg.name}=${arg.kind === 'ptr' || arg.kind === 'string' || arg.kind === 'va' ? `0x${(value >>> 0).toString(16)}` : value}`;
  });
  const result = record.call.ret === 'number' ? ` = ${record.result}` : '';
  return `${(record.atUs / 1000).toFixed(3).padStart(10)} ${String(record.slot).padStart(3)} ${record.call.name}(${args.join(', ')})${result} <${record.tookUs}us>`;
}
