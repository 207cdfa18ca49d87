// SPDX-License-Identifier: BSD-2-Clause
/** Entry of the storage worker. */
import { EBADF, EIO, ENXIO } from '../hypercall-js/errno.gen.ts';
import { Mailbox } from '../hypercall-js/mailbox.ts';
import type { StorageAnswer, StorageMessage } from './protocol.ts';
import { StorageServer } from './storage_server.ts';
import { openStore } from './stores/open_store.ts';
import { StoreError } from './stores/store_error.ts';
import { type StoreView, ViewableStore } from './stores/viewable_store.ts';
import { workerPort } from './worker_port.ts';

const port = workerPort();
let server: StorageServer | undefined;
const disks = new Map<number, ViewableStore>();
const views = new Map<number, StoreView>();
let lastView = 0;

type Done = Omit<Extract<StorageAnswer, { type: 'done' }>, 'type' | 'id'>;

function diskOf(number: number): ViewableStore {
  const disk = disks.get(number);
  if (disk === undefined) throw new StoreError(ENXIO, `no disk ${number}`);
  return disk;
}

function viewOf(number: number): StoreView {
  const view = views.get(number);
  if (view === undefined) throw new StoreError(EBADF, 'this view is closed');
  return view;
}

async function perform(message: StorageMessage): Promise<Done> {
  const none = { size: 0, readOnly: false };
  switch (message.type) {
    case 'init':
      server = new StorageServer(Mailbox.open(message.mailbox), message.memory);
      return none;
    case 'attach': {
      const store = new ViewableStore(await openStore(message.source, message.readOnly));
      disks.set(message.disk, store);
      server?.add(message.disk, store);
      return { size: store.size, readOnly: store.readOnly };
    }
    case 'view': {
      const view = await diskOf(message.disk).view();
      lastView += 1;
      views.set(lastView, view);
      return { size: view.size, readOnly: true, view: lastView, ranges: view.ranges };
    }
    case 'viewRead': {
      const bytes = new Uint8Array(message.length);
      await viewOf(message.view).read(message.offset, bytes);
      return { ...none, bytes };
    }
    case 'snapshot':
      await diskOf(message.disk).snapshot(message.name);
      return none;
    case 'viewClose':
      views.get(message.view)?.close();
      views.delete(message.view);
      return none;
    case 'detach':
      disks.delete(message.disk);
      await server?.remove(message.disk);
      return none;
    case 'close':
      await server?.close();
      return none;
  }
}

port.onMessage((m) => {
  const message = m as StorageMessage;
  const id = message.type === 'init' ? 0 : message.id;
  const failed = (error: unknown): StorageAnswer => ({
    type: 'failed',
    id,
    errno: error instanceof StoreError ? error.errno : EIO,
    message: error instanceof Error ? error.message : String(error),
  });
  void perform(message).then(
    (done) => port.post({ type: 'done', id, ...done } satisfies StorageAnswer),
    (error) => port.post(failed(error)),
  );
});
