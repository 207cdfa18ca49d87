// SPDX-License-Identifier: BSD-2-Clause

import { formatOf } from '../../workers/stores/formats/disk_format.ts';
import { NodeBlockStore } from '../../workers/stores/node_block_store.ts';
import { diskFile } from '../disk_file.ts';
import { ImageError } from './image_error.ts';
import { splitName } from './image_file.ts';

/**
 * The raw disk in a packed file or in a format of a virtual machine, as a file that lasts until release(); undefined for a file
 * that is raw already. @throws ImageError when it is to be written, or is no format that is known
 */
export async function unpackImage(
  name: string,
  writable: boolean,
): Promise<{ file: string; release: () => void } | undefined> {
  const { path } = splitName(name);
  const format = await formatName(path);
  if (format === 'raw') return undefined;
  if (writable) throw new ImageError(`${path}: a ${format} file is only read; make a raw image of it to write to`);
  try {
    const { path: file, release } = await diskFile({ name: 'rd0', path, readOnly: true });
    return { file, release };
  } catch (error) {
    throw new ImageError(error instanceof Error ? error.message : String(error));
  }
}

async function formatName(path: string): Promise<string> {
  const store = new NodeBlockStore(path, true);
  try {
    return await formatOf(store);
  } catch (error) {
    throw new ImageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await store.close();
  }
}
