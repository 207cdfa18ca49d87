// SPDX-License-Identifier: BSD-2-Clause
/** touch(1), chmod(1), chown(8), mkfifo(1), mknod(8). */
import { groupId, makeDevice, userId } from '../lib/format.ts';
import { parseMode } from '../lib/mode_change.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { isDirectory, isLink, statOrNone, walkTree } from '../lib/tree_walk.ts';
import { O_CREAT, O_WRONLY } from '../librump/constants.gen.ts';
import type { Stat, Timespec } from '../librump/structs.ts';

export const touch: Program = (ctx) => {
  const usage = () => ctx.usage('touch [-acfhm] [-d datetime] [-r file] [-t [[CC]YY]MMDDhhmm[.SS]] file ...');
  const { options, rest } = ctx.getopt('acfhmd:r:t:', usage);
  const flags = new Map(options.map((o) => [o.flag, o.value]));
  if (rest.length === 0) usage();
  let atime: Timespec | 'now' = 'now';
  let mtime: Timespec | 'now' = 'now';
  const reference = flags.get('r');
  if (reference !== undefined) {
    try {
      const st = ctx.sys.stat(reference);
      atime = st.atime;
      mtime = st.mtime;
    } catch (error) {
      ctx.failError(reference, error);
    }
  }
  const text = flags.get('t') ?? flags.get('d');
  if (text !== undefined) {
    const sec = flags.has('t')
      ? stamp(ctx, text)
      : Math.floor(
          Date.parse(
            /Z|[+-]\d\d:?\d\d$/.test(text) ? text : `${text.replace(' ', 'T')}${text.includes(':') ? 'Z' : ''}`,
          ) / 1000,
        );
    if (sec === undefined || Number.isNaN(sec)) ctx.fail(`out of range or illegal time specification: ${text}`);
    atime = { sec: sec as number, nsec: 0 };
    mtime = atime;
  }
  const both = flags.has('a') === flags.has('m');
  for (const name of rest) {
    try {
      if (statOrNone(ctx, name, !flags.has('h')) === undefined) {
        if (flags.has('c') || flags.has('h')) continue;
        ctx.sys.close(ctx.sys.open(name, O_WRONLY | O_CREAT, 0o666));
        if (atime === 'now') continue;
      }
      ctx.sys.utimens(
        name,
        both || flags.has('a') ? atime : undefined,
        both || flags.has('m') ? mtime : undefined,
        !flags.has('h'),
      );
    } catch (error) {
      ctx.warnError(name, error);
    }
  }
  return ctx.status;
};

/** [[CC]YY]MMDDhhmm[.SS] in UTC. */
function stamp(ctx: ProgramContext, text: string): number | undefined {
  const m = /^(?:(\d\d)?(\d\d))?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(text);
  if (!m) return undefined;
  const now = new Date(ctx.sys.clockGettime(0).sec * 1000);
  const yy = Number(m[2]);
  const year =
    m[2] === undefined
      ? now.getUTCFullYear()
      : m[1] !== undefined
        ? Number(m[1]) * 100 + yy
        : yy + (yy < 69 ? 2000 : 1900);
  return Date.UTC(year, Number(m[3]) - 1, Number(m[4]), Number(m[5]), Number(m[6]), Number(m[7] ?? 0)) / 1000;
}

/** The part chmod, chown and chflags share: each operand, -R, links. */
export function applyToFiles(
  ctx: ProgramContext,
  files: readonly string[],
  flags: ReadonlySet<string>,
  change: (path: string, st: Stat) => void,
): void {
  for (const name of files) {
    if (flags.has('R')) {
      walkTree(
        ctx,
        name,
        {
          enter(path, st, depth) {
            if (isLink(st) && depth > 0 && !flags.has('h')) return false;
            attempt(path, st);
            return true;
          },
        },
        { followTop: flags.has('H'), followAll: flags.has('L') },
      );
    } else {
      try {
        attempt(name, flags.has('h') ? ctx.sys.lstat(name) : ctx.sys.stat(name));
      } catch (error) {
        ctx.warnError(name, error);
      }
    }
  }
  function attempt(path: string, st: Stat): void {
    try {
      change(path, st);
      if (flags.has('v')) ctx.print(`${path}\n`);
    } catch (error) {
      if (!flags.has('f')) ctx.warnError(path, error);
    }
  }
}

