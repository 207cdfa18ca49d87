// SPDX-License-Identifier: BSD-2-Clause
/** The catalogue where the browser keeps nothing (private window, storage refused): a list for this visit only. */
import type { CatalogRecord, ImageCatalog } from './image_catalog';

function missing(): never {
  throw new DOMException('Nothing is stored in this window.', 'NotFoundError');
}

function refuse(): never {
  throw new DOMException('Nothing can be kept in this window.', 'NotSupportedError');
}

export function memoryCatalog(): ImageCatalog {
  const records = new Map<string, CatalogRecord>();
  return {
    durable: false,
    list: async () => [...records.values()],
    record: async (id) => records.get(id) ?? missing(),
    overlay: async () => refuse(),
    fill: async () => refuse(),
    unpack: async () => refuse(),
    store: async () => refuse(),
    link: async (record) => {
      records.set(record.id, record);
    },
    change: async (id, change) => {
      const record = records.get(id);
      if (record) records.set(id, { ...record, ...change });
    },
    remove: async (id) => {
      records.delete(id);
    },
    view: async () => missing(),
    room: async () => 0,
    snapshots: async () => [],
    snapshot: async () => refuse(),
    restore: async () => refuse(),
    move: async () => refuse(),
  };
}
