// SPDX-License-Identifier: BSD-2-Clause
/** mbr(8): the partition table of a PC. fdisk(8) shows it as NetBSD's does. */
import { RawDevice } from '../../disk/raw_device.ts';
import type { Program } from '../../lib/program.ts';
import type { ProgramContext } from '../../lib/program_context.ts';
import { SyscallError } from '../../librump/syscall_error.ts';
import { findRoom, freeExtents, parseAlignment, parseSectors } from '../sizes.ts';
import { diskPath, makeWedges } from '../wedges.ts';
import { MbrDisk, type Numbered } from './mbr_disk.ts';
import { isExtended, MBR_BYTES, MBR_PROTECTIVE } from './mbr_sector.ts';
import { parseType, typeText } from './mbr_types.ts';

interface Job {
  readonly ctx: ProgramContext;
  readonly path: string;
  readonly disk: MbrDisk;
  readonly value: (flag: string) => string | undefined;
  readonly usage: () => never;
}

interface Command {
  readonly getopt: string;
  readonly usage: string;
  readonly writes: boolean;
  readonly run: (job: Job) => void;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  add: {
    getopt: 'Aa:b:i:Ls:t:',
    usage: '[-AL] [-a alignment] [-b blocknr] [-i index] [-s size] [-t type]',
    writes: true,
    run: add,
  },
  create: { getopt: 'f', usage: '[-f]', writes: true, run: create },
  remove: { getopt: 'i:', usage: '-i index', writes: true, run: remove },
  show: { getopt: '', usage: '', writes: false, run: show },
};

const NETBSD = 0xa9;

function usage(ctx: ProgramContext): never {
  return ctx.usage(
    ...Object.entries(COMMANDS).map(([name, c]) => `mbr ${name} ${c.usage}`.trimEnd().concat(' device')),
  );
}

export const mbr: Program = (ctx) => {
  const wrong = (): never => usage(ctx);
  const name = ctx.argv[1] ?? '';
  const command = Object.hasOwn(COMMANDS, name) ? (COMMANDS[name] as Command) : wrong();
  const { options, rest } = ctx.getopt(command.getopt, wrong, 2);
  if (rest.length !== 1) return wrong();
  const value = (flag: string) => options.findLast((option) => option.flag === flag)?.value;
  return withDisk(ctx, rest[0] as string, command.writes, (path, disk) =>
    command.run({ ctx, path, disk, value, usage: wrong }),
  );
};

export const fdisk: Program = (ctx) => {
  const wrong = (): never => ctx.usage('fdisk [-Fv] device');
  const { rest } = ctx.getopt('Fv', wrong);
  if (rest.length !== 1) return wrong();
  return withDisk(ctx, rest[0] as string, false, (path, disk) => showTable(ctx, path, disk));
};

function withDisk(
  ctx: ProgramContext,
  name: string,
  writes: boolean,
  body: (path: string, disk: MbrDisk) => void,
): number {
  let device: RawDevice | undefined;
  try {
    device = new RawDevice(ctx.sys, diskPath(ctx.sys, name), writes ? 'write' : 'read');
    body(device.path, new MbrDisk(device));
    if (writes && device.isDevice) makeWedges(ctx.sys, device.fd);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    return ctx.failError(device?.path ?? name, error);
  } finally {
    device?.close();
  }
  return ctx.status;
}

function show({ ctx, path, disk }: Job): void {
  if (!disk.valid) ctx.fail(`${path}: no MBR`);
  const partitions = disk.list();
  const outer = partitions.filter(({ index }) => index <= 4);
  const free = freeExtents([{ start: 0, size: 1 }, ...outer], 0, disk.sectors - 1);
  const rows = [
    { start: 0, size: 1, index: '', text: 'MBR' },
    ...free.map((extent) => ({ ...extent, index: '', text: 'Unused' })),
    ...partitions.map((part) => ({ ...part, index: String(part.index), text: contents(part) })),
  ].sort((a, b) => a.start - b.start);
  const width = Math.max(5, String(disk.sectors).length);
  const pad = (text: number | string) => String(text).padStart(width);
  ctx.print(`${pad('start')}  ${pad('size')}  index  contents\n`);
  for (const { start, size, index, text } of rows)
    ctx.print(`${pad(start)}  ${pad(size)}  ${index.padStart(5)}  ${text}\n`);
}

function contents({ type, active }: Numbered): string {
  return `MBR part ${type} - ${typeText(type)}${active ? ' (active)' : ''}`;
}

function create({ ctx, path, disk, value }: Job): void {
  if (value('f') === undefined && disk.list().length > 0)
    ctx.fail(`${path}: has partitions already; -f makes a new table all the same`);
  disk.clear();
  disk.write();
}

function add(job: Job): void {
  const { ctx, path, disk, value } = job;
  if (!disk.valid) ctx.fail(`${path}: no MBR; mbr create makes one`);
  if (disk.primary.some((entry) => entry.type === MBR_PROTECTIVE)) ctx.fail(`${path}: has a GPT; use gpt(8)`);
  const type = value('t') === undefined ? NETBSD : parseType(value('t') as string);
  if (type === undefined) ctx.fail(`${value('t')}: unknown type`);
  const wanted = {
    start: sectors(job, 'b'),
    size: sectors(job, 's'),
    alignment: alignmentOf(job),
  };
  const part = { active: value('A') !== undefined, type: type as number };
  const index = value('L') === undefined ? addPrimary(job, part, wanted) : addLogical(job, part.type, wanted);
  const made = disk.list().find((p) => p.index === index) as Numbered;
  disk.write();
  ctx.print(`${path}: Partition ${index} added: ${made.type} ${made.start} ${made.size}\n`);
}

