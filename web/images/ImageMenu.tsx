// SPDX-License-Identifier: BSD-2-Clause
/** Rename, export, detach, delete (in two steps). */
import { Download, EllipsisVertical, Pencil, Plug, Trash2, Unplug } from 'lucide-react';
import { AlertDialog, DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { saveFile } from '../save_file';
import { notify } from '../state/ui_store';
import { useSystem } from '../system_context';
import type { ImageEntry } from './image_entry';
import { viewBlob } from './image_view';

function DeleteDialog({
  entry,
  open,
  onOpenChange,
}: {
  entry: ImageEntry;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const system = useSystem();
  const original =
    entry.keeping === 'stored'
      ? 'The copy in this browser is deleted for good. The file you dropped is not touched.'
      : 'It is only taken off the list; your file is not touched.';
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="overlay" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title>Delete {entry.name}?</AlertDialog.Title>
          <AlertDialog.Description>{original}</AlertDialog.Description>
          <div className="dialog-actions">
            <AlertDialog.Cancel className="button">Keep it</AlertDialog.Cancel>
            <AlertDialog.Action className="button danger" onClick={() => void system.images?.remove(entry.id)}>
              Delete
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

export default function ImageMenu({ entry, onRename }: { entry: ImageEntry; onRename: () => void }) {
  const system = useSystem();
  const [deleting, setDeleting] = useState(false);
  const exportRaw = (): void => {
    const failed = (error: unknown): void =>
      notify(
        system.store,
        'bad',
        `${entry.name} could not be exported.`,
        error instanceof Error ? error.message : String(error),
      );
    system.images
      ?.view(entry.id)
      .then(viewBlob)
      .then((blob) => saveFile(blob, entry.name), failed);
  };
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className="icon-button" aria-label={`Menu for ${entry.name}`}>
          <EllipsisVertical size={16} />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
            <DropdownMenu.Item className="menu-item" onSelect={() => setTimeout(onRename, 0)}>
              <Pencil size={16} /> Rename
            </DropdownMenu.Item>
            <DropdownMenu.Item className="menu-item" onSelect={exportRaw}>
              <Download size={16} /> Export raw image
            </DropdownMenu.Item>
            {entry.state.tag === 'attached' ? (
              <DropdownMenu.Item className="menu-item" onSelect={() => void system.images?.detach(entry.id)}>
                <Unplug size={16} /> Detach
              </DropdownMenu.Item>
            ) : (
              <DropdownMenu.Item className="menu-item" onSelect={() => void system.images?.attach(entry.id)}>
                <Plug size={16} /> Attach
              </DropdownMenu.Item>
            )}
            <DropdownMenu.Separator className="menu-line" />
            <DropdownMenu.Item className="menu-item danger" onSelect={() => setDeleting(true)}>
              <Trash2 size={16} /> Delete…
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <DeleteDialog entry={entry} open={deleting} onOpenChange={setDeleting} />
    </>
  );
}
