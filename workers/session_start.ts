// SPDX-License-Identifier: BSD-2-Clause
/** What a program worker is told about the program it starts; travels as JSON through shared memory. */
export interface ProgramRecord {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly state?: unknown;
  /** Set for what the host starts: the worker makes the process first. */
  readonly session?: SessionRecord;
}

export type SessionRecord =
  /** A session on a terminal: descriptors 0, 1, 2 on the line's device. */
  | { readonly mode: 'tty'; readonly line: number }
  /** Kernel pipes to the host: output to two lines, input from the first (or /dev/null). */
  | { readonly mode: 'pipes'; readonly line: number; readonly errLine: number; readonly stdin: boolean };
