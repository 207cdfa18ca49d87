// SPDX-License-Identifier: BSD-2-Clause
/**
 * What the drawer needs of the browser's storage, as a type: the list of images, their bytes, remembered handles.
 * browser_catalog.ts keeps it in IndexedDB; memory_catalog.ts stands in where there is none.
 */
import type { DiskView } from '../kernel_api';

export interface CatalogRecord {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly device: string;
  readonly keeping: 'stored' | 'linked';
  /** Key of the stored bytes. */
  readonly bytes?: string;
  /** First bytes of the image, to tell its type without opening it. */
  readonly head: Uint8Array;
  readonly handle?: FileSystemFileHandle;
  /** Attach again when the kernel boots. */
  readonly attach: boolean;
}

export type CopyProgress = (copied: number, total: number) => void;

export interface ImageCatalog {
  readonly durable: boolean;
  list(): Promise<CatalogRecord[]>;
  record(id: string): Promise<CatalogRecord>;
  /** Copy bytes in; answers their key. The record appears only when every byte is there; an aborted copy leaves nothing. */
  store(record: CatalogRecord, pieces: AsyncIterable<Uint8Array>, onProgress: CopyProgress): Promise<string>;
  /** Remember a handle instead of bytes. */
  link(record: CatalogRecord): Promise<void>;
  change(id: string, change: Partial<Pick<CatalogRecord, 'name' | 'device' | 'attach'>>): Promise<void>;
  remove(id: string): Promise<void>;
  /** The stored bytes, for an export or a copy. EBUSY while a kernel writes to them. */
  view(id: string): Promise<DiskView>;
  /** Bytes that may still be stored; undefined where the browser does not say. */
  room(): Promise<number | undefined>;
}
