// SPDX-License-Identifier: BSD-2-Clause
/**
 * One writer for each image file on this machine. Node has no flock(2): the lock is a file in the folder for temporary files,
 * named after device and inode of the image, with the process that holds it. A lock whose process has ended is taken over.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export class ImageLocked extends Error {}

/**
 * Lock the image for writing; the lock ends with release() or the process.
 * @throws ImageLocked when a live process has it
 */
export function lockImage(image: string): () => void {
  const { dev, ino } = fs.statSync(image);
  const file = path.join(os.tmpdir(), `rumpus-${dev}-${ino}.lock`);
  const mine = `${process.pid} ${startOf(process.pid)}\n`;
  for (let tries = 0; !createLock(file, mine); tries++) {
    const holder = readLock(file);
    if (holder !== undefined && isAlive(holder)) throw busy(image, holder);
    if (holder !== undefined) removeStale(file, holder);
    if (tries === 10) throw new ImageLocked(`${image}: the lock ${file} cannot be taken; remove it`);
  }
  let held = true;
  const release = (): void => {
    if (held) fs.rmSync(file, { force: true });
    held = false;
  };
  process.once('exit', release);
  return release;
}

/** With link(2), so that a lock is never seen without its holder. */
function createLock(file: string, text: string): boolean {
  const made = `${file}.${process.pid}`;
  try {
    fs.writeFileSync(made, text);
    fs.linkSync(made, file);
    return true;
  } catch (error) {
    // Without a folder for it there is no lock.
    return (error as NodeJS.ErrnoException).code !== 'EEXIST';
  } finally {
    fs.rmSync(made, { force: true });
  }
}

function readLock(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Somebody else may have taken it over meanwhile: what was moved away is looked at, and put back when it is not the old one. */
function removeStale(file: string, holder: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    fs.renameSync(file, aside);
    if (readLock(aside) !== holder) fs.linkSync(aside, file);
    fs.rmSync(aside, { force: true });
  } catch {
    // The next try sees what is there.
  }
}

function isAlive(holder: string): boolean {
  const [pid = '', start = ''] = holder.trim().split(' ');
  if (!/^[0-9]+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return start === startOf(Number(pid));
}

/** When a process began, in the system's own unit, so that a reused number is not taken for its holder. Empty where /proc is not. */
function startOf(pid: number): string {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function busy(image: string, holder: string): ImageLocked {
  return new ImageLocked(`${image}: process ${holder.split(' ')[0]} is writing to it; wait until that has ended`);
}
