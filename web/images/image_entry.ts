// SPDX-License-Identifier: BSD-2-Clause
/** One disk image in the drawer, as the list shows it. */
import type { ImageKind } from '../../userland/disk/image_kind';
import type { Wedge } from '../kernel_api';

/** Where its bytes are. */
export type ImageKeeping =
  /** All of them in the browser's storage. */
  | 'stored'
  /** In a file whose handle is remembered (the browser asks before it is read again), or at an address; changes in the storage. */
  | 'linked'
  /** In a file that must be dropped again after a reload; changes in the storage. */
  | 'changes'
  /** For this visit only, changes too. */
  | 'visit';

export type ImageState =
  | {
      readonly tag: 'attached';
      readonly device: string;
      readonly readOnly: boolean;
      /** Of a whole disk, once the kernel was asked. */
      readonly wedges?: readonly Wedge[];
    }
  | { readonly tag: 'detached' }
  | { readonly tag: 'attaching' }
  /** An archive with several files in it: which is the disk? */
  | { readonly tag: 'choose'; readonly files: readonly { readonly name: string; readonly size: number }[] }
  | { readonly tag: 'unpacking' }
  /** The browser wants a click before it reads the file again. */
  | { readonly tag: 'asks' }
  /** The file its changes belong to must be dropped again. */
  | { readonly tag: 'missing' }
  /** Another tab has it. */
  | { readonly tag: 'elsewhere' }
  | { readonly tag: 'broken'; readonly reason: string };

export interface ImageWork {
  readonly doing: 'keeping' | 'unpacking' | 'moving' | 'exporting';
  /** 0..1 */
  readonly done: number;
}

export interface ImageEntry {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly kind: ImageKind;
  /** What the file is in, when it is not a raw image: qcow2, gzip. */
  readonly format?: string;
  readonly keeping: ImageKeeping;
  /** Kept in the fast store (OPFS). */
  readonly fast: boolean;
  readonly url?: string;
  readonly state: ImageState;
  /** Device it prefers, so that it comes back under the same name. */
  readonly device: string;
  /** The user wants it attached whenever a kernel runs. */
  readonly wanted: boolean;
  readonly work?: ImageWork;
  readonly warning?: string;
}
