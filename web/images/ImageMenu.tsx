// SPDX-License-Identifier: BSD-2-Clause
/** What can be done with an image: rename, export, snapshots, reset, store, detach, delete. What may lose something asks first. */
import {
  Camera,
  Copy,
  Download,
  EllipsisVertical,
  FileArchive,
  History,
  type LucideIcon,
  Pencil,
  Plug,
  RotateCcw,
  Trash2,
  Unplug,
  Zap,
} from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { lazy, Suspense, useState } from 'react';
import { notify } from '../state/ui_store';
import { useSystem } from '../system_context';
import type { Question } from './ImageDialogs';
import type { ImageEntry } from './image_entry';
import type { ExportFormat } from './image_export';
import { isAbort, message } from './image_list';

const ImageQuestion = lazy(() => import('./ImageDialogs'));

interface ItemProps {
  icon: LucideIcon;
  label: string;
  onSelect: () => void;
  danger?: boolean;
}

function Item({ icon: Icon, label, onSelect, danger = false }: ItemProps) {
  return (
    <DropdownMenu.Item className={`menu-item${danger ? ' danger' : ''}`} onSelect={onSelect}>
      <Icon size={16} /> {label}
    </DropdownMenu.Item>
  );
}

const Line = () => <DropdownMenu.Separator className="menu-line" />;

export default function ImageMenu({ entry, onRename }: { entry: ImageEntry; onRename: () => void }) {
  const system = useSystem();
  const [question, setQuestion] = useState<Question>();
  const attached = entry.state.tag === 'attached';
  const kept = entry.keeping !== 'visit';
  const unready = entry.state.tag === 'choose' || entry.state.tag === 'unpacking';
  const exportAs = async (format: ExportFormat): Promise<void> => {
    const { images } = system;
    if (images === undefined) return;
    try {
      const { exportImage, openTarget } = await import('./image_export');
      const target = await openTarget(entry.name, format);
      await images.task(entry.id, 'exporting', async (progress, signal) =>
        exportImage(await images.view(entry.id), format, target, progress, signal),
      );
    } catch (error) {
      if (!isAbort(error)) notify(system.store, 'bad', `${entry.name} could not be exported.`, message(error));
    }
  };
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className="icon-button" aria-label={`Menu for ${entry.name}`}>
          <EllipsisVertical size={16} />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
            {!unready && (
              <>
                <Item icon={Pencil} label="Rename" onSelect={() => setTimeout(onRename, 0)} />
                {attached ? (
                  <Item icon={Unplug} label="Detach" onSelect={() => void system.images?.detach(entry.id)} />
                ) : (
                  <Item icon={Plug} label="Attach" onSelect={() => void system.images?.attach(entry.id)} />
                )}
                {kept && <Item icon={Copy} label="Duplicate" onSelect={() => void system.images?.copy(entry.id)} />}
                <Line />
                <Item icon={Download} label="Export raw image" onSelect={() => void exportAs('raw')} />
                <Item icon={FileArchive} label="Export packed (gzip)" onSelect={() => void exportAs('gzip')} />
                <Item icon={FileArchive} label="Export without holes (qcow2)" onSelect={() => void exportAs('qcow2')} />
                <Line />
              </>
            )}
            {kept && !unready && (
              <>
                {!entry.fast && (
                  <>
                    <Item icon={Camera} label="Snapshot…" onSelect={() => setQuestion('snapshot')} />
                    <Item icon={History} label="Restore…" onSelect={() => setQuestion('history')} />
                    <Item icon={RotateCcw} label="Reset…" onSelect={() => setQuestion('reset')} />
                  </>
                )}
                {entry.keeping === 'stored' && entry.work === undefined && (
                  <Item
                    icon={Zap}
                    label={entry.fast ? 'Move to the database…' : 'Move to the fast store…'}
                    onSelect={() => setQuestion(entry.fast ? 'slow' : 'fast')}
                  />
                )}
                <Line />
              </>
            )}
            <Item icon={Trash2} label="Delete…" danger onSelect={() => setQuestion('delete')} />
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {question && (
        <Suspense fallback={null}>
          <ImageQuestion entry={entry} question={question} onClose={() => setQuestion(undefined)} />
        </Suspense>
      )}
    </>
  );
}
