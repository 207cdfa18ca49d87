// SPDX-License-Identifier: BSD-2-Clause
/** gpt(8): GUID partition tables. */
import type { Program } from '../../lib/program.ts';
import type { Option, ProgramContext } from '../../lib/program_context.ts';
import { SyscallError } from '../../librump/syscall_error.ts';
import { GptDisk } from './gpt_disk.ts';
import { add, create, destroy, label, recover, remove, resize, resizeDisk, setType } from './gpt_edit.ts';
import { header, show } from './gpt_show.ts';
import { GPT_TYPES } from './gpt_types.ts';

export interface GptJob {
  readonly ctx: ProgramContext;
  readonly disk: GptDisk;
  readonly options: readonly Option[];
  readonly usage: () => never;
  /** The last value of an option. */
  value(flag: string): string | undefined;
  has(flag: string): boolean;
}

interface Command {
  readonly getopt: string;
  readonly usage: string;
  readonly writes: boolean;
  readonly run: (job: GptJob) => void;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  add: {
    getopt: 'a:b:i:l:s:t:',
    usage: '[-a alignment] [-b blocknr] [-i index] [-l label] [-s size] [-t type]',
    writes: true,
    run: add,
  },
  create: { getopt: 'Afp:', usage: '[-f] [-p partitions]', writes: true, run: create },
  destroy: { getopt: 'fr', usage: '[-r]', writes: true, run: destroy },
  header: { getopt: '', usage: '', writes: false, run: header },
  label: { getopt: 'ab:i:L:l:s:t:', usage: selection('-l label'), writes: true, run: label },
  recover: { getopt: '', usage: '', writes: true, run: recover },
  remove: { getopt: 'ab:i:L:s:t:', usage: selection(''), writes: true, run: remove },
  resize: { getopt: 'a:i:s:', usage: '-i index [-a alignment] [-s size]', writes: true, run: resize },
  resizedisk: { getopt: '', usage: '', writes: true, run: resizeDisk },
  show: { getopt: 'aglui:', usage: '[-aglu] [-i index]', writes: false, run: show },
  type: { getopt: 'ab:i:L:s:t:T:', usage: selection('-T newtype'), writes: true, run: setType },
};

function selection(more: string): string {
  return `[-a] [-b blocknr] [-i index] [-L label] [-s size] [-t type] ${more}`.trimEnd();
}

function usage(ctx: ProgramContext, name?: string): never {
  const rows = Object.entries(COMMANDS).filter(([n]) => name === undefined || n === name);
  return ctx.usage(...rows.map(([n, c]) => `gpt [-rv] [-s sectorsize] ${n} ${c.usage}`.trimEnd().concat(' device')));
}

export const gpt: Program = (ctx) => {
  const global = ctx.getopt('nqrTvm:s:', () => usage(ctx));
  const [name = '', ...rest] = global.rest;
  const command = Object.hasOwn(COMMANDS, name) ? (COMMANDS[name] as Command) : usage(ctx);
  const wrong = (): never => usage(ctx, name);
  if (name === 'type' && rest[0] === '-l') return listTypes(ctx);
  const { options, rest: devices } = ctx.getopt(command.getopt, wrong, ctx.argv.length - rest.length);
  if (devices.length === 0) return wrong();
  const last = (flags: readonly Option[], flag: string) => flags.findLast((option) => option.flag === flag)?.value;
  const sectorSize = sectorSizeOf(ctx, last(global.options, 's'));
  const readOnly = last(global.options, 'r') !== undefined;
  if (readOnly && command.writes) ctx.fail(`${devices[0]}: ${name}: read-only`);
  for (const device of devices) {
    const disk = GptDisk.open(ctx, device, command.writes ? 'write' : 'read', sectorSize);
    try {
      command.run({
        ctx,
        disk,
        options,
        usage: wrong,
        value: (flag) => last(options, flag),
        has: (flag) => last(options, flag) !== undefined,
      });
      if (command.writes) disk.changed();
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      ctx.failError(disk.path, error);
    } finally {
      disk.close();
    }
  }
  return ctx.status;
};

function sectorSizeOf(ctx: ProgramContext, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const size = Number(text);
  if (![512, 1024, 2048, 4096].includes(size)) ctx.fail(`${text}: invalid sector size`);
  return size;
}

function listTypes(ctx: ProgramContext): number {
  for (const type of GPT_TYPES) ctx.print(`${type.name.padStart(20)}\t${type.text}\n`);
  return 0;
}
