// SPDX-License-Identifier: BSD-2-Clause
/** vndconfig(8): files as disks, and mdconfig(8): disks in memory. */
import { encode } from '../lib/bytes.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import * as C from '../librump/constants.gen.ts';
import { readU64 } from '../librump/struct_codec.ts';
import { md_conf as MD, vnd_ioctl as SET, vnd_user as USER } from '../librump/structs.gen.ts';
import { isErrno } from '../librump/syscall_error.ts';
import { openDisk, withStruct } from './wedges.ts';

const HASGEOM = 1;
const READONLY = 2;
const FORCE = 4;
const UNITS = 8;
const MD_UNCONFIGURED = 0;
const MD_KMEM_ALLOCATED = 2;

function usage(ctx: ProgramContext): never {
  return ctx.usage(
    `${ctx.name} [-crv] vnode_disk image_file [secsize/nsectors/ntracks/ncylinders]`,
    `${ctx.name} -u [-Fv] vnode_disk`,
    `${ctx.name} -l [vnode_disk]`,
  );
}

export const vndconfig: Program = (ctx) => {
  const { options, rest } = ctx.getopt('cFlruv', () => usage(ctx));
  const has = (flag: string): boolean => options.some((option) => option.flag === flag);
  if (has('l')) {
    if (has('c') || has('u') || rest.length > 1) usage(ctx);
    return list(ctx, rest[0]);
  }
  const [disk, file, geometry] = rest;
  if (disk === undefined || rest.length > 3) return usage(ctx);
  if (has('u')) {
    if (has('c') || rest.length !== 1) usage(ctx);
    return unconfigure(ctx, disk, has('F') ? FORCE : 0, has('v'));
  }
  if (file === undefined) return usage(ctx);
  return configure(ctx, disk, file, geometry, has('r') ? READONLY : 0, has('v'));
};

/** Open the unit, run `body`; a failure is a message with the name of the device. */
function onUnit(ctx: ProgramContext, disk: string, flags: number, body: (fd: number, path: string) => number): number {
  let unit: { fd: number; path: string };
  try {
    unit = openDisk(ctx.sys, disk, flags);
  } catch (error) {
    return ctx.failError(disk, error);
  }
  try {
    return body(unit.fd, unit.path);
  } finally {
    ctx.sys.close(unit.fd);
  }
}

function geometryOf(ctx: ProgramContext, text: string): number[] {
  const numbers = text.split('/').map(Number);
  if (numbers.length !== 4 || numbers.some((n) => !Number.isInteger(n) || n <= 0 || n > 0xffffffff))
    ctx.fail(`${text}: bad geometry specification`);
  return numbers;
}

function configure(
  ctx: ProgramContext,
  disk: string,
  file: string,
  geometry: string | undefined,
  flags: number,
  verbose: boolean,
): number {
  const numbers = geometry === undefined ? undefined : geometryOf(ctx, geometry);
  const name = encode(file);
  return onUnit(ctx, disk, C.O_RDWR, (fd, path) =>
    withStruct(ctx.sys, SET.size + name.length + 1, (at) => {
      const { view, u8 } = ctx.sys;
      u8.set(name, at + SET.size);
      view.setUint32(at + SET.vnd_file, at + SET.size, true);
      view.setInt32(at + SET.vnd_flags, flags | (numbers === undefined ? 0 : HASGEOM), true);
      for (const [i, n] of (numbers ?? []).entries()) view.setUint32(at + SET.vnd_geom + 4 * i, n, true);
      try {
        ctx.sys.ioctl(fd, C.VNDIOCSET, at);
      } catch (error) {
        return ctx.failError(isErrno(error, 'EBUSY') ? path : `${path}: ${file}`, error);
      }
      if (verbose) ctx.print(`${path}: ${readU64(view, at + SET.vnd_size)} bytes on ${file}\n`);
      return 0;
    }),
  );
}

function unconfigure(ctx: ProgramContext, disk: string, flags: number, verbose: boolean): number {
  return onUnit(ctx, disk, C.O_RDWR, (fd, path) =>
    withStruct(ctx.sys, SET.size, (at) => {
      ctx.sys.view.setInt32(at + SET.vnd_flags, flags, true);
      try {
        ctx.sys.ioctl(fd, C.VNDIOCCLR, at);
      } catch (error) {
        return ctx.failError(path, error);
      }
      if (verbose) ctx.print(`${path}: cleared\n`);
      return 0;
    }),
  );
}

function list(ctx: ProgramContext, disk: string | undefined): number {
  return onUnit(ctx, disk ?? 'vnd0', C.O_RDONLY, (fd) => {
    const units = disk === undefined ? Array.from({ length: UNITS }, (_, i) => i) : [-1];
    for (const unit of units) ctx.print(unitLine(ctx, fd, unit));
    return 0;
  });
}

function unitLine(ctx: ProgramContext, fd: number, unit: number): string {
  return withStruct(ctx.sys, USER.size, (at) => {
    const { view } = ctx.sys;
    view.setInt32(at + USER.vnu_unit, unit, true);
    ctx.sys.ioctl(fd, C.VNDIOCGET, at);
    const name = `vnd${view.getInt32(at + USER.vnu_unit, true)}`;
    const inode = readU64(view, at + USER.vnu_ino);
    if (inode === 0) return `${name}: not in use\n`;
    const dev = readU64(view, at + USER.vnu_dev);
    const mount = ctx.sys.getvfsstat().find((m) => ctx.sys.stat(m.mntonname).dev === dev);
    const place = mount === undefined ? `device ${dev}` : `${mount.mntonname} (${mount.mntfromname})`;
    return `${name}: ${place} inode ${inode}\n`;
  });
}

/** mdconfig(8), with the memory in the kernel: `mdconfig special 512-byte-blocks`, `mdconfig -u special`. */
export const mdconfig: Program = (ctx) => {
  const bad = (): never => ctx.usage('mdconfig <device> <%d-512-byte-blocks>', 'mdconfig -u <device>');
  const { options, rest } = ctx.getopt('u', bad);
  const [disk, count] = rest;
  const clear = options.length > 0;
  if (disk === undefined || rest.length !== (clear ? 1 : 2)) return bad();
  const bytes = clear ? 0 : Number(count) * 512;
  if (!Number.isSafeInteger(bytes) || bytes < 0 || bytes > 0xffffffff || (!clear && bytes === 0))
    ctx.fail(`${count}: invalid number of blocks`);
  const raw = disk.replace(
    /^(.*\/)?(md\d+)$/,
    (_, dir: string | undefined, name: string) => `${dir ?? '/dev/'}r${name}`,
  );
  return onUnit(ctx, raw, C.O_RDWR, (fd, path) =>
    withStruct(ctx.sys, MD.size, (at) => {
      ctx.sys.view.setUint32(at + MD.md_size, bytes, true);
      ctx.sys.view.setInt32(at + MD.md_type, clear ? MD_UNCONFIGURED : MD_KMEM_ALLOCATED, true);
      try {
        ctx.sys.ioctl(fd, C.MD_SETCONF, at);
        return 0;
      } catch (error) {
        return ctx.failError(path, error);
      }
    }),
  );
};
