// SPDX-License-Identifier: BSD-2-Clause
/** One entry of a directory: its clusters, its size; a directory is handed on when it is one. */
import { printable } from '../../disk/fsck_dialog.ts';
import {
  ATTR_DIRECTORY,
  DOT,
  DOTDOT,
  fileSize,
  isDirectory,
  newEntry,
  rawName,
  SLOT_DELETED,
  SLOT_END,
  setFileSize,
  setStartCluster,
  startCluster,
} from '../fat_dirent.ts';
import { type Chain, claimChain, cutChain, describeEnd, freeChain } from './chain.ts';
import { Directory, type DirectoryPlace, maxDirectoryClusters } from './directory.ts';
import type { Volume } from './volume.ts';

const MAX_PATH = 1024;
const NO_DOTS = "has no entries `.' and `..'";

export interface Entry {
  readonly directory: Directory;
  readonly index: number;
  readonly slot: Uint8Array;
  readonly path: string;
  /** Slots of its long name. */
  readonly parts: readonly number[];
  /** Of the directory it is in. */
  readonly place: DirectoryPlace;
}

/** A path for a message. */
export function shown(path: string): string {
  return printable(path.length > MAX_PATH ? `...${path.slice(-MAX_PATH)}` : path || '/');
}

/** @returns the directory below, when the entry is one and stays */
export function checkEntry(volume: Volume, entry: Entry): DirectoryPlace | undefined {
  if (isDirectory(entry.slot)) return checkSubdirectory(volume, entry);
  volume.files++;
  checkFile(volume, entry);
  return undefined;
}

function checkFile(volume: Volume, entry: Entry): void {
  const { slot, path } = entry;
  const { dialog, geometry, fat } = volume;
  const start = startCluster(slot, geometry.bits);
  const size = fileSize(slot);
  if (start === 0) {
    if (size === 0) return;
    if (dialog.repair(`size of ${shown(path)} is ${size}, should be 0`, 'TRUNCATE', 'TRUNCATED')) resize(entry, 0);
    return;
  }
  if (!fat.isCluster(start)) {
    if (dialog.decide(`${shown(path)} starts with cluster out of range (${start})`, 'TRUNCATE')) empty(volume, entry);
    return;
  }
  const expected = Math.ceil(size / geometry.clusterBytes);
  const consistent = volume.trustedSlots.has(entry.directory.slotNumber(entry.index));
  const chain = claimChain(volume, start, consistent, expected);
  if (chain.end === 'limit') dropRest(volume, entry, chain);
  else if (chain.end !== 'end') cutFile(volume, entry, chain);
  else if (chain.length < expected) shorten(volume, entry, chain);
}

/** More clusters than the size needs. */
function dropRest(volume: Volume, entry: Entry, chain: Chain): void {
  const { dialog } = volume;
  const message = `${shown(entry.path)} has too many clusters allocated`;
  if (!dialog.repair(message, 'DROP SUPERFLUOUS CLUSTERS', 'TRUNCATED')) {
    claimChain(volume, chain.at, true);
    return;
  }
  if (chain.length === 0) empty(volume, entry);
  else cutChain(volume, chain);
  freeChain(volume, chain.at);
}

/** The chain goes wrong before the size is reached. A free cluster is what a crash leaves; the rest needs a person. */
function cutFile(volume: Volume, entry: Entry, chain: Chain): void {
  const { dialog, geometry } = volume;
  const message =
    chain.length === 0
      ? `${shown(entry.path)} starts ${describeStart(chain)}`
      : `Cluster chain of ${shown(entry.path)} ${describeEnd(chain)}`;
  const cut =
    chain.end === 'free' ? dialog.repair(message, 'TRUNCATE', 'TRUNCATED') : dialog.decide(message, 'TRUNCATE');
  if (!cut) return;
  if (chain.length === 0) {
    empty(volume, entry);
    return;
  }
  cutChain(volume, chain);
  resize(entry, Math.min(fileSize(entry.slot), chain.length * geometry.clusterBytes));
}

function describeStart(chain: Chain): string {
  return chain.end === 'taken' ? `with cluster ${chain.at}, which is in use` : `with ${chain.end} cluster ${chain.at}`;
}

function shorten(volume: Volume, entry: Entry, chain: Chain): void {
  const most = chain.length * volume.geometry.clusterBytes;
  const message = `size of ${shown(entry.path)} is ${fileSize(entry.slot)}, should at most be ${most}`;
  if (volume.dialog.repair(message, 'TRUNCATE', 'TRUNCATED')) resize(entry, most);
}

function resize({ directory, index, slot }: Entry, size: number): void {
  setFileSize(slot, size);
  directory.put(index);
}

function empty(volume: Volume, entry: Entry): void {
  setStartCluster(entry.slot, volume.geometry.bits, 0);
  resize(entry, 0);
}

