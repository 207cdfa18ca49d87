// SPDX-License-Identifier: BSD-2-Clause
/** Commands on mounts and devices: attach, mount, the file system under test, statvfs. */
import { join } from 'node:path';
import { EEXIST } from '../../../userland/librump/errno.gen.ts';
import { msdosfs_args as M, tmpfs_args as T, statvfs as V } from '../../../userland/librump/structs.gen.ts';
import * as N from '../../../userland/librump/syscalls.gen.ts';
import { type Call, type CommandTable, failed, type Outcome, ok, okText } from '../command.ts';
import { ScriptError } from '../script_error.ts';

const DEVICE = '/dev/testfs';
const MNT_LOG = 0x2000000;
const ST_WAIT = 1;
const ETFS_BLK = 1;
const FSPEC_ONLY = 4;
const ISO_ARGS_SIZE = 116;
const ISO_FLAGS = 112;
const MSDOS_LONGNAME = 2;
const MSDOS_VERSION = 3;
const ON_ROOT: ReadonlySet<string> = new Set(['rumpfs']);
const WITHOUT_DEVICE: ReadonlySet<string> = new Set(['tmpfs', 'rumpfs']);

/** Names of statvfs flags, lowest bit first. */
const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [0x1, 'RDONLY'],
  [0x2, 'SYNCHRONOUS'],
  [0x4, 'NOEXEC'],
  [0x8, 'NOSUID'],
  [0x10, 'NODEV'],
  [0x20, 'UNION'],
  [0x40, 'ASYNC'],
  [0x80, 'EXRDONLY'],
  [0x100, 'EXPORTED'],
  [0x200, 'DEFEXPORTED'],
  [0x400, 'EXPORTANON'],
  [0x800, 'EXKERB'],
  [0x1000, 'LOCAL'],
  [0x2000, 'QUOTA'],
  [0x4000, 'ROOTFS'],
  [0x8000, 'NOCOREDUMP'],
  [0x20000, 'RELATIME'],
  [0x100000, 'IGNORE'],
  [0x800000, 'DISCARD'],
  [0x1000000, 'EXTATTR'],
  [0x2000000, 'LOG'],
  [0x4000000, 'NOATIME'],
  [0x8000000, 'EXNORESPORT'],
  [0x10000000, 'EXPUBLIC'],
  [0x20000000, 'SYMPERM'],
  [0x40000000, 'NODEVMTIME'],
  [0x80000000, 'SOFTDEP'],
];

type Options = ReadonlyMap<string, bigint>;

function flagNames(flags: number): string {
  return FLAG_NAMES.filter(([bit]) => (flags & bit) >>> 0 === bit >>> 0)
    .map(([, name]) => name)
    .join(',');
}

function textAt(c: Call, at: number): string {
  const { u8 } = c.guest;
  return String.fromCharCode(...u8.slice(at, u8.indexOf(0, at)));
}

const EXTRAS: Readonly<Record<string, (view: DataView, at: number) => bigint | number>> = {
  bsize: (v, at) => v.getUint32(at + V.f_bsize, true),
  frsize: (v, at) => v.getUint32(at + V.f_frsize, true),
  iosize: (v, at) => v.getUint32(at + V.f_iosize, true),
  blocks: (v, at) => v.getBigUint64(at + V.f_blocks, true),
  bfree: (v, at) => v.getBigUint64(at + V.f_bfree, true),
  bavail: (v, at) => v.getBigUint64(at + V.f_bavail, true),
  files: (v, at) => v.getBigUint64(at + V.f_files, true),
  ffree: (v, at) => v.getBigUint64(at + V.f_ffree, true),
  favail: (v, at) => v.getBigUint64(at + V.f_favail, true),
  owner: (v, at) => v.getUint32(at + V.f_owner, true),
};

