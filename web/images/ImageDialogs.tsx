// SPDX-License-Identifier: BSD-2-Clause
/** Questions about one image: a name for a snapshot, which one to go back to, and whether something may be lost. */
import { AlertDialog } from 'radix-ui';
import { type ReactNode, useEffect, useState } from 'react';
import { useSystem } from '../system_context';
import type { Snapshot } from './image_catalog';
import type { ImageEntry } from './image_entry';

export type Question = 'snapshot' | 'history' | 'reset' | 'fast' | 'slow' | 'delete';

interface FrameProps {
  title: string;
  text: ReactNode;
  action?: { label: string; danger?: boolean; run: () => void };
  keep: string;
  onClose: () => void;
  children?: ReactNode;
}

function Frame({ title, text, action, keep, onClose, children }: FrameProps) {
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="overlay" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title>{title}</AlertDialog.Title>
          <AlertDialog.Description>{text}</AlertDialog.Description>
          {children}
          <div className="dialog-actions">
            <AlertDialog.Cancel className="button">{keep}</AlertDialog.Cancel>
            {action && (
              <AlertDialog.Action className={`button ${action.danger ? 'danger' : 'primary'}`} onClick={action.run}>
                {action.label}
              </AlertDialog.Action>
            )}
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

const timeOf = (ms: number): string =>
  new Date(ms).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short', hour12: false });

function SnapshotQuestion({ entry, onClose }: { entry: ImageEntry; onClose: () => void }) {
  const system = useSystem();
  const [name, setName] = useState(() => timeOf(Date.now()));
  const take = (): void => void system.images?.snapshot(entry.id, name.trim() || timeOf(Date.now()));
  return (
    <Frame
      title={`Snapshot of ${entry.name}`}
      text="What is on the disk now is frozen under this name; you go on working. It takes room only for what changes afterwards."
      action={{ label: 'Take snapshot', run: take }}
      keep="Cancel"
      onClose={onClose}
    >
      <input
        className="dialog-field"
        aria-label="Name of the snapshot"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
    </Frame>
  );
}

function HistoryQuestion({ entry, onClose }: { entry: ImageEntry; onClose: () => void }) {
  const system = useSystem();
  const [snapshots, setSnapshots] = useState<readonly Snapshot[]>();
  const [chosen, setChosen] = useState<Snapshot>();
  useEffect(() => {
    system.images?.snapshots(entry.id).then(setSnapshots, () => setSnapshots([]));
  }, [system, entry.id]);
  const restore = chosen && {
    label: 'Restore',
    danger: true,
    run: (): void => void system.images?.restore(entry.id, chosen.layer),
  };
  return (
    <Frame
      title={`Restore ${entry.name}`}
      text="Everything changed after the snapshot is lost, later snapshots too. Unmount the disk first."
      {...(restore ? { action: restore } : {})}
      keep="Keep it as it is"
      onClose={onClose}
    >
      {snapshots?.length === 0 && <p>There is no snapshot of it yet.</p>}
      <fieldset className="choices">
        <legend className="visually-hidden">Snapshots</legend>
        {[...(snapshots ?? [])].reverse().map((snapshot) => (
          <label key={snapshot.layer}>
            <input type="radio" name="snapshot" onChange={() => setChosen(snapshot)} />
            <span>
              {snapshot.name} <small>{timeOf(snapshot.created)}</small>
            </span>
          </label>
        ))}
      </fieldset>
    </Frame>
  );
}

const FAST_TEXT =
  'The fast store (the browser’s private file system) reads and writes many times faster. It has no snapshots, and those there are will be gone. When the machine loses power, a write may be half done, as on a real disk: use a file system with a journal, or run fsck.';
const SLOW_TEXT = 'The database keeps snapshots, and no write is ever half done. It is slower than the fast store.';

/** The question with its action; the ones that lose nothing are in their own components. */
export default function ImageQuestion(props: { entry: ImageEntry; question: Question; onClose: () => void }) {
  const { entry, question, onClose } = props;
  const images = useSystem().images;
  const ask = (title: string, text: string, label: string, run: () => void, danger = true): ReactNode => (
    <Frame title={title} text={text} action={{ label, danger, run }} keep="Keep it" onClose={onClose} />
  );
  switch (question) {
    case 'snapshot':
      return <SnapshotQuestion entry={entry} onClose={onClose} />;
    case 'history':
      return <HistoryQuestion entry={entry} onClose={onClose} />;
    case 'reset':
      return ask(
        `Reset ${entry.name}?`,
        'It will be as it came in: all that was changed here is lost, snapshots too. Unmount the disk first.',
        'Reset',
        () => void images?.restore(entry.id, 1),
      );
    case 'fast':
      return ask(
        `Move ${entry.name} to the fast store?`,
        FAST_TEXT,
        'Move',
        () => void images?.move(entry.id, true),
        false,
      );
    case 'slow':
      return ask(
        `Move ${entry.name} to the database?`,
        SLOW_TEXT,
        'Move',
        () => void images?.move(entry.id, false),
        false,
      );
    case 'delete':
      return ask(`Delete ${entry.name}?`, lossOf(entry), 'Delete', () => void images?.remove(entry.id));
  }
}

function lossOf({ keeping }: ImageEntry): string {
  if (keeping === 'stored')
    return 'The copy in this browser is deleted for good, with its snapshots. The file you dropped is not touched.';
  if (keeping === 'visit') return 'It is only taken off the list; your file is not touched.';
  return 'What was changed here is deleted for good. The file or address it was read from is not touched.';
}
