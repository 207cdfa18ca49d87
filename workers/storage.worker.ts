// SPDX-License-Identifier: BSD-2-Clause
/** Entry of the storage worker. */
import { EIO } from '../hypercall-js/errno.gen.ts';
import { Mailbox } from '../hypercall-js/mailbox.ts';
import type { StorageAnswer, StorageMessage } from './protocol.ts';
import { StorageServer } from './storage_server.ts';
import { openStore } from './stores/open_store.ts';
import { StoreError } from './stores/store_error.ts';
import { workerPort } from './worker_port.ts';

const port = workerPort();
let server: StorageServer | undefined;

async function perform(message: StorageMessage): Promise<{ size: number; readOnly: boolean }> {
  const none = { size: 0, readOnly: false };
  switch (message.type) {
    case 'init':
      server = new StorageServer(Mailbox.open(message.mailbox), message.memory);
      return none;
    case 'attach': {
      const store = await openStore(message.source, message.readOnly);
      server?.add(message.disk, store);
      return { size: store.size, readOnly: store.readOnly };
    }
    case 'detach':
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
