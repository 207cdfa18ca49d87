// SPDX-License-Identifier: BSD-2-Clause
/** How much the browser keeps for this page, and whether it may clear it: shown, not discovered. */
import { useEffect, useState } from 'react';
import { formatBytes } from '../format';
import { useUi } from '../system_context';

interface Room {
  readonly used: number;
  readonly quota: number;
  readonly lasting: boolean;
}

async function readRoom(): Promise<Room | undefined> {
  const { usage, quota } = await navigator.storage.estimate();
  if (usage === undefined || quota === undefined) return undefined;
  return { used: usage, quota, lasting: await navigator.storage.persisted() };
}

export default function StorageLine() {
  const images = useUi((state) => state.images);
  const count = images.length;
  const busy = images.some((entry) => entry.work !== undefined);
  const [room, setRoom] = useState<Room>();
  // Asked again when an image comes, goes, or is through with a task.
  useEffect(() => {
    if (!busy && count > 0) readRoom().then(setRoom, () => undefined);
  }, [busy, count]);
  if (room === undefined || count === 0) return null;
  return (
    <p className="storage-line">
      {formatBytes(room.used)} of {formatBytes(room.quota)} used.{' '}
      {room.lasting
        ? 'The browser keeps it until you delete it.'
        : 'The browser may clear it when the machine runs out of room; export what matters.'}
    </p>
  );
}
