// SPDX-License-Identifier: BSD-2-Clause
/** Numbers of sectors and bytes as the partition programs take them. */

const FACTORS: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** "2048" and "2048s" are sectors, "16m" bytes (b k m g t); in sectors, undefined when it is neither or no whole sector. */
export function parseSectors(text: string, sectorSize: number): number | undefined {
  const [, digits, suffix] = /^(\d+)([sbkmgt]?)$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const unit = (suffix as string).toLowerCase();
  const value = unit === '' || unit === 's' ? Number(digits) : (Number(digits) * (FACTORS[unit] ?? 1)) / sectorSize;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Alignments count bytes where sizes count sectors; in sectors. */
export function parseAlignment(text: string, sectorSize: number): number | undefined {
  const value = parseSectors(/^\d+$/.test(text) ? `${text}b` : text, sectorSize);
  return value === undefined || value < 1 ? undefined : value;
}

/** "16M", "2.1G": three figures or so. */
export function humanBytes(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T', 'P'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${value < 10 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value)}${units[unit]}`;
}

export interface Extent {
  readonly start: number;
  readonly size: number;
}

/** What is free of [first, last], in order. */
export function freeExtents(used: readonly Extent[], first: number, last: number): Extent[] {
  const free: Extent[] = [];
  let at = first;
  for (const { start, size } of [...used].sort((a, b) => a.start - b.start)) {
    if (start > at) free.push({ start: at, size: Math.min(start, last + 1) - at });
    at = Math.max(at, start + size);
  }
  if (at <= last) free.push({ start: at, size: last + 1 - at });
  return free.filter((extent) => extent.size > 0);
}

export interface Wanted {
  /** First sector; undefined: where there is room. */
  readonly start?: number | undefined;
  /** undefined: what there is. */
  readonly size?: number | undefined;
  readonly alignment: number;
}

/** A place for a partition; undefined: there is none. Without a size the largest free extent is taken, from start on if given. */
export function findRoom(free: readonly Extent[], { start, size, alignment }: Wanted): Extent | undefined {
  const aligned = free
    .filter((extent) => start === undefined || (start >= extent.start && start < extent.start + extent.size))
    .map((extent) => {
      const from = start ?? Math.ceil(extent.start / alignment) * alignment;
      const room = extent.start + extent.size - from;
      return { start: from, size: size === undefined ? Math.floor(room / alignment) * alignment : room };
    })
    .filter((extent) => extent.size > 0 && extent.size >= (size ?? 1));
  if (size !== undefined) return aligned[0] && { start: aligned[0].start, size };
  return aligned.reduce<Extent | undefined>(
    (best, e) => (best === undefined || e.size > best.size ? e : best),
    undefined,
  );
}
