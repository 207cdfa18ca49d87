// SPDX-License-Identifier: BSD-2-Clause
/**
 * One writer, or any number of readers, for each image: a Web Lock for the life of a store. A reader is refused while somebody
 * writes: a file system does not expect its disk to change under it.
 */
import { EBUSY } from '../../hypercall-js/errno.gen.ts';
import { lockName } from './image_catalogue.ts';
import { StoreError } from './store_error.ts';

/** Take the lock; answers its release. EBUSY when somebody else has it. */
export async function holdImage(id: string, readOnly: boolean, locks: LockManager | undefined): Promise<() => void> {
  if (locks === undefined) return () => undefined;
  const release = await new Promise<(() => void) | undefined>((resolve, reject) => {
    locks
      .request(lockName(id), { ifAvailable: true, mode: readOnly ? 'shared' : 'exclusive' }, (lock) => {
        if (lock === null) {
          resolve(undefined);
          return undefined;
        }
        return new Promise<void>((free) => resolve(free));
      })
      .catch(reject);
  });
  if (release === undefined)
    throw new StoreError(EBUSY, 'this image is open in another tab; detach it there, or make a copy of it');
  return release;
}
