// SPDX-License-Identifier: BSD-2-Clause
/** Whether the browser has room for what is to be kept; asked before, because a full storage is found out late. */
import { formatBytes } from '../format';
import type { ImageCatalog } from './image_catalog';

/** Storage left free, so that the page itself can still be kept. */
const ROOM_MARGIN = 32 * 1024 * 1024;

/** @throws DOMException QuotaExceededError */
export async function needRoom(catalog: ImageCatalog, size: number): Promise<void> {
  const room = await catalog.room();
  if (room !== undefined && room < size + ROOM_MARGIN)
    throw new DOMException(`only ${formatBytes(Math.max(0, room))} left`, 'QuotaExceededError');
}
