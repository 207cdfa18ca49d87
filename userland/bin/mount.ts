// SPDX-License-Identifier: BSD-2-Clause
/** mount(8), umount(8). mount_TYPE names select the type. */
import { spawnChild, waitChild } from '../lib/child.ts';
import { FLAG_WORDS, parseMountOptions } from '../lib/mount_options.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import * as C from '../librump/constants.gen.ts';
import { encodeMountArgs, TYPE_OPTIONS, V7FS_ORDERS } from '../librump/mount_args.ts';
import type { Statvfs } from '../librump/structs.ts';
import { isErrno, SyscallError } from '../librump/syscall_error.ts';
import { findWedge, listWedges } from '../partition/wedges.ts';

/** What the table prints, in its order. */
const SHOWN: readonly (readonly [flag: number, text: string])[] = [
  [C.MNT_ASYNC, 'asynchronous'],
  [C.MNT_NOATIME, 'noatime'],
  [C.MNT_NOCOREDUMP, 'nocoredump'],
  [C.MNT_NODEV, 'nodev'],
  [C.MNT_NODEVMTIME, 'nodevmtime'],
  [C.MNT_NOEXEC, 'noexec'],
  [C.MNT_NOSUID, 'nosuid'],
  [C.MNT_QUOTA, 'with quotas'],
  [C.MNT_RDONLY, 'read-only'],
  [C.MNT_SYMPERM, 'symperm'],
  [C.MNT_SYNCHRONOUS, 'synchronous'],
  [C.MNT_UNION, 'union'],
  [C.MNT_LOG, 'log'],
  [C.MNT_LOCAL, 'local'],
];

/** Types that need no device: the first operand is only a label. */
const DEVICELESS = new Set(['tmpfs', 'mfs', 'kernfs', 'ptyfs', 'procfs', 'fdesc', 'null', 'union']);
/** What the types of this kernel are called elsewhere. */
export const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['ufs', 'ffs'],
  ['iso9660', 'cd9660'],
  ['ext2', 'ext2fs'],
  ['ext3', 'ext2fs'],
  ['ext4', 'ext2fs'],
]);
/** In the order they are tried without -t: those with a strict signature first, the one without any last. */
const PROBE = ['cd9660', 'ffs', 'ext2fs', 'msdos', 'v7fs'] as const;

export const mount: Program = (ctx) => {
  const own = ctx.name.startsWith('mount_') ? ctx.name.slice(6) : undefined;
  const usage = () =>
    own === undefined
      ? ctx.usage(
          'mount [-Aadfruvw] [-t type]',
          'mount [-dfruvw] special | node',
          'mount [-dfruvw] [-o options] [-t type] special node',
        )
      : ctx.usage(`${ctx.name} [-o options]${own === 'v7fs' ? ' [-B endian]' : ''} special node`);
  const { options, rest } = ctx.getopt('Aadfo:rt:uvws:n:g:m:B:', usage);
  let flags = 0;
  const extra = new Map<string, string>();
  const unknown: string[] = [];
  let type = own;
  let update = false;
  let verbose = false;
  for (const { flag, value } of options) {
    if (flag === 'r') flags |= C.MNT_RDONLY;
    else if (flag === 'w') flags &= ~C.MNT_RDONLY;
    else if (flag === 'f') flags |= C.MNT_FORCE;
    else if (flag === 'u') update = true;
    else if (flag === 'v') verbose = true;
    else if (flag === 't') type = TYPE_NAMES.get(value) ?? value;
    else if (flag === 's' || flag === 'n' || flag === 'g' || flag === 'm' || flag === 'B')
      extra.set({ s: 'size', n: 'nodes', g: 'gid', m: 'mode', B: 'B' }[flag], value);
    else if (flag === 'o') flags = parseMountOptions(value, flags, extra, unknown);
  }
  if (update) flags |= C.MNT_UPDATE;
  if (rest.length === 0) {
    for (const m of ctx.sys.getvfsstat())
      if (type === undefined || type === m.fstypename) ctx.print(mountLine(m, verbose));
    return 0;
  }
  if (rest.length > 2 || (rest.length === 1 && !update)) {
    if (rest.length === 1) ctx.fail(`${rest[0]}: name both the device and the directory: mount [-t type] special node`);
    usage();
  }
  if (rest.length === 1 || (flags & C.MNT_UPDATE) !== 0)
    return updateMount(ctx, rest[rest.length - 1] as string, flags, extra);
  const [special, node] = rest as [string, string];
  const source = special.startsWith('NAME=') ? wedgeNamed(ctx, special.slice(5)) : special;
  return newMount(ctx, type, source, node, flags, extra, unknown, verbose);
};

/** Memory with newfs(8) in it is the work of a program of its own; "-o -s=8m" are its options. */
function mountMfs(
  ctx: ProgramContext,
  source: string,
  node: string,
  flags: number,
  extra: ReadonlyMap<string, string>,
): number {
  const words = FLAG_WORDS.filter(([, flag]) => (flags & flag) !== 0).map(([word]) => word);
  const letters = [...extra].flatMap(([key, value]) => [`-${key === 'size' ? 's' : key}`, value]);
  const argv = ['mount_mfs', ...letters, ...(words.length > 0 ? ['-o', words.join(',')] : []), source, node];
  return waitChild(ctx, spawnChild(ctx, argv));
}

