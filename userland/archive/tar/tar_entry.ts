// SPDX-License-Identifier: BSD-2-Clause
import type { Timespec } from '../../librump/structs.ts';

export type TarType = 'file' | 'hardlink' | 'symlink' | 'char' | 'block' | 'directory' | 'fifo';

/** A run of data in a sparse file; between runs it is zeros. */
export interface SparseRun {
  readonly offset: number;
  readonly length: number;
}

/** A member of an archive. */
export interface TarEntry {
  readonly type: TarType;
  readonly name: string;
  /** Target of a link. */
  readonly link: string;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
  /** Bytes of the file. */
  readonly size: number;
  readonly mtime: Timespec;
  readonly major: number;
  readonly minor: number;
  /** Where the data belongs, when it is not all of the file. */
  readonly sparse?: readonly SparseRun[];
}
