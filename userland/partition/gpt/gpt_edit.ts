// SPDX-License-Identifier: BSD-2-Clause
/** The commands of gpt(8) that change a table. */
import { MBR_PROTECTIVE } from '../mbr/mbr_sector.ts';
import { findRoom, freeExtents, parseAlignment, parseSectors } from '../sizes.ts';
import type { GptJob } from './gpt.ts';
import { type GptEntry, GptTable } from './gpt_table.ts';
import { typeGuid } from './gpt_types.ts';
import { randomGuid } from './guid.ts';

const DEFAULT_ENTRIES = 128;
const MOST_ENTRIES = 1024;
const NAME_UNITS = 36;

export function create(job: GptJob): void {
  const { ctx, disk } = job;
  const { path } = disk;
  const force = job.has('f');
  const foreign = disk.mbr?.some((entry) => entry.type !== MBR_PROTECTIVE) ?? false;
  if (foreign && !force) ctx.fail(`${path}: Device contains a MBR`);
  if ((disk.primary ?? disk.secondary) !== undefined && !force) ctx.fail(`${path}: Device contains a GPT`);
  const count = Number(job.value('p') ?? DEFAULT_ENTRIES);
  if (!Number.isInteger(count) || count < 1 || count > MOST_ENTRIES) job.usage();
  const table = GptTable.create(disk.media, count) ?? ctx.fail(`${path}: the disk is too small`);
  disk.writeTable(table);
  disk.writeProtectiveMbr();
}

export function destroy(job: GptJob): void {
  const { ctx, disk } = job;
  if (disk.primary === undefined && disk.secondary === undefined)
    ctx.fail(`${disk.path}: Device does not contain a GPT`);
  const recoverable = job.has('r');
  if (recoverable && (disk.primary === undefined || disk.secondary === undefined))
    ctx.fail(`${disk.path}: recoverability not possible`);
  if (disk.primary !== undefined) disk.erase(1);
  if (disk.secondary !== undefined && !recoverable) disk.erase(disk.sectors - 1);
}

export function recover({ ctx, disk }: GptJob): void {
  if (disk.primary !== undefined && disk.secondary !== undefined) return;
  const table =
    disk.primary ?? disk.secondary ?? ctx.fail(`${disk.path}: no primary or secondary GPT headers, can't recover`);
  const [lost, source] = disk.primary === undefined ? ['primary', 'secondary'] : ['secondary', 'primary'];
  disk.writeTable(table);
  disk.writeProtectiveMbr();
  disk.say(`Recovered ${lost} GPT header from ${source}`);
}

function sectors(job: GptJob, flag: string): number | undefined {
  const text = job.value(flag);
  if (text === undefined) return undefined;
  return parseSectors(text, job.disk.media.sectorSize) ?? job.ctx.fail(`${text}: invalid number of sectors`);
}

function typeOption(job: GptJob, flag: string): string | undefined {
  const text = job.value(flag);
  return text === undefined ? undefined : (typeGuid(text) ?? job.ctx.fail(`${text}: unknown type`));
}

export function add(job: GptJob): void {
  const { ctx, disk } = job;
  const table = disk.wholeTable();
  const index = freeIndex(job, table);
  const name = labelOption(job, 'l') ?? '';
  const used = table.list().map((entry) => ({ start: entry.first, size: entry.last - entry.first + 1 }));
  const room = findRoom(freeExtents(used, table.firstUsable, table.lastUsable), {
    start: sectors(job, 'b'),
    size: sectors(job, 's'),
    alignment: alignmentOf(job),
  });
  if (room === undefined) ctx.fail(`${disk.path}: No large enough unused space available`);
  const type = typeOption(job, 't') ?? (typeGuid('ffs') as string);
  const { start, size } = room as { start: number; size: number };
  table.set(index, { type, guid: randomGuid(), first: start, last: start + size - 1, name });
  disk.writeTable(table);
  disk.say(`Partition ${index} added: ${type} ${start} ${size}`);
}

function alignmentOf(job: GptJob): number {
  const { sectorSize } = job.disk.media;
  return (
    parseAlignment(job.value('a') ?? String(sectorSize), sectorSize) ??
    job.ctx.fail('Alignment must be a multiple of sector size')
  );
}