function mountLine(m: Statvfs, verbose: boolean): string {
  const notes = SHOWN.filter(([f]) => (m.flag & f) !== 0).map(([, t]) => t);
  if (verbose) notes.push(`fsid: ${m.fsid.toString(16)}`);
  return `${m.mntfromname} on ${m.mntonname} type ${m.fstypename}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}\n`;
}

function updateMount(ctx: ProgramContext, node: string, flags: number, extra: ReadonlyMap<string, string>): number {
  const found = ctx.sys.getvfsstat().findLast((m) => m.mntonname === node || m.mntfromname === node);
  if (found === undefined) ctx.fail(`${node}: not currently mounted`);
  const m = found as Statvfs;
  // With the device: without it a file system would stay writable.
  const device = DEVICELESS.has(m.fstypename) ? '' : m.mntfromname;
  const args = encodeMountArgs(ctx.sys, m.fstypename, device, extra);
  try {
    const keep = m.flag & 0x90ffff & ~C.MNT_RDONLY & ~(C.MNT_LOCAL | C.MNT_ROOTFS | C.MNT_QUOTA);
    ctx.sys.mount(m.fstypename, m.mntonname, keep | flags | C.MNT_UPDATE, args.data, args.length);
    return 0;
  } catch (error) {
    return ctx.failError(`${m.mntfromname} on ${m.mntonname}`, error);
  } finally {
    args.free();
  }
}

function newMount(
  ctx: ProgramContext,
  type: string | undefined,
  source: string,
  node: string,
  flags: number,
  extra: ReadonlyMap<string, string>,
  unknown: readonly string[],
  verbose: boolean,
): number {
  if (type === 'mfs') return mountMfs(ctx, source, node, flags, extra);
  if (type !== undefined) {
    const wrong = unknown.find((k) => !(TYPE_OPTIONS[type] ?? []).includes(k));
    if (wrong !== undefined)
      ctx.fail(
        `-o ${wrong}: option not supported${TYPE_OPTIONS[type] ? ` by ${type} (it has: ${(TYPE_OPTIONS[type] ?? []).join(', ')})` : ''}`,
      );
  }
  const order = extra.get('B');
  if (order !== undefined && (type !== 'v7fs' || V7FS_ORDERS[order] === undefined))
    ctx.fail(type === 'v7fs' ? `-B ${order}: not le, be or pdp` : '-B: only for v7fs');
  const device = type === undefined || !DEVICELESS.has(type);
  if (device) checkDevice(ctx, source);
  if (type !== undefined) {
    // ISO 9660 is read-only by nature: mount_cd9660(8) says so without being asked.
    const wanted = type === 'cd9660' ? flags | C.MNT_RDONLY : flags;
    const error = attempt(ctx, type, source, node, wanted, extra);
    if (error === undefined) return done(ctx, type, source, node, verbose);
    if (!needsReadOnly(error, wanted)) return explain(ctx, type, source, node, error);
    const second = attempt(ctx, type, source, node, wanted | C.MNT_RDONLY, extra);
    if (second !== undefined) return explain(ctx, type, source, node, second);
    ctx.err.write(`mount_${type}: ${source} on ${node}: mounted read-only\n`);
    ctx.err.flush();
    return done(ctx, type, source, node, verbose);
  }
  for (const candidate of PROBE) {
    // An image that was attached read-only, or a type we only read, asks for -r: try again so.
    let error = attempt(ctx, candidate, source, node, flags, extra);
    if (error && needsReadOnly(error, flags))
      error = attempt(ctx, candidate, source, node, flags | C.MNT_RDONLY, extra);
    if (error === undefined) return done(ctx, candidate, source, node, verbose);
    if (['ENOENT', 'ENOTDIR', 'EBUSY', 'ENXIO', 'ENOTBLK'].includes(error.code))
      return explain(ctx, candidate, source, node, error);
  }
  const wedges = wedgesOf(ctx, source);
  if (wedges !== '') ctx.fail(`${source}: has partitions: ${wedges}; mount one of them`);
  ctx.warn(`${source}: no file system found that this kernel knows (tried ${PROBE.join(', ')}).`);
  ctx.err.write(
    `       What is it? \`hexdump -C -n 512 ${source}\` shows its first bytes; name a type with -t. dmesg(8) may say what was in the way.\n`,
  );
  ctx.err.flush();
  return 1;
}

/** NAME=root is the wedge with that name. */
function wedgeNamed(ctx: ProgramContext, name: string): string {
  const wedge =
    findWedge(ctx.sys, name) ?? ctx.fail(`NAME=${name}: no wedge has this name (dkctl lists those of a disk)`);
  return `/dev/${wedge.device}`;
}

