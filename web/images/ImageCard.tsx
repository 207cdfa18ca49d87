// SPDX-License-Identifier: BSD-2-Clause
/** One image: what it is, where it is attached, what can be done with it. */
import { Disc3, HardDrive } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { formatBytes } from '../format';
import { isNarrow } from '../state/ui_store';
import { useSystem, useUi } from '../system_context';
import type { ImageEntry } from './image_entry';
import { mountCommand, mountPoint } from './mount_command';

const PartitionList = lazy(() => import('./PartitionList'));
const ImageMenu = lazy(() => import('./ImageMenu'));

const DOING = {
  keeping: 'keeping it for the next visit',
  unpacking: 'unpacking',
  moving: 'moving',
  exporting: 'exporting',
};

function keepingText({ keeping, fast, url }: ImageEntry): string {
  switch (keeping) {
    case 'stored':
      return fast ? 'kept in this browser, fast store' : 'kept in this browser';
    case 'linked':
      return url === undefined ? 'file remembered, changes kept' : 'read from its server, changes kept';
    case 'changes':
      return 'changes kept, the file is not';
    case 'visit':
      return 'until reload';
  }
}

/** A long task on the image, with a way out. */
function Work({ entry }: { entry: ImageEntry }) {
  const system = useSystem();
  if (entry.work === undefined) return null;
  const { doing, done } = entry.work;
  return (
    <div className="copying">
      <progress aria-label={`${DOING[doing]}: ${entry.name}`} max={1} value={done} />
      <div className="copying-line">
        <small>
          {DOING[doing]}: {Math.floor(done * 100)} %
        </small>
        <button type="button" className="button quiet" onClick={() => system.images?.cancel(entry.id)}>
          Cancel
        </button>
      </div>
    </div>
  );
}

/** Which file of an archive is the disk. */
function ArchiveChoice({ entry }: { entry: ImageEntry }) {
  const system = useSystem();
  if (entry.state.tag !== 'choose') return null;
  return (
    <fieldset className="archive">
      <legend>Which of its files is the disk?</legend>
      {entry.state.files.map(({ name, size }) => (
        <button key={name} type="button" className="button" onClick={() => void system.images?.choose(entry.id, name)}>
          <span className="cut">{name}</span> <small>{formatBytes(size)}</small>
        </button>
      ))}
    </fieldset>
  );
}

function StateChip({ entry }: { entry: ImageEntry }) {
  const { state } = entry;
  switch (state.tag) {
    case 'attached':
      return (
        <span className="chip" data-tone="good">
          /dev/{state.device}
          {state.readOnly ? ' (read-only)' : ''}
        </span>
      );
    case 'attaching':
      return <span className="chip">attaching…</span>;
    case 'detached':
      return <span className="chip">not attached</span>;
    case 'asks':
      return (
        <span className="chip" data-tone="warn">
          needs your click
        </span>
      );
    case 'elsewhere':
      return (
        <span className="chip" data-tone="warn">
          open in another tab
        </span>
      );
    case 'missing':
      return (
        <span className="chip" data-tone="warn">
          needs its file
        </span>
      );
    case 'choose':
    case 'unpacking':
      return <span className="chip">{state.tag === 'choose' ? 'your choice' : 'unpacking…'}</span>;
    case 'broken':
      return (
        <span className="chip" data-tone="bad">
          not readable
        </span>
      );
  }
}

function MainAction({ entry }: { entry: ImageEntry }) {
  const system = useSystem();
  const running = useUi((state) => state.phase === 'running');
  const { state } = entry;
  const mount = (device: string): void => {
    if (isNarrow()) system.store.setState({ sideOpen: false });
    system.terminals.active()?.type(`${mountCommand(entry, device)}\r`);
  };
  if (state.tag === 'attached' && entry.kind.mountable) {
    return (
      <button type="button" className="button primary" disabled={!running} onClick={() => mount(state.device)}>
        <span className="cut">Mount at {mountPoint(entry.name)}</span>
      </button>
    );
  }
  if (state.tag === 'detached' || state.tag === 'broken') {
    return (
      <button type="button" className="button" disabled={!running} onClick={() => void system.images?.attach(entry.id)}>
        {state.tag === 'broken' ? 'Try again' : 'Attach'}
      </button>
    );
  }
  if (state.tag === 'asks') {
    return (
      <button
        type="button"
        className="button primary"
        disabled={!running}
        onClick={() => void system.images?.reconnect(entry.id)}
      >
        Allow reading the file
      </button>
    );
  }
  if (state.tag === 'elsewhere') {
    return (
      <button type="button" className="button" disabled={!running} onClick={() => void system.images?.copy(entry.id)}>
        Make a copy
      </button>
    );
  }
  return null;
}

function RenameField({ entry, onDone }: { entry: ImageEntry; onDone: () => void }) {
  const system = useSystem();
  const [name, setName] = useState(entry.name);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  return (
    <form
      className="rename"
      onSubmit={(event) => {
        event.preventDefault();
        void system.images?.rename(entry.id, name);
        onDone();
      }}
    >
      <input
        ref={field}
        aria-label="Image name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onDone()}
      />
      <button type="submit" className="button">
        Rename
      </button>
    </form>
  );
}

export function ImageCard({ entry }: { entry: ImageEntry }) {
  const [renaming, setRenaming] = useState(false);
  const { state } = entry;
  const unready = state.tag === 'choose' || state.tag === 'unpacking';
  return (
    <li className="image" data-state={state.tag}>
      <div className="image-head">
        <span className="image-icon" aria-hidden="true">
          {entry.kind.fs === 'cd9660' ? <Disc3 size={20} /> : <HardDrive size={20} />}
        </span>
        {renaming ? (
          <RenameField entry={entry} onDone={() => setRenaming(false)} />
        ) : (
          <h3 title={entry.name}>{entry.name}</h3>
        )}
        <Suspense fallback={null}>
          <ImageMenu entry={entry} onRename={() => setRenaming(true)} />
        </Suspense>
      </div>
      <p className="image-facts">
        {[
          unready ? entry.format : entry.kind.label,
          ...(unready || !entry.format ? [] : [`from ${entry.format}`]),
        ].join(', ')}{' '}
        · {formatBytes(entry.size)}
        {!unready && ` · ${keepingText(entry)}`}
      </p>
      <Work entry={entry} />
      <ArchiveChoice entry={entry} />
      {state.tag === 'missing' && (
        <p className="advice" data-tone="warn">
          Drop the file again to go on: what you changed is kept here, the file itself is not.
        </p>
      )}
      {state.tag === 'broken' && (
        <p className="advice" data-tone="bad">
          {state.reason}
        </p>
      )}
      {state.tag === 'elsewhere' && (
        <p className="advice" data-tone="warn">
          Another tab writes to this image. It attaches here by itself when that tab lets go. Until then you can work on
          a copy of what is in it now.
        </p>
      )}
      {entry.warning && (
        <p className="advice" data-tone="warn">
          {entry.warning}
        </p>
      )}
      {state.tag === 'attached' && state.wedges && (
        <Suspense fallback={null}>
          <PartitionList entry={entry} wedges={state.wedges} />
        </Suspense>
      )}
      {!unready && entry.kind.advice && <p className="advice">{entry.kind.advice}</p>}
      <div className="image-actions">
        <StateChip entry={entry} />
        <span className="grow" />
        <MainAction entry={entry} />
      </div>
    </li>
  );
}
