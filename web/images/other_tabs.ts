// SPDX-License-Identifier: BSD-2-Clause
/**
 * What tabs ask of each other. An image that is written to can be read only by the tab that has it, so that tab makes the copy
 * another one wants.
 *
 * Messages	copy -> taken (by the tab that has the image) -> copied | failed
 */
import type { CatalogRecord } from './image_catalog';

const CHANNEL = 'rumpus:images';
/** A tab that lives answers at once; one put to sleep by the browser does not. */
const ANSWER_MS = 5000;

type Message =
  | { readonly type: 'copy'; readonly bytes: string; readonly record: CatalogRecord }
  | { readonly type: 'taken'; readonly id: string }
  | { readonly type: 'copied'; readonly id: string; readonly bytes: string }
  | { readonly type: 'failed'; readonly id: string; readonly reason: string };

/** Copies an image this tab has into a new record; answers the key of its bytes, undefined when this tab has it not. */
export type CopyMaker = (bytes: string, record: CatalogRecord) => Promise<string> | undefined;

/** Serve the other tabs until the signal. */
export function serveTabs(make: CopyMaker, signal: AbortSignal): void {
  if (typeof BroadcastChannel === 'undefined') return;
  const channel = new BroadcastChannel(CHANNEL);
  signal.addEventListener('abort', () => channel.close());
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.type !== 'copy') return;
    const { id } = data.record;
    const say = (message: Message): void => channel.postMessage(message);
    const copy = make(data.bytes, data.record);
    if (copy === undefined) return;
    say({ type: 'taken', id });
    copy.then(
      (bytes) => say({ type: 'copied', id, bytes }),
      (error: unknown) => say({ type: 'failed', id, reason: error instanceof Error ? error.message : String(error) }),
    );
  };
}

/** Have the tab that writes to an image copy it as it is now; answers the key of the copy's bytes. */
export function askForCopy(bytes: string, record: CatalogRecord): Promise<string> {
  const channel = new BroadcastChannel(CHANNEL);
  return new Promise<string>((resolve, reject) => {
    const silent = setTimeout(() => {
      reject(new Error('The other tab does not answer. Bring it to the front once, or close it.'));
    }, ANSWER_MS);
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.type === 'copy' || data.id !== record.id) return;
      clearTimeout(silent);
      if (data.type === 'copied') resolve(data.bytes);
      if (data.type === 'failed') reject(new Error(data.reason));
    };
    channel.postMessage({ type: 'copy', bytes, record } satisfies Message);
  }).finally(() => channel.close());
}
