// SPDX-License-Identifier: BSD-2-Clause
/**
 * What the drawer needs of the browser's storage, as a type: the list of images, their bytes, remembered handles.
 * browser_catalog.ts keeps it in IndexedDB; memory_catalog.ts stands in where there is none.
 */
import type { BaseSource } from '../../workers/protocol';
import type { DiskView } from '../kernel_api';

export interface CatalogRecord {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly device: string;
  readonly keeping: 'stored' | 'linked' | 'changes';
  /** Key of the stored bytes: of all of them, or of an overlay's changes. */
  readonly bytes?: string;
  /** What an overlay lies over; gone when all bytes are stored. */
  readonly identity?: string;
  readonly url?: string;
  readonly handle?: FileSystemFileHandle;
  /** First bytes of the disk, to tell its type without opening it. */
  readonly head: Uint8Array;
  /** Attach again when the kernel boots. */
  readonly attach: boolean;
  /** Which storage has the bytes; IndexedDB when it says nothing. */
  readonly storage?: 'indexeddb' | 'opfs';
}

export interface Snapshot {
  /** For restore(). */
  readonly layer: number;
  readonly name: string;
  /** ms since 1970 */
  readonly created: number;
}

export type CopyProgress = (copied: number, total: number) => void;

export interface Packed {
  readonly source: BaseSource;
  readonly format: 'gzip' | 'zstd' | 'zip';
  readonly entry?: string;
}

export interface ImageCatalog {
  readonly durable: boolean;
  list(): Promise<CatalogRecord[]>;
  record(id: string): Promise<CatalogRecord>;
  /** Enter an image whose changes are kept here, over `record.identity`; answers the key of its bytes. */
  overlay(record: CatalogRecord): Promise<string>;
  /** Copy all of an overlay's base in; its record then says `stored`. A cancelled one leaves the overlay as it was. */
  fill(id: string, base: BaseSource, onProgress: CopyProgress, signal: AbortSignal): Promise<void>;
  /** Unpack into the storage; answers the whole record. The record appears only when every byte is there. */
  unpack(record: CatalogRecord, packed: Packed, onProgress: CopyProgress, signal: AbortSignal): Promise<CatalogRecord>;
  /** Copy bytes in; answers their key. As unpack. */
  store(record: CatalogRecord, pieces: AsyncIterable<Uint8Array>, onProgress: CopyProgress): Promise<string>;
  /** Remember where an image is, and nothing of it. */
  link(record: CatalogRecord): Promise<void>;
  change(id: string, change: Partial<Pick<CatalogRecord, 'name' | 'device' | 'attach' | 'handle'>>): Promise<void>;
  /** EBUSY while anybody has it open. */
  remove(id: string): Promise<void>;
  /** The stored bytes, for an export or a copy. EBUSY while a kernel writes to them. */
  view(id: string): Promise<DiskView>;
  /** Bytes that may still be stored; undefined where the browser does not say. */
  room(): Promise<number | undefined>;
  /** Oldest first. */
  snapshots(id: string): Promise<Snapshot[]>;
  /** Freeze an image nobody has open. */
  snapshot(id: string, name: string): Promise<void>;
  /** Back to a snapshot; later ones and all changes since are gone. EBUSY while anybody has it open. */
  restore(id: string, layer: number): Promise<void>;
  /** Move the bytes to the other storage; snapshots go. EBUSY while anybody has it open. */
  move(id: string, storage: 'indexeddb' | 'opfs', onProgress: CopyProgress, signal: AbortSignal): Promise<void>;
}
