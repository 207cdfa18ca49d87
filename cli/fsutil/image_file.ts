// SPDX-License-Identifier: BSD-2-Clause
/**
 * An image of the host before the kernel sees it: does it exist, which part of it is meant, which file system is there.
 * Nothing is written. Every fault is an ImageError that says what to do.
 */
import fs from 'node:fs';
import { HEAD_BYTES, type ImageKind, imageKind, truncation } from '../../userland/disk/image_kind.ts';
import {
  findPartition,
  type Partition,
  type PartitionTable,
  partitionName,
  readPartitionTable,
} from '../../userland/disk/partition_table.ts';
import { ImageError } from './image_error.ts';

export interface ImageFile {
  /** As the user named it, with the partition. */
  readonly name: string;
  readonly path: string;
  /** The bytes of the file system, when it is not the whole file. */
  readonly range: { readonly offset: number; readonly size: number } | undefined;
  /** Type for mount. */
  readonly type: string;
  /** What is odd about the image but no reason to stop. */
  readonly warning: string | undefined;
}

/**
 * @param name      IMAGE or IMAGE:PARTITION; a file whose name has a colon is found first
 * @param type      file system type, when it is not to be found out
 * @param writable  it will be written
 */
export function openImage(name: string, type: string | undefined, writable: boolean): ImageFile {
  const { path, part } = splitName(name);
  const fd = openFile(path, writable);
  try {
    const size = fs.fstatSync(fd).size;
    const read = (offset: number, length: number): Uint8Array => readAt(fd, offset, Math.min(length, size - offset));
    const range = part === undefined ? undefined : choosePartition(path, part, readPartitionTable(read, size));
    const [start, length] = range === undefined ? [0, size] : [range.offset, range.size];
    if (type !== undefined) return { name, path, range, type, warning: undefined };
    const kind = imageKind(read(start, Math.min(HEAD_BYTES, length)), length);
    const found =
      kind.fs ?? noFileSystem(name, path, kind, part === undefined ? readPartitionTable(read, size) : undefined);
    return { name, path, range, type: found, warning: truncation(kind, length) };
  } finally {
    fs.closeSync(fd);
  }
}

function splitName(name: string): { path: string; part: string | undefined } {
  const colon = name.lastIndexOf(':');
  if (colon <= 0 || fs.existsSync(name)) return { path: name, part: undefined };
  return { path: name.slice(0, colon), part: name.slice(colon + 1) };
}

function openFile(path: string, writable: boolean): number {
  try {
    if (!fs.statSync(path).isFile()) throw new ImageError(`${path}: not a regular file`);
    return fs.openSync(path, writable ? 'r+' : 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new ImageError(`${path}: no such image`);
    if (code === 'EACCES' || code === 'EROFS')
      throw new ImageError(`${path}: permission denied${writable ? ' (this command writes to the image)' : ''}`);
    throw error;
  }
}

function readAt(fd: number, offset: number, length: number): Uint8Array {
  if (!(length > 0) || !Number.isSafeInteger(offset) || offset < 0) return new Uint8Array(0);
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, fs.readSync(fd, bytes, 0, length, offset));
}

function choosePartition(path: string, part: string, table: PartitionTable | undefined): Partition {
  if (table === undefined) throw new ImageError(`${path}: has no partition table, so no partition ${part}`);
  const found = findPartition(table, part);
  if (found === undefined) throw new ImageError(`${path}: no partition ${part}; there are:\n${listing(path, table)}`);
  return found;
}

/** One line a partition, as it is to be typed. */
function listing(path: string, table: PartitionTable): string {
  const lines = table.partitions.map((p) => {
    const label = p.label === '' ? '' : ` "${p.label}"`;
    return `  ${`${path}:${partitionName(p)}`.padEnd(path.length + 4)} ${sizeText(p.size).padStart(9)}  ${p.type}${label}`;
  });
  return lines.length === 0 ? '  (none)' : lines.join('\n');
}

function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let value = bytes;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${Number(value.toPrecision(3))} ${units[unit]}`;
}

function noFileSystem(name: string, path: string, kind: ImageKind, table: PartitionTable | undefined): never {
  if (table !== undefined && table.partitions.length > 0)
    throw new ImageError(`${name}: a disk with partitions; name one of them:\n${listing(path, table)}`);
  const what = kind.label === 'unknown' ? '' : ` (${kind.label})`;
  const advice = kind.accepted ? 'a type can be named with -t' : kind.advice;
  throw new ImageError(`${name}: no file system that this kernel knows is there${what}\n  ${advice}`);
}