function showStatvfs(c: Call, at: number, extras: readonly string[]): string {
  const { view } = c.guest;
  const fields = [
    `fstype=${textAt(c, at + V.f_fstypename)}`,
    `on=${textAt(c, at + V.f_mntonname)}`,
    `from="${textAt(c, at + V.f_mntfromname)}"`,
    `flag=${flagNames(view.getUint32(at + V.f_flag, true))}`,
    `namemax=${view.getUint32(at + V.f_namemax, true)}`,
  ];
  for (const extra of extras) {
    const read = EXTRAS[extra];
    if (read === undefined) throw new ScriptError(`unknown statvfs field ${extra}`);
    fields.push(`${extra}=${read(view, at)}`);
  }
  return fields.join(' ');
}

function statvfs(c: Call, number: number, subject: number): Outcome {
  const at = c.guest.alloc(V.size);
  const extras = c.rest().map((token) => token.text);
  return c.outcome(c.guest.call(number, subject, at, ST_WAIT), (a) => ok(a.value, showStatvfs(c, at, extras)));
}

function getvfsstat(c: Call): Outcome {
  const count = c.guest.call(N.SYS_getvfsstat, 0, 0, ST_WAIT);
  if (count.errno !== 0) return failed(count.errno);
  const at = c.guest.alloc(count.value * V.size);
  const answer = c.guest.call(N.SYS_getvfsstat, at, count.value * V.size, ST_WAIT);
  return c.outcome(answer, (a) =>
    ok(
      a.value,
      '',
      Array.from({ length: a.value }, (_, i) => `  - ${showStatvfs(c, at + i * V.size, [])}`),
    ),
  );
}

function tmpfsArgs(c: Call, options: Options): [number, number] {
  const at = c.guest.alloc(T.size);
  const { view } = c.guest;
  view.setInt32(at + T.ta_version, 1, true);
  view.setBigUint64(at + T.ta_nodes_max, options.get('nodes') ?? 0n, true);
  view.setBigUint64(at + T.ta_size_max, options.get('size') ?? 0n, true);
  view.setUint32(at + T.ta_root_uid, Number(options.get('uid') ?? 0n), true);
  view.setUint32(at + T.ta_root_gid, Number(options.get('gid') ?? 0n), true);
  view.setUint32(at + T.ta_root_mode, Number(options.get('mode') ?? 0o755n), true);
  return [at, T.size];
}

function msdosArgs(c: Call, device: number, options: Options): [number, number] {
  const at = c.guest.alloc(M.size);
  const { view } = c.guest;
  view.setUint32(at + M.fspec, device, true);
  view.setUint32(at + M.uid, Number(options.get('uid') ?? 0n), true);
  view.setUint32(at + M.gid, Number(options.get('gid') ?? 0n), true);
  view.setUint32(at + M.mask, Number(options.get('mask') ?? 0o755n), true);
  view.setUint32(at + M.flags, Number(options.get('msflags') ?? BigInt(MSDOS_LONGNAME)), true);
  view.setInt32(at + M.version, MSDOS_VERSION, true);
  view.setUint32(at + M.dirmask, Number(options.get('dirmask') ?? 0o755n), true);
  return [at, M.size];
}

/** Mount arguments of a file system type: address and size in guest memory. */
function mountArgs(c: Call, type: string, device: string | null, options: Options): [number, number] {
  if (type === 'tmpfs') return tmpfsArgs(c, options);
  const fspec = c.guest.string(device);
  if (type === 'msdos') return msdosArgs(c, fspec, options);
  const size = type === 'cd9660' ? ISO_ARGS_SIZE : FSPEC_ONLY;
  const at = c.guest.alloc(size);
  c.guest.view.setUint32(at, fspec, true);
  if (type === 'cd9660') c.guest.view.setUint32(at + ISO_FLAGS, Number(options.get('isoflags') ?? 0n), true);
  return [at, size];
}

function doMount(
  c: Call,
  type: string,
  device: string | null,
  dir: string | null,
  flags: number,
  options: Options,
): Outcome {
  const [args, size] = mountArgs(c, type, device, options);
  return c.simple(N.SYS_mount, c.guest.string(type), c.guest.string(dir), flags, args, size);
}

