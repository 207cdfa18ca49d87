// SPDX-License-Identifier: BSD-2-Clause
/** One disk image in the drawer, as the list shows it. */
import type { ImageKind } from '../../userland/disk/image_kind';

/** Where its bytes are. */
export type ImageKeeping =
  /** Copied into the browser's storage. */
  | 'stored'
  /** A file of the user's; its handle is remembered, the browser asks before it is read again. */
  | 'linked'
  /** A file of the user's, for this visit only. */
  | 'visit';

export type ImageState =
  | { readonly tag: 'attached'; readonly device: string; readonly readOnly: boolean }
  | { readonly tag: 'detached' }
  | { readonly tag: 'attaching' }
  /** The browser wants a click before it reads the file again. */
  | { readonly tag: 'asks' }
  /** Another tab has it. */
  | { readonly tag: 'elsewhere' }
  | { readonly tag: 'broken'; readonly reason: string };

export interface ImageEntry {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly kind: ImageKind;
  readonly keeping: ImageKeeping;
  readonly state: ImageState;
  /** Device it prefers, so that it comes back under the same name. */
  readonly device: string;
  /** The user wants it attached whenever a kernel runs. */
  readonly wanted: boolean;
  /** 0..1 while it is copied into storage. */
  readonly copying?: number;
  readonly warning?: string;
}
