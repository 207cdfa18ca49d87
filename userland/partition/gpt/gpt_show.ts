// SPDX-License-Identifier: BSD-2-Clause
/** `gpt show` and `gpt header`. */
import { decode, encode } from '../../lib/bytes.ts';
import { MBR_PROTECTIVE } from '../mbr/mbr_sector.ts';
import { freeExtents, humanBytes } from '../sizes.ts';
import type { GptJob } from './gpt.ts';
import type { GptDisk } from './gpt_disk.ts';
import type { GptEntry, GptTable } from './gpt_table.ts';
import { typeText } from './gpt_types.ts';

interface Row {
  readonly start: number;
  readonly size: number;
  readonly index?: number;
  readonly text: string;
}

export function show(job: GptJob): void {
  const { ctx, disk } = job;
  const index = job.value('i');
  const asked =
    index !== undefined
      ? [Number(index)]
      : job.has('a')
        ? disk
            .table()
            .list()
            .map((e) => e.index)
        : [];
  for (const i of asked) details(job, i);
  if (index !== undefined || job.has('a')) return;
  const rows = rowsOf(job);
  const width = Math.max(5, String(disk.sectors).length);
  const pad = (value: number | string) => String(value).padStart(width);
  ctx.print(`${pad('start')}  ${pad('size')}  index  contents\n`);
  for (const row of rows)
    ctx.print(`${rowText(row, pad)}
`);
}

function rowText(row: Row, pad: (value: number) => string): string {
  const index = String(row.index ?? '').padStart(5);
  return `${pad(row.start)}  ${pad(row.size)}  ${index}  ${row.text}`;
}

function rowsOf(job: GptJob): Row[] {
  const { disk } = job;
  const used = [...tableRows(disk), ...partitionRows(job)];
  const free = freeExtents(used, 0, disk.sectors - 1).map((extent) => ({ ...extent, text: 'Unused' }));
  return [...used, ...free].sort((a, b) => a.start - b.start);
}

function tableRows(disk: GptDisk): Row[] {
  const rows: Row[] = [];
  if (disk.mbr !== undefined) {
    const protective = disk.mbr.some((entry) => entry.type === MBR_PROTECTIVE);
    rows.push({ start: 0, size: 1, text: protective ? 'PMBR' : 'MBR' });
  }
  const copies: readonly (readonly [GptTable | undefined, string, number])[] = [
    [disk.primary, 'Pri', 1],
    [disk.secondary, 'Sec', disk.sectors - 1],
  ];
  for (const [table, name, lba] of copies) {
    if (table === undefined) continue;
    rows.push({ start: lba, size: 1, text: `${name} GPT header` });
    rows.push({ start: table.tableStart, size: table.tableSectors, text: `${name} GPT table` });
  }
  return rows;
}

function partitionRows(job: GptJob): Row[] {
  const { disk } = job;
  const table = disk.primary ?? disk.secondary;
  if (table === undefined)
    return (disk.mbr ?? [])
      .filter((entry) => entry.type !== MBR_PROTECTIVE)
      .map(({ start, size, type }, i) => ({ start, size, index: i + 1, text: `MBR part ${type}` }));
  return table.list().map((entry) => ({
    start: entry.first,
    size: entry.last - entry.first + 1,
    index: entry.index,
    text: `GPT part - ${contents(job, entry)}`,
  }));
}

function contents(job: GptJob, entry: GptEntry): string {
  if (job.has('l')) return `"${printable(entry.name)}"`;
  if (job.has('g')) return entry.guid;
  return job.has('u') ? entry.type : typeText(entry.type);
}

/** A label is untrusted: nothing that a terminal would obey. */
function printable(name: string): string {
  return decode(encode(name)).replace(/\p{C}/gu, '?');
}

function details({ ctx, disk }: GptJob, index: number): void {
  const entry = disk.table().entry(index) ?? ctx.fail(`${disk.path}: no partition ${index}`);
  const size = entry.last - entry.first + 1;
  ctx.print(
    `Details for index ${index}:\nStart: ${entry.first}\nSize: ${size} (${humanBytes(size * disk.media.sectorSize)})\n` +
      `Type: ${typeText(entry.type)} (${entry.type})\nGUID: ${entry.guid}\nLabel: ${printable(entry.name)}\n`,
  );
}

export function header({ ctx, disk }: GptJob): void {
  const { path } = disk;
  const { size, sectorSize } = disk.media;
  const table = disk.table();
  ctx.print(`Media Size: ${size} (${humanBytes(size)})\nSector Size: ${sectorSize}\n`);
  ctx.print(`Number of Sectors: ${disk.sectors}\n`);
  const state = (copy: GptTable | undefined) => (copy === undefined ? 'damaged or missing' : 'valid');
  ctx.print(`Primary header: ${state(disk.primary)}\nSecondary header: ${state(disk.secondary)}\n`);
  ctx.print(
    `- GUID: ${table.guid}\n- First Data Sector: ${table.firstUsable}\n- Last Data Sector: ${table.lastUsable}\n`,
  );
  ctx.print(`- Media GUID of ${path}: ${table.count} entries, ${table.list().length} in use\n`);
}
