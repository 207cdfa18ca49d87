// SPDX-License-Identifier: BSD-2-Clause
/**
 * What `--disk NAME=FILE` names: a raw file is read and written in place. Anything else is read: formats of virtual machines and
 * addresses as they are needed, with changes kept in memory; packed files through a temporary file.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { BaseSource, DiskSource } from '../workers/protocol.ts';
import type { BlockStore } from '../workers/stores/block_store.ts';
import { formatOf, openDisk } from '../workers/stores/formats/disk_format.ts';
import { NodeBlockStore } from '../workers/stores/node_block_store.ts';
import { isZero } from '../workers/stores/record_store.ts';
import { storePieces } from '../workers/stores/store_pieces.ts';
import type { DiskArgument } from './arguments.ts';

/** A hole in what is unpacked is not written. */
const HOLE = 4096;

const nothing = (): void => undefined;

/** The source of a disk for a kernel with threads; release() once it is attached. */
export async function diskSource(disk: DiskArgument): Promise<{ source: DiskSource; release: () => void }> {
  if (/^https?:/.test(disk.path)) return { source: lazily({ kind: 'url', url: disk.path }, disk), release: nothing };
  const format = await fileFormat(disk.path);
  if (format === 'raw') return { source: { kind: 'node', path: disk.path }, release: nothing };
  if (format === 'qcow2' || format === 'vmdk' || format === 'vhd')
    return { source: lazily({ kind: 'host', path: disk.path }, disk), release: nothing };
  const { path: file, release } = await unpackToFile(disk.path);
  return { source: { kind: 'node', path: file }, release };
}

/** A raw file with the disk in it, for a kernel without threads, which reads nothing else. */
export async function diskFile(disk: DiskArgument): Promise<{ path: string; release: () => void }> {
  if (/^https?:/.test(disk.path)) throw new Error(`${disk.path}: addresses need a kernel with threads`);
  if ((await fileFormat(disk.path)) === 'raw') return { path: disk.path, release: nothing };
  return await unpackToFile(disk.path);
}

function lazily(base: BaseSource, disk: DiskArgument): DiskSource {
  return disk.readOnly ? base : { kind: 'scratch', base };
}

async function fileFormat(name: string): Promise<string> {
  const [file] = splitEntry(name);
  if (!fs.statSync(file).isFile()) return 'raw';
  const store = new NodeBlockStore(file, true);
  try {
    return await formatOf(store);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await store.close();
  }
}

/** FILE.zip#ENTRY, unless there is a file of that name. */
function splitEntry(name: string): [file: string, entry: string | undefined] {
  const at = name.lastIndexOf('#');
  if (at < 0 || fs.existsSync(name)) return [name, undefined];
  return [name.slice(0, at), name.slice(at + 1)];
}

async function unpackToFile(name: string): Promise<{ path: string; release: () => void }> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rumpus-'));
  const out = path.join(folder, 'disk.img');
  const release = (): void => fs.rmSync(folder, { recursive: true, force: true });
  const fd = fs.openSync(out, 'wx');
  try {
    let size = 0;
    for await (const bytes of piecesOf(name)) {
      writeSparse(fd, size, bytes);
      size += bytes.length;
    }
    fs.ftruncateSync(fd, size);
    return { path: out, release };
  } catch (error) {
    release();
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    fs.closeSync(fd);
  }
}

function writeSparse(fd: number, at: number, bytes: Uint8Array): void {
  for (let from = 0; from < bytes.length; from += HOLE) {
    const piece = bytes.subarray(from, from + HOLE);
    if (!isZero(piece)) fs.writeSync(fd, piece, 0, piece.length, at + from);
  }
}

async function* piecesOf(name: string): AsyncGenerator<Uint8Array> {
  const [file, entry] = splitEntry(name);
  const store = new NodeBlockStore(file, true);
  const format = await formatOf(store);
  if (format === 'zip') yield* zipEntry(store, entry);
  else if (format === 'gzip' || format === 'zstd')
    yield* (await import('../workers/stores/formats/unpack.ts')).unpack(format, storePieces(store));
  else yield* storePieces((await openDisk(store)).store);
  await store.close();
}

async function* zipEntry(store: BlockStore, wanted: string | undefined): AsyncGenerator<Uint8Array> {
  const { zipBytes, zipEntries } = await import('../workers/stores/formats/zip.ts');
  const entries = await zipEntries(store);
  const entry = entries.length === 1 ? entries[0] : entries.find(({ name }) => name === wanted);
  if (entry === undefined)
    throw new Error(`choose what is in it with FILE.zip#ENTRY: ${entries.map(({ name }) => name).join(', ')}`);
  yield* zipBytes(store, entry);
}
