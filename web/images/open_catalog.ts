// SPDX-License-Identifier: BSD-2-Clause
/** The catalogue this browser can give: IndexedDB, or a list for this visit where it is missing or refused. */
import { browserCatalog } from './browser_catalog';
import type { ImageCatalog } from './image_catalog';
import { memoryCatalog } from './memory_catalog';

/** @param wanted `?store=memory` asks for the list that keeps nothing. */
export async function openCatalog(wanted: string | null): Promise<ImageCatalog> {
  if (wanted === 'memory') return memoryCatalog();
  try {
    return await browserCatalog();
  } catch {
    return memoryCatalog();
  }
}
