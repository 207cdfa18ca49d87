// SPDX-License-Identifier: BSD-2-Clause
/** disklabel(8): show a BSD label, or write one from a prototype. */
import { FS_TYPES } from '../../disk/partitions/disklabel.ts';
import { RawDevice } from '../../disk/raw_device.ts';
import { decode } from '../../lib/bytes.ts';
import type { Program } from '../../lib/program.ts';
import type { ProgramContext } from '../../lib/program_context.ts';
import { DIOCGDINFO } from '../../librump/constants.gen.ts';
import { disklabel as DISKLABEL } from '../../librump/structs.gen.ts';
import { SyscallError } from '../../librump/syscall_error.ts';
import { hasSignature, isFileSystemBoot, MBR_BYTES, readEntries } from '../mbr/mbr_sector.ts';
import { diskPath, makeWedges, withStruct } from '../wedges.ts';
import { defaultLabel, findLabel, type Label, labelFaults, readLabel, writeLabel } from './label.ts';
import { formatDisktab, formatLabel, LabelTextError, parseLabel } from './label_text.ts';

const AREA = 8192;
const LABEL_SECTOR = 1;
const NETBSD = 0xa9;
const MOST_PROTO = 1 << 20;

function usage(ctx: ProgramContext): never {
  return ctx.usage(
    'disklabel [-Frtv] disk',
    'disklabel -R [-Frv] disk protofile',
    'disklabel -w [-Frv] disk disktype [packid]',
    'disklabel -l',
  );
}

export const disklabel: Program = (ctx) => {
  const wrong = (): never => usage(ctx);
  const { options, rest } = ctx.getopt('CDFIRlrtvw', wrong);
  const has = (flag: string): boolean => options.some((option) => option.flag === flag);
  if (has('l')) return listTypes(ctx);
  const [disk, argument, packid] = rest;
  const writes = has('R') || has('w');
  if (disk === undefined || (has('R') && has('w'))) return wrong();
  if (rest.length > (has('w') ? 3 : has('R') ? 2 : 1) || (writes && argument === undefined)) return wrong();
  let device: RawDevice | undefined;
  try {
    device = new RawDevice(ctx.sys, diskPath(ctx.sys, disk), writes ? 'write' : 'read');
    const place = findPlace(device);
    if (!writes) return show(ctx, device, place, has('r') || has('F'), has('t'));
    const label = has('R')
      ? fromProto(ctx, device, place, argument as string)
      : fromType(ctx, device, argument as string, packid);
    return put(ctx, device, place, label);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    return ctx.failError(device?.path ?? disk, error);
  } finally {
    device?.close();
  }
};

interface Place {
  /** Where the label is, or would be. Bytes. */
  readonly at: number;
  readonly label: Label | undefined;
}

/** In the NetBSD partition of an MBR, else at the start of the disk. */
function findPlace(device: RawDevice): Place {
  const slices = sliceStarts(device);
  for (const start of [...slices, 0]) {
    const room = Math.min(AREA, device.size - start);
    const area = device.read(start, room - (room % device.sectorSize));
    const at = findLabel(area);
    if (at >= 0) return { at: start + at, label: readLabel(area, at) };
  }
  return { at: (slices[0] ?? 0) + LABEL_SECTOR * device.sectorSize, label: undefined };
}

function sliceStarts(device: RawDevice): number[] {
  if (device.size < MBR_BYTES) return [];
  const boot = device.read(0, device.sectorSize);
  if (!hasSignature(boot) || isFileSystemBoot(boot)) return [];
  return readEntries(boot)
    .filter((entry) => entry.type === NETBSD && entry.size > 16)
    .map((entry) => entry.start * device.sectorSize)
    .filter((start) => start < device.size - AREA);
}

/** Without -r the driver's label stands in for one that is not there. */
function show(ctx: ProgramContext, device: RawDevice, { label }: Place, onlyDisk: boolean, disktab: boolean): number {
  const found = label ?? (onlyDisk || !device.isDevice ? undefined : labelOfDriver(ctx, device));
  if (found === undefined) return ctx.fail(`${device.path}: could not find label`);
  ctx.print(disktab ? formatDisktab(found, device.path) : formatLabel(found, device.path));
  return 0;
}

function labelOfDriver(ctx: ProgramContext, device: RawDevice): Label | undefined {
  try {
    return withStruct(ctx.sys, DISKLABEL.size, (at) => {
      ctx.sys.ioctl(device.fd, DIOCGDINFO, at);
      return readLabel(ctx.sys.u8.slice(at, at + DISKLABEL.size));
    });
  } catch (error) {
    if (error instanceof SyscallError) return undefined;
    throw error;
  }
}

function fresh(device: RawDevice): Label {
  return defaultLabel(device.sectorSize, Math.floor(device.size / device.sectorSize));
}

function fromProto(ctx: ProgramContext, device: RawDevice, place: Place, path: string): Label {
  let text: string;
  try {
    const file = new RawDevice(ctx.sys, path, 'read');
    try {
      text = decode(file.read(0, Math.min(file.size, MOST_PROTO)));
    } finally {
      file.close();
    }
  } catch (error) {
    return ctx.failError(path, error);
  }
  try {
    return parseLabel(text, place.label ?? fresh(device));
  } catch (error) {
    if (error instanceof LabelTextError) return ctx.fail(`${path}: ${error.message}`);
    throw error;
  }
}

/** There is no disktab(5): `auto` is the disk as it is. */
function fromType(ctx: ProgramContext, device: RawDevice, type: string, packid: string | undefined): Label {
  if (type !== 'auto') ctx.fail(`${type}: unknown disk type (there is no disktab; auto takes the size of the disk)`);
  const label = fresh(device);
  label.packname = packid ?? label.packname;
  return label;
}

function put(ctx: ProgramContext, device: RawDevice, { at }: Place, label: Label): number {
  const faults = labelFaults(label);
  const sectors = Math.floor(device.size / device.sectorSize);
  if (label.numbers.secsize !== device.sectorSize) faults.push(`the disk has sectors of ${device.sectorSize} bytes`);
  if (label.numbers.secperunit > sectors) faults.push(`the disk has ${sectors} sectors`);
  for (const fault of faults) ctx.warn(fault);
  if (faults.length > 0) return 1;
  const bytes = writeLabel(label);
  const start = at - (at % device.sectorSize);
  const room = Math.ceil((at + bytes.length - start) / device.sectorSize) * device.sectorSize;
  const area = device.read(start, room);
  area.set(bytes, at - start);
  device.write(start, area);
  device.flush();
  if (device.isDevice) makeWedges(ctx.sys, device.fd);
  return 0;
}

function listTypes(ctx: ProgramContext): number {
  ctx.print(`known file system types:\n\n${FS_TYPES.map((type) => `${type}\n`).join('')}`);
  return 0;
}