/** The partitions of a whole disk: "dk0 (ffs), dk1 (msdos)", or nothing; `busy`: those that are mounted. */
function wedgesOf(ctx: ProgramContext, source: string, busy = false): string {
  const mounted = new Set(busy ? ctx.sys.getvfsstat().map((m) => m.mntfromname) : []);
  try {
    const fd = ctx.sys.open(source.replace(/([^/]*)$/, 'r$1'), C.O_RDONLY);
    try {
      return listWedges(ctx.sys, fd)
        .filter((wedge) => !busy || mounted.has(`/dev/${wedge.device}`))
        .map((wedge) => `${wedge.device} (${wedge.ptype || 'unknown'})`)
        .join(', ');
    } finally {
      ctx.sys.close(fd);
    }
  } catch (error) {
    if (error instanceof SyscallError) return '';
    throw error;
  }
}

/** The device or the type can only be read. */
function needsReadOnly(error: SyscallError, flags: number): boolean {
  return (flags & C.MNT_RDONLY) === 0 && ['EROFS', 'EACCES', 'EPERM'].includes(error.code);
}

function done(ctx: ProgramContext, type: string, source: string, node: string, verbose: boolean): number {
  if (verbose) ctx.print(`${source} on ${node} type ${type}\n`);
  return 0;
}

function attempt(
  ctx: ProgramContext,
  type: string,
  source: string,
  node: string,
  flags: number,
  extra: ReadonlyMap<string, string>,
): SyscallError | undefined {
  const args = encodeMountArgs(ctx.sys, type, source, extra);
  try {
    ctx.sys.mount(type, node, flags, args.data, args.length);
    return undefined;
  } catch (error) {
    if (error instanceof SyscallError) return error;
    throw error;
  } finally {
    args.free();
  }
}

function checkDevice(ctx: ProgramContext, source: string): void {
  try {
    const kind = ctx.sys.stat(source).mode & 0o170000;
    if (kind === 0o060000) return;
    if (kind === 0o020000)
      ctx.fail(
        `${source}: is a raw (character) device; mount needs the block device ${source.replace(/\/r([^/]*)$/, '/$1')}`,
      );
    ctx.fail(`${source}: Block device required`);
  } catch (error) {
    if (isErrno(error, 'ENOENT'))
      ctx.fail(`${source}: No such file or directory (is the image attached? see the list of disks)`);
    ctx.failError(source, error);
  }
}

/** errno of mount(2) as a sentence for this command line. */
function explain(ctx: ProgramContext, type: string, source: string, node: string, error: SyscallError): number {
  const name = `${ctx.name === 'mount' ? `mount_${type}` : ctx.name}: ${source} on ${node}`;
  let text = error.message;
  switch (error.code) {
    case 'ENODEV':
      text = `file system type "${type}" is not in this kernel`;
      break;
    case 'EINVAL':
    case 'EFTYPE':
    case 'EIO': {
      const wedges = wedgesOf(ctx, source);
      const hint = wedges === '' ? 'without -t mount looks for the type' : `it has partitions: ${wedges}`;
      text = `${error.message} (no valid ${type} file system there? ${hint})`;
      break;
    }
    case 'ENOENT':
      text = `${node}: no such directory (mkdir ${node} makes one)`;
      break;
    case 'EBUSY': {
      const wedges = wedgesOf(ctx, source, true);
      text = `${error.message} (${wedges === '' ? 'already mounted, or the directory is in use' : `mounted of it: ${wedges}`})`;
      break;
    }
    case 'EROFS':
    case 'EACCES':
      text = `${error.message} (read-only: try mount -r)`;
      break;
  }
  ctx.out.flush();
  ctx.err.write(`${name}: ${text}\n`);
  ctx.err.flush();
  return 1;
}

export const umount: Program = (ctx) => {
  const usage = () => ctx.usage('umount [-fvFR] special | node ...', 'umount -a [-fv] [-t type]');
  const { options, rest } = ctx.getopt('aAfFRvt:', usage);
  const flags = new Map(options.map((o) => [o.flag, o.value]));
  const table = ctx.sys.getvfsstat();
  let nodes = rest;
  if (flags.has('a'))
    nodes = table
      .filter((m) => m.mntonname !== '/' && (!flags.has('t') || flags.get('t') === m.fstypename))
      .map((m) => m.mntonname)
      .reverse();
  else if (rest.length === 0) usage();
  for (const name of nodes) {
    const plain = name.length > 1 ? name.replace(/\/+$/, '') : name;
    const m = table.findLast((x) => x.mntonname === plain) ?? table.findLast((x) => x.mntfromname === plain);
    const target = m?.mntonname ?? name;
    try {
      ctx.sys.unmount(target, flags.has('f') ? C.MNT_FORCE : 0);
      if (flags.has('v')) ctx.print(`${target}: unmounted\n`);
    } catch (error) {
      if (isErrno(error, 'EINVAL') && !m) ctx.warn(`${name}: not currently mounted`);
      else if (isErrno(error, 'EBUSY'))
        ctx.warn(`${target}: Device busy (a process has its directory or a file open there: fstat; -f forces)`);
      else ctx.warnError(target, error);
    }
  }
  return ctx.status;
};
