// SPDX-License-Identifier: BSD-2-Clause
import type { Command, List } from './ast.ts';

/** What a subshell gets from its parent, as plain data for the structured clone between workers. */
export interface ShellState {
  readonly kind: 'subshell';
  readonly body: List | Command;
  readonly vars: readonly (readonly [string, string | undefined, boolean, boolean])[];
  readonly functions: readonly (readonly [string, Command])[];
  readonly aliases: readonly (readonly [string, string])[];
  readonly options: readonly string[];
  readonly params: readonly string[];
  readonly arg0: string;
  readonly lastStatus: number;
  readonly lastBackground: number | undefined;
  readonly shellPid: number;
  /** Signals ignored by `trap ''`. */
  readonly ignored: readonly number[];
}

export function isShellState(value: unknown): value is ShellState {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'subshell';
}