function freeIndex(job: GptJob, table: GptTable): number {
  const text = job.value('i');
  const all = Array.from({ length: table.count }, (_, i) => i + 1);
  if (text === undefined)
    return (
      all.find((i) => table.entry(i) === undefined) ?? job.ctx.fail(`${job.disk.path}: no available table entries`)
    );
  const index = Number(text);
  if (!all.includes(index)) job.ctx.fail(`${job.disk.path}: index ${text} out of range (1 to ${table.count})`);
  if (table.entry(index) !== undefined) job.ctx.fail(`${job.disk.path}: Entry at index ${index} is not free`);
  return index;
}

function labelOption(job: GptJob, flag: string): string | undefined {
  const text = job.value(flag);
  if (text !== undefined && text.length > NAME_UNITS) job.ctx.fail(`the label has more than ${NAME_UNITS} characters`);
  return text;
}

/** The entries that the options name; none is an error of the command line. */
function selected(job: GptJob, table: GptTable): GptEntry[] {
  if (!['a', 'b', 'i', 'L', 's', 't'].some((flag) => job.has(flag))) job.usage();
  const [start, size, type] = [sectors(job, 'b'), sectors(job, 's'), typeOption(job, 't')];
  const index = job.value('i');
  const old = job.value('L');
  const found = table
    .list()
    .filter((entry) => index === undefined || entry.index === Number(index))
    .filter((entry) => start === undefined || entry.first === start)
    .filter((entry) => size === undefined || entry.last - entry.first + 1 === size)
    .filter((entry) => type === undefined || entry.type === type)
    .filter((entry) => old === undefined || entry.name === old);
  if (found.length === 0) job.ctx.fail(`${job.disk.path}: no matching partition`);
  return found;
}

/** Change each selected entry, write the table, say so. */
function each(job: GptJob, change: (table: GptTable, entry: GptEntry) => void, done: string): void {
  const table = job.disk.wholeTable();
  const entries = selected(job, table);
  for (const entry of entries) change(table, entry);
  job.disk.writeTable(table);
  for (const { index } of entries) job.disk.say(`Partition ${index} ${done}`);
}

export function remove(job: GptJob): void {
  each(job, (table, { index }) => table.remove(index), 'removed');
}

export function label(job: GptJob): void {
  const name = labelOption(job, 'l') ?? job.usage();
  each(job, (table, { index }) => table.set(index, { name }), 'label changed');
}

export function setType(job: GptJob): void {
  const type = typeOption(job, 'T') ?? job.usage();
  each(job, (table, { index }) => table.set(index, { type }), 'type changed');
}

/** The partition ends elsewhere: at the size asked for, or where the next one begins. */
export function resize(job: GptJob): void {
  const { ctx, disk } = job;
  const table = disk.wholeTable();
  const index = Number(job.value('i') ?? job.usage());
  const entry = table.entry(index) ?? ctx.fail(`${disk.path}: no partition ${job.value('i')}`);
  const others = table.list().filter((other) => other.index !== index);
  const next = Math.min(table.lastUsable + 1, ...others.map((other) => other.first).filter((at) => at > entry.first));
  const alignment = alignmentOf(job);
  const size = sectors(job, 's') ?? Math.floor((next - entry.first) / alignment) * alignment;
  if (size < 1 || entry.first + size > next) ctx.fail(`${disk.path}: Not enough space for a size of ${size}`);
  table.set(index, { last: entry.first + size - 1 });
  disk.writeTable(table);
  disk.say(`Partition ${index} resized: ${entry.first} ${size}`);
}

/** After the disk has grown: the second copy is at its end again. */
export function resizeDisk({ ctx, disk }: GptJob): void {
  const table = disk.table();
  const last = disk.sectors - 2 - table.tableSectors;
  const lost = table.list().find((entry) => entry.last > last);
  if (lost !== undefined) ctx.fail(`${disk.path}: Partition ${lost.index} ends behind the end of the disk`);
  if (last < table.firstUsable) ctx.fail(`${disk.path}: the disk is too small`);
  table.fit(disk.sectors);
  disk.writeTable(table);
  disk.writeProtectiveMbr();
  disk.say(`The table fits ${disk.sectors} sectors`);
}
