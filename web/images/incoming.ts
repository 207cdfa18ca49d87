// SPDX-License-Identifier: BSD-2-Clause
/** Files out of a drop or a chooser, with their handles where the browser gives them. */
import type { IncomingFile } from './image_intake';

type HandleItem = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };
type PickerWindow = Window & { showOpenFilePicker?(options: { multiple: boolean }): Promise<FileSystemFileHandle[]> };

async function fromItem(item: HandleItem, file: File): Promise<IncomingFile> {
  // Asked for only where it is needed: large files. The call must start while the event is being handled.
  const handle = await item.getAsFileSystemHandle?.().catch(() => null);
  return handle?.kind === 'file' ? { file, handle: handle as FileSystemFileHandle } : { file };
}

/** Call synchronously in the drop handler: the items are gone afterwards. */
export function droppedFiles(transfer: DataTransfer): Promise<IncomingFile[]> {
  const found: Promise<IncomingFile>[] = [];
  for (const item of transfer.items) {
    const file = item.kind === 'file' ? item.getAsFile() : null;
    if (file) found.push(fromItem(item, file));
  }
  return Promise.all(found);
}

export function canPickHandles(): boolean {
  return typeof (window as PickerWindow).showOpenFilePicker === 'function';
}

/** The browser's own picker, which gives handles; empty when the user closed it. */
export async function pickFiles(): Promise<IncomingFile[]> {
  try {
    const handles = (await (window as PickerWindow).showOpenFilePicker?.({ multiple: true })) ?? [];
    return await Promise.all(handles.map(async (handle) => ({ file: await handle.getFile(), handle })));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return [];
    throw error;
  }
}