function checkSubdirectory(volume: Volume, entry: Entry): DirectoryPlace | undefined {
  const { slot, path, place } = entry;
  const { dialog, geometry } = volume;
  const start = startCluster(slot, geometry.bits);
  const below = { path, start, parent: place.start === volume.rootCluster ? 0 : place.start };
  const fault = directoryFault(volume, entry, below);
  if (fault !== undefined) {
    if (fileSize(slot) > 0 && fault === NO_DOTS) makeFile(volume, entry);
    else if (dialog.decide(`Directory ${shown(path)} ${fault}`, 'REMOVE'))
      for (const index of [...entry.parts, entry.index]) entry.directory.erase(index);
    return undefined;
  }
  volume.files++;
  const consistent = volume.trustedSlots.has(entry.directory.slotNumber(entry.index));
  const chain = claimChain(volume, start, consistent, maxDirectoryClusters(volume));
  if (chain.end !== 'end') cutDirectory(volume, path, chain);
  if (fileSize(slot) !== 0 && dialog.repair(`Directory ${shown(path)} has a size`, 'CORRECT', 'CORRECTED'))
    resize(entry, 0);
  mendDots(volume, below);
  return below;
}

/** It has a size, as only files have, and nothing of a directory. */
function makeFile(volume: Volume, entry: Entry): void {
  if (!volume.dialog.decide(`Directory ${shown(entry.path)} has a size and ${NO_DOTS}`, 'MAKE IT A FILE')) return;
  entry.slot[11] = (entry.slot[11] as number) & ~ATTR_DIRECTORY;
  entry.directory.put(entry.index);
  volume.files++;
  checkFile(volume, entry);
}

/** Why it cannot be a directory at all. */
function directoryFault(volume: Volume, entry: Entry, { start, parent }: DirectoryPlace): string | undefined {
  const { fat, claimed, trusted } = volume;
  if (!fat.isCluster(start)) return `starts with cluster out of range (${start})`;
  const meaning = fat.meaning(fat.get(start));
  if (meaning === 'free' || meaning === 'bad') return `starts with ${meaning} cluster ${start}`;
  const consistent = volume.trustedSlots.has(entry.directory.slotNumber(entry.index));
  if (claimed.has(start) || (trusted.has(start) && !consistent)) return `starts with cluster ${start}, which is in use`;
  const directory = Directory.ofClusters(volume, [start]);
  const right = [DOT, DOTDOT].filter((name, i) => isDot(volume, directory.slot(i), name, i === 0 ? start : parent));
  const room = [0, 1].every((i) => [SLOT_END, SLOT_DELETED].includes(directory.slot(i)[0] as number));
  const named = [DOT, DOTDOT].every((name, i) => rawName(directory.slot(i)) === name);
  return right.length > 0 || room || named ? undefined : NO_DOTS;
}

function isDot(volume: Volume, slot: Uint8Array, name: string, start: number): boolean {
  return rawName(slot) === name && isDirectory(slot) && startCluster(slot, volume.geometry.bits) === start;
}

export function cutDirectory(volume: Volume, path: string, chain: Chain): void {
  const message =
    chain.end === 'limit'
      ? `Directory ${shown(path)} has more than 65536 entries`
      : `Cluster chain of directory ${shown(path)} ${describeEnd(chain)}`;
  const cut =
    chain.end === 'free'
      ? volume.dialog.repair(message, 'TRUNCATE', 'TRUNCATED')
      : volume.dialog.decide(message, 'TRUNCATE');
  if (cut) cutChain(volume, chain);
}

/** `.` and `..` are there and say where. */
function mendDots(volume: Volume, place: DirectoryPlace): void {
  const { dialog } = volume;
  const directory = Directory.ofClusters(volume, [place.start]);
  for (const [i, name] of [DOT, DOTDOT].entries()) {
    const slot = directory.slot(i);
    const start = i === 0 ? place.start : place.parent;
    if (isDot(volume, slot, name, start) && slot[12] === 0) continue;
    const what = `\`${name.trimEnd()}' entry in ${shown(place.path)}`;
    const right = isDot(volume, slot, name, start);
    const fault = right ? 'has odd attributes' : rawName(slot) === name ? 'has incorrect start cluster' : 'is missing';
    if (dialog.repair(`${what} ${fault}`, 'CORRECT', 'CORRECTED')) setDot(volume, directory, i, start);
  }
}

/** The same without a word. */
export function setDots(volume: Volume, place: DirectoryPlace): void {
  const directory = Directory.ofClusters(volume, [place.start]);
  setDot(volume, directory, 0, place.start);
  setDot(volume, directory, 1, place.parent);
}

function setDot(volume: Volume, directory: Directory, index: number, start: number): void {
  const slot = directory.slot(index);
  const name = index === 0 ? DOT : DOTDOT;
  if (rawName(slot) !== name || !isDirectory(slot)) slot.set(newEntry(name, ATTR_DIRECTORY, volume.now));
  slot[12] = 0;
  setStartCluster(slot, volume.geometry.bits, start);
  directory.put(index);
}
