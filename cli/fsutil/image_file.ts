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
  type ReadBytes,
  readPartitionTable,
} from '../../userland/disk/partition_table.ts';
import { ImageError, NoFileSystem } from './image_error.ts';
import { listPartitions } from './partition_listing.ts';

export interface ImagePlace {
  /** As the user named it, with the partition. */
  readonly name: string;
  readonly path: string;
  /** The bytes that are meant, when it is not the whole file. */
  readonly range: { readonly offset: number; readonly size: number } | undefined;
}

export interface ImageFile extends ImagePlace {
  /** Type for mount. */
  readonly type: string;
  /** What is odd about the image but no reason to stop. */
  readonly warning: string | undefined;
}

export interface ImageWish {
  /** File system type, when it is not to be found out. */
  readonly type: string | undefined;
  readonly writable: boolean;
  /** The file that stands for the one named: it is unpacked there. */
  readonly instead?: string | undefined;
}

/** Where a file system is or will be; what is there is not looked at. @param name  as openImage has it */
export function placeImage(name: string, writable: boolean): ImagePlace {
  const { path, part } = splitName(name);
  const fd = openFile(path, path, writable);
  try {
    const size = fs.fstatSync(fd).size;
    const read = (offset: number, length: number): Uint8Array => readAt(fd, offset, Math.min(length, size - offset));
    return { name, path, range: part === undefined ? undefined : choosePartition(path, part, size, read) };
  } finally {
    fs.closeSync(fd);
  }
}

/** @param name  IMAGE or IMAGE:PARTITION; a file whose name has a colon is found first */
export function openImage(name: string, wish: ImageWish): ImageFile {
  const { path: named, part } = splitName(name);
  const path = wish.instead ?? named;
  const fd = openFile(path, named, wish.writable);
  try {
    const size = fs.fstatSync(fd).size;
    const read = (offset: number, length: number): Uint8Array => readAt(fd, offset, Math.min(length, size - offset));
    const range = part === undefined ? undefined : choosePartition(named, part, size, read);
    if (wish.type !== undefined) return { name, path, range, type: wish.type, warning: undefined };
    const [start, length] = range === undefined ? [0, size] : [range.offset, range.size];
    const kind = imageKind(read(start, Math.min(HEAD_BYTES, length)), length);
    if (kind.fs !== undefined) return { name, path, range, type: kind.fs, warning: truncation(kind, length) };
    if (range === undefined) refusePartitioned(named, size, read);
    throw noFileSystem(name, kind);
  } finally {
    fs.closeSync(fd);
  }
}

/** A colon separates the partition, unless the file has it in its name. */
export function splitName(name: string): { path: string; part: string | undefined } {
  const colon = name.lastIndexOf(':');
  if (colon <= 0 || fs.existsSync(name)) return { path: name, part: undefined };
  return { path: name.slice(0, colon), part: name.slice(colon + 1) };
}

function openFile(path: string, named: string, writable: boolean): number {
  try {
    if (!fs.statSync(path).isFile()) throw new ImageError(`${named}: not a regular file`);
    return fs.openSync(path, writable ? 'r+' : 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new ImageError(`${named}: no such image`);
    if (code === 'EACCES' || code === 'EROFS')
      throw new ImageError(`${named}: permission denied${writable ? ' (this command writes to the image)' : ''}`);
    throw error;
  }
}

function readAt(fd: number, offset: number, length: number): Uint8Array {
  if (!(length > 0) || !Number.isSafeInteger(offset) || offset < 0) return new Uint8Array(0);
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, fs.readSync(fd, bytes, 0, length, offset));
}

function choosePartition(path: string, part: string, size: number, read: ReadBytes): Partition {
  const table = readPartitionTable(read, size);
  if (table === undefined) throw new NoFileSystem(`${path}: has no partition table, so no partition ${part}`);
  const found = findPartition(table, part);
  if (found !== undefined) return found;
  throw new ImageError(`${path}: no partition ${part}; there are:\n${listPartitions(path, table, read)}`);
}

function refusePartitioned(path: string, size: number, read: ReadBytes): void {
  const table = readPartitionTable(read, size);
  if (table === undefined || table.partitions.length === 0) return;
  const list = listPartitions(path, table, read);
  throw new ImageError(`${path}: a disk with partitions; name one of them:\n${list}`);
}

function noFileSystem(name: string, kind: ImageKind): NoFileSystem {
  const what = kind.label === 'unknown' ? '' : ` (${kind.label})`;
  const advice = kind.accepted ? 'a type can be named with -t' : kind.advice;
  return new NoFileSystem(`${name}: no file system that this kernel knows is there${what}\n  ${advice}`);
}
