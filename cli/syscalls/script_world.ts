// SPDX-License-Identifier: BSD-2-Clause
import type { StatRecord } from './stat_record.ts';

/** What outlives one line of a script. */
export interface ScriptWorld {
  /** File system the script runs on, and the folder of its images. */
  readonly fs: string;
  readonly imageDir: string;
  readonly variables: Map<string, number | bigint>;
  readonly snapshots: Map<string, StatRecord>;
  /** lwp of each named process. */
  readonly processes: Map<string, number>;
  current: string;
  /** Mount flags and options of testfs, by mount point, for retestfs. */
  readonly mounts: Map<string, { readonly flags: number; readonly options: ReadonlyMap<string, bigint> }>;
}
