// SPDX-License-Identifier: BSD-2-Clause
/**
 * The images engine with the catalogue this browser can give: IndexedDB, or a list for this visit where that is missing
 * or refused. A chunk of its own: the first prompt does not wait for it.
 */
import type { UiStore } from '../state/ui_store';
import { browserCatalog } from './browser_catalog';
import type { ImageCatalog } from './image_catalog';
import { ImageManager } from './image_manager';
import { memoryCatalog } from './memory_catalog';

async function openCatalog(wanted: string | null): Promise<ImageCatalog> {
  if (wanted === 'memory') return memoryCatalog();
  try {
    return await browserCatalog();
  } catch {
    return memoryCatalog();
  }
}

/** @param wanted `?store=memory` asks for the list that keeps nothing. */
export async function openImages(store: UiStore, wanted: string | null): Promise<ImageManager> {
  return new ImageManager(store, await openCatalog(wanted));
}
