// SPDX-License-Identifier: BSD-2-Clause
/**
 * The images engine with the catalogue this browser can give: IndexedDB, or a list for this visit where that is missing
 * or refused. A chunk of its own: the first prompt does not wait for it.
 */
import type { UiStore } from '../state/ui_store';
import { browserCatalog } from './browser_catalog';
import type { ImageCatalog } from './image_catalog';
import { COPY_LIMIT, ImageManager } from './image_manager';
import { memoryCatalog } from './memory_catalog';

async function openCatalog(wanted: string | null): Promise<ImageCatalog> {
  if (wanted === 'memory') return memoryCatalog();
  try {
    return await browserCatalog();
  } catch {
    return memoryCatalog();
  }
}

/** @param address  `?store=memory` asks for the list that keeps nothing, `?disk=URL` opens an image on a web server. */
export async function openImages(store: UiStore, address: URLSearchParams): Promise<ImageManager> {
  return new ImageManager(store, await openCatalog(address.get('store')), COPY_LIMIT, address.getAll('disk'));
}
