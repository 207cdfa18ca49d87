// SPDX-License-Identifier: BSD-2-Clause
/** A failure the page can explain: a code, a sentence for the user, and the technical detail for a report. */
export type FailureCode = 'E-ISO' | 'E-OLD' | 'E-NET' | 'E-MEM' | 'E-KERNEL' | 'E-BOOT';

export class Failure extends Error {
  constructor(
    readonly code: FailureCode,
    message: string,
    readonly detail = '',
  ) {
    super(message);
    this.name = 'Failure';
  }
}

/** Any thrown value as a Failure; memory exhaustion is recognised by the engine's wording. */
export function asFailure(thrown: unknown, fallback: FailureCode): Failure {
  if (thrown instanceof Failure) return thrown;
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  const detail = thrown instanceof Error ? (thrown.stack ?? text) : text;
  if (/could not allocate memory|out of memory|memory.*(?:allocat|exceed)/i.test(text)) {
    return new Failure('E-MEM', 'The browser did not give the kernel the memory it needs.', detail);
  }
  return new Failure(fallback, text, detail);
}
