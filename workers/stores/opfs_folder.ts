// SPDX-License-Identifier: BSD-2-Clause
/** Where images are in the origin private file system: a file per image. For the page and for workers. */
import { ENOTSUP } from '../../hypercall-js/errno.gen.ts';
import { StoreError } from './store_error.ts';

const FOLDER = 'rumpus-images';

export async function opfsFolder(): Promise<FileSystemDirectoryHandle> {
  const root = globalThis.navigator?.storage?.getDirectory;
  if (root === undefined)
    throw new StoreError(ENOTSUP, 'this browser has no private file system (OPFS); keep the image in IndexedDB');
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  } catch {
    throw new StoreError(ENOTSUP, 'this window has no private file system (OPFS), as private windows; use IndexedDB');
  }
}

export async function removeOpfsFile(id: string): Promise<void> {
  await (await opfsFolder()).removeEntry(id).catch(() => undefined);
}

/** An image's bytes as they are now; not while somebody writes to them. */
export async function opfsFile(id: string): Promise<File> {
  return await (await (await opfsFolder()).getFileHandle(id)).getFile();
}
