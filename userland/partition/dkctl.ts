// SPDX-License-Identifier: BSD-2-Clause
/** dkctl(8): the wedges of a disk. */
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { O_RDONLY, O_RDWR } from '../librump/constants.gen.ts';
import { isErrno } from '../librump/syscall_error.ts';
import { addWedge, deleteWedge, listWedges, makeWedges, openDisk, type Wedge, wedgeInfo } from './wedges.ts';

interface Job {
  readonly ctx: ProgramContext;
  readonly fd: number;
  readonly path: string;
  readonly args: readonly string[];
}

interface Command {
  readonly usage: string;
  readonly least: number;
  readonly most: number;
  readonly writes: boolean;
  readonly run: (job: Job) => number;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  addwedge: { usage: 'name startblk blkcnt ptype', least: 3, most: 4, writes: true, run: add },
  delwedge: { usage: 'dk', least: 1, most: 1, writes: true, run: remove },
  getwedgeinfo: { usage: '', least: 0, most: 0, writes: false, run: info },
  listwedges: { usage: '[-e] [-q]', least: 0, most: 2, writes: false, run: list },
  makewedges: { usage: '', least: 0, most: 0, writes: true, run: make },
};

export const dkctl: Program = (ctx) => {
  const [, device, name, ...args] = ctx.argv;
  const command = COMMANDS[name ?? 'listwedges'];
  if (device === undefined || device.startsWith('-') || command === undefined) return usage(ctx);
  if (args.length < command.least || args.length > command.most) return usage(ctx);
  let disk: { fd: number; path: string };
  try {
    disk = openDisk(ctx.sys, device, command.writes ? O_RDWR : O_RDONLY);
  } catch (error) {
    return ctx.failError(device, error);
  }
  try {
    return command.run({ ctx, ...disk, args });
  } catch (error) {
    const none = isErrno(error, 'ENOTTY', 'ENODEV');
    return none && name === 'getwedgeinfo'
      ? ctx.fail(`${disk.path}: not a wedge`)
      : ctx.failError(`${disk.path}: ${name ?? 'listwedges'}`, error);
  } finally {
    ctx.sys.close(disk.fd);
  }
};

function usage(ctx: ProgramContext): never {
  return ctx.usage(
    'dkctl device',
    ...Object.entries(COMMANDS).map(([name, command]) => `dkctl device ${name} ${command.usage}`.trimEnd()),
  );
}

function list({ ctx, fd, path, args }: Job): number {
  if (args.some((arg) => arg !== '-e' && arg !== '-q')) usage(ctx);
  const wedges = listWedges(ctx.sys, fd);
  const quiet = args.includes('-q');
  if (wedges.length === 0) {
    if (!quiet) ctx.print(`${path}: no wedges configured\n`);
    return args.includes('-e') ? 1 : 0;
  }
  if (quiet) return 0;
  ctx.print(`${path}: ${wedges.length} wedge${wedges.length === 1 ? '' : 's'}:\n`);
  for (const wedge of wedges) ctx.print(`${wedge.device}: ${wedge.name}, ${extent(wedge)}\n`);
  return 0;
}

function info({ ctx, fd }: Job): number {
  const wedge = wedgeInfo(ctx.sys, fd);
  ctx.print(`${wedge.device} at ${wedge.parent}: ${wedge.name}\n${wedge.device}: ${extent(wedge)}\n`);
  return 0;
}

function extent({ size, offset, ptype }: Wedge): string {
  return `${size} blocks at ${offset}, type: ${ptype}`;
}

function add({ ctx, fd, args }: Job): number {
  const [name = '', start = '', count = '', ptype = ''] = args;
  const wedge = { name, offset: blocks(ctx, start), size: blocks(ctx, count), ptype };
  ctx.print(`${addWedge(ctx.sys, fd, wedge).device} created successfully.\n`);
  return 0;
}

function blocks(ctx: ProgramContext, text: string): number {
  const value = /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) ctx.fail(`${text}: invalid number of blocks`);
  return value;
}

function remove({ ctx, fd, args }: Job): number {
  deleteWedge(ctx.sys, fd, (args[0] as string).replace(/^.*\/r?/, ''));
  return 0;
}

function make({ ctx, fd, path }: Job): number {
  makeWedges(ctx.sys, fd);
  ctx.print(`successfully scanned ${path}.\n`);
  return 0;
}