/** Options before a mode such as "-w": only known letters count as options. */
export function splitOptions(ctx: ProgramContext, known: RegExp): { flags: Set<string>; rest: string[] } {
  const flags = new Set<string>();
  let i = 1;
  for (; i < ctx.argv.length; i++) {
    const arg = ctx.argv[i] as string;
    if (arg === '--') {
      i++;
      break;
    }
    if (!known.test(arg)) break;
    for (const c of arg.slice(1)) flags.add(c);
  }
  return { flags, rest: ctx.argv.slice(i) as string[] };
}

export const chmod: Program = (ctx) => {
  const usage = () => ctx.usage('chmod [-R [-H | -L | -P]] [-fhv] mode file ...');
  const { flags, rest } = splitOptions(ctx, /^-[RHLPfhv]+$/);
  const [modeText, ...files] = rest;
  if (modeText === undefined || files.length === 0) usage();
  const mask = ctx.sys.umask(0);
  ctx.sys.umask(mask);
  const change = parseMode(modeText as string, mask);
  if (change === undefined) ctx.fail(`Invalid file mode: ${modeText}`);
  applyToFiles(ctx, files, flags, (path, st) => {
    const mode = change?.(st.mode, isDirectory(st)) ?? 0;
    if (flags.has('h')) ctx.sys.lchmod(path, mode);
    else ctx.sys.chmod(path, mode);
  });
  return ctx.status;
};

export const chown: Program = (ctx) => {
  const group = ctx.name === 'chgrp';
  const usage = () => ctx.usage(`${ctx.name} [-R [-H | -L | -P]] [-fhv] ${group ? 'group' : 'owner[:group]'} file ...`);
  const { flags, rest } = splitOptions(ctx, /^-[RHLPfhv]+$/);
  const [who, ...files] = rest;
  if (who === undefined || files.length === 0) usage();
  const [userText = '', groupText = ''] = group ? ['', who as string] : (who as string).split(':');
  const uid = userText === '' ? 0xffffffff : userId(userText);
  const gid = groupText === '' ? 0xffffffff : groupId(groupText);
  if (uid === undefined) ctx.fail(`${userText}: invalid user name`);
  if (gid === undefined) ctx.fail(`${groupText}: invalid group name`);
  applyToFiles(ctx, files, flags, (path) => {
    if (flags.has('h')) ctx.sys.lchown(path, uid as number, gid as number);
    else ctx.sys.chown(path, uid as number, gid as number);
  });
  return ctx.status;
};

export const mkfifo: Program = (ctx) => {
  const usage = () => ctx.usage('mkfifo [-m mode] fifoname ...');
  const { options, rest } = ctx.getopt('m:', usage);
  if (rest.length === 0) usage();
  const text = options.findLast((o) => o.flag === 'm')?.value;
  const mode = text === undefined ? 0o666 : parseMode(text, 0)?.(0o666, false);
  if (mode === undefined) ctx.fail(`invalid mode: ${text}`);
  for (const name of rest) {
    try {
      ctx.sys.mkfifo(name, mode);
      if (text !== undefined) ctx.sys.chmod(name, mode as number);
    } catch (error) {
      ctx.warnError(name, error);
    }
  }
  return ctx.status;
};

export const mknod: Program = (ctx) => {
  const usage = () => ctx.usage('mknod [-m mode] name b|c major minor', 'mknod [-m mode] name p');
  const { options, rest } = ctx.getopt('m:', usage);
  const [name, type, major, minor] = rest;
  if (name === undefined || type === undefined) usage();
  const modeText = options.findLast((o) => o.flag === 'm')?.value;
  const mode = modeText === undefined ? 0o666 : parseMode(modeText, 0)?.(0o666, false);
  if (mode === undefined) ctx.fail(`invalid mode: ${modeText}`);
  try {
    if (type === 'p') ctx.sys.mkfifo(name as string, mode);
    else if (type === 'b' || type === 'c' || type === 'u') {
      if (!/^[0-9]+$/.test(major ?? '') || !/^[0-9]+$/.test(minor ?? '')) usage();
      ctx.sys.mknod(
        name as string,
        (type === 'b' ? 0o060000 : 0o020000) | (mode as number),
        makeDevice(Number(major), Number(minor)),
      );
    } else ctx.fail("node type must be one of 'b', 'c' or 'p'");
    if (modeText !== undefined) ctx.sys.chmod(name as string, mode as number);
  } catch (error) {
    ctx.failError(name as string, error);
  }
  return ctx.status;
};