interface Place {
  readonly start: number | undefined;
  readonly size: number | undefined;
  readonly alignment: number;
}

function addPrimary({ ctx, path, disk, value }: Job, part: { active: boolean; type: number }, wanted: Place): number {
  const text = value('i');
  const index = text === undefined ? disk.primary.findIndex((entry) => entry.type === 0) + 1 : Number(text);
  const old = disk.primary[index - 1];
  if (old === undefined)
    ctx.fail(`${path}: ${text === undefined ? 'all four entries are in use' : `${text}: no such index`}`);
  if (old?.type !== 0) ctx.fail(`${path}: Entry at index ${index} is not free`);
  if (isExtended(part.type) && disk.extended !== undefined) ctx.fail(`${path}: has an extended partition already`);
  const last = Math.min(disk.sectors - 1, 0xffffffff);
  const room = findRoom(freeExtents(disk.primary, 1, last), wanted) ?? noRoom(ctx, path);
  if (part.active) for (const [i, entry] of disk.primary.entries()) disk.primary[i] = { ...entry, active: false };
  disk.primary[index - 1] = { ...part, ...room };
  return index;
}

/** The link goes in front of the partition, as far as the alignment says. */
function addLogical({ ctx, path, disk }: Job, type: number, wanted: Place): number {
  const extended = disk.extended ?? ctx.fail(`${path}: no extended partition (mbr add -t extended)`);
  if (isExtended(type)) ctx.fail(`${path}: a logical partition cannot be an extended one`);
  const used = disk.logical.map(({ link, start, size }) => ({ start: link, size: start + size - link }));
  const gap = wanted.alignment;
  const free = freeExtents(used, extended.start, extended.start + extended.size - 1).map(({ start, size }) => ({
    start: start + gap,
    size: size - gap,
  }));
  const room = findRoom(
    free.filter(({ size }) => size > 0),
    wanted,
  );
  if (room === undefined) return noRoom(ctx, path);
  const part = { ...room, link: room.start - gap, type };
  // In the order of the disk: the chain goes forwards.
  disk.logical.push(part);
  disk.logical.sort((a, b) => a.start - b.start);
  return 5 + disk.logical.indexOf(part);
}

function noRoom(ctx: ProgramContext, path: string): never {
  return ctx.fail(`${path}: No large enough unused space available`);
}

function remove({ ctx, path, disk, value, usage: wrong }: Job): void {
  const index = Number(value('i') ?? wrong());
  if (!disk.list().some((part) => part.index === index)) ctx.fail(`${path}: no partition ${value('i')}`);
  if (index <= 4) disk.primary[index - 1] = { active: false, type: 0, start: 0, size: 0 };
  else disk.logical.splice(index - 5, 1);
  disk.write();
  ctx.print(`${path}: Partition ${index} removed\n`);
}

function sectors({ ctx, value }: Job, flag: string): number | undefined {
  const text = value(flag);
  if (text === undefined) return undefined;
  return parseSectors(text, MBR_BYTES) ?? ctx.fail(`${text}: invalid number of sectors`);
}

function alignmentOf({ ctx, value }: Job): number {
  const text = value('a') ?? String(MBR_BYTES);
  return parseAlignment(text, MBR_BYTES) ?? ctx.fail(`${text}: not a multiple of the sector size`);
}

/** As fdisk(8) shows a table. */
function showTable(ctx: ProgramContext, path: string, disk: MbrDisk): void {
  const cylinders = Math.floor(disk.sectors / (255 * 63));
  ctx.print(
    `Disk: ${path}\nBIOS disk geometry:\ncylinders: ${cylinders}, heads: 255, sectors/track: 63 (16065 sectors/cylinder)\n`,
  );
  ctx.print(`total sectors: ${disk.sectors}, bytes/sector: ${MBR_BYTES}\n\n`);
  if (!disk.valid) ctx.fail(`${path}: no MBR`);
  ctx.print('Partition table:\n');
  for (const [i, entry] of disk.primary.entries()) row(ctx, `${i}`, entry);
  if (disk.logical.length > 0) ctx.print('Extended partition table:\n');
  for (const [i, part] of disk.logical.entries()) row(ctx, `E${i}`, { ...part, active: false });
  const active = disk.primary.findIndex((entry) => entry.active);
  ctx.print(active < 0 ? 'No active partition.\n' : `First active partition: ${active}\n`);
}

function row(
  ctx: ProgramContext,
  name: string,
  part: { type: number; start: number; size: number; active: boolean },
): void {
  if (part.type === 0) {
    ctx.print(`${name}: <UNUSED>\n`);
    return;
  }
  const mb = Math.round((part.size * MBR_BYTES) / (1 << 20));
  ctx.print(`${name}: ${typeText(part.type)} (sysid ${part.type})\n`);
  ctx.print(`    start ${part.start}, size ${part.size} (${mb} MB)${part.active ? ', Active' : ''}\n`);
}