/** The `[flags] [key=value…]` tail of mount and testfs. */
function mountTail(c: Call): { flags: number; options: Options } {
  let flags = 0;
  const options = new Map<string, bigint>();
  for (const token of c.rest()) {
    const [key, value] = token.text.split('=');
    if (value === undefined) flags = Number(BigInt.asIntN(32, c.number(token.text)));
    else options.set(key as string, c.number(value));
  }
  return { flags, options };
}

function mount(c: Call): Outcome {
  const type = c.text();
  const device = c.text();
  const dir = c.text();
  const { flags, options } = mountTail(c);
  return doMount(c, type, device === 'NULL' ? null : device, dir === 'NULL' ? null : dir, flags, options);
}

function attachImage(c: Call, device: string, image: string): number {
  const register = c.guest.kernel.exports.rump_pub_etfs_register as (key: number, path: number, type: number) => number;
  return register(c.guest.string(device), c.guest.string(join(c.world.imageDir, image)), ETFS_BLK);
}

function attach(c: Call): Outcome {
  const errno = attachImage(c, c.text(), c.text());
  return errno === 0 ? ok(0) : failed(errno);
}

function detach(c: Call): Outcome {
  const remove = c.guest.kernel.exports.rump_pub_etfs_remove as (key: number) => number;
  const errno = remove(c.guest.string(c.text()));
  return errno === 0 ? ok(0) : failed(errno);
}

/** Kernel type and image of a file system name of the corpus. */
function underlying(fs: string): string {
  return fs === 'ffslog' ? 'ffs' : fs;
}

function mountTestfs(c: Call, dir: string, flags: number, options: Options): Outcome {
  const { fs } = c.world;
  const device = WITHOUT_DEVICE.has(fs) ? null : DEVICE;
  return doMount(c, underlying(fs), device, dir, fs === 'ffslog' ? flags | MNT_LOG : flags, options);
}

function testfs(c: Call): Outcome {
  const dir = c.text();
  const { flags, options } = mountTail(c);
  const { fs } = c.world;
  const made = c.guest.call(N.SYS_mkdir, c.guest.string(dir), 0o755);
  if (made.errno !== 0 && made.errno !== EEXIST) return failed(made.errno);
  if (ON_ROOT.has(fs)) return ok(0);
  if (!WITHOUT_DEVICE.has(fs)) {
    // Each testfs attaches anew, as the recorded runner did; a second time the key exists, which is no error.
    const errno = attachImage(c, DEVICE, `${underlying(fs)}.img`);
    if (errno !== 0 && errno !== EEXIST) return failed(errno);
  }
  c.world.mounts.set(dir, { flags, options });
  return mountTestfs(c, dir, flags, options);
}

function retestfs(c: Call): Outcome {
  const dir = c.text();
  if (WITHOUT_DEVICE.has(c.world.fs)) return okText('skipped');
  const known = c.world.mounts.get(dir);
  if (known === undefined) throw new ScriptError(`retestfs ${dir}: not a testfs`);
  const gone = c.guest.call(N.SYS_unmount, c.guest.string(dir), 0);
  if (gone.errno !== 0) return failed(gone.errno);
  return mountTestfs(c, dir, known.flags, known.options);
}

/** Change the flags of a mount: mount(2) with its own type and a null device. */
function remount(c: Call): Outcome {
  const dir = c.text();
  const known = c.world.mounts.get(dir);
  return doMount(c, underlying(c.world.fs), null, dir, c.int(), known?.options ?? new Map());
}

export const mountCommands: CommandTable = {
  attach,
  detach,
  mount,
  unmount: (c) => c.simple(N.SYS_unmount, c.path(), c.intOr(0)),
  testfs,
  retestfs,
  remount,
  statvfs: (c) => statvfs(c, N.SYS_statvfs1, c.path()),
  fstatvfs: (c) => statvfs(c, N.SYS_fstatvfs1, c.int()),
  getvfsstat,
};
