#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/**
 * The cores of our own newfs_msdos(8) and fsck_msdos(8) on files, without a kernel.
 *
 *   msdos_tool.mjs newfs FILE SIZE FAT-TYPE SECTORS-PER-CLUSTER
 *   msdos_tool.mjs fsck n|y|preen FILE ...      a line a file: its name and the exit status
 */
import fs from 'node:fs';
import { fileDisk, loadTools } from './tool_core.mjs';

const { planNewfs, writeNewfs, checkVolume, FsckDialog, DiskCache } = await loadTools(
  'msdos/newfs_plan',
  'msdos/newfs_write',
  'msdos/fsck/check_volume',
  'disk/fsck_dialog',
  'disk/disk_cache',
);
const now = Math.floor(Date.now() / 1000);

function newfs(file, size, bits, sectorsPerCluster) {
  const fd = fs.openSync(file, 'w+');
  fs.ftruncateSync(fd, Number(size));
  const plan = planNewfs({ bits: Number(bits), sectorsPerCluster: Number(sectorsPerCluster) }, Number(size), 512);
  writeNewfs(fileDisk(fd), plan, { offset: 0, now });
  fs.closeSync(fd);
}

/** The exit status of fsck_msdos. */
function fsck(mode, file) {
  const fd = fs.openSync(file, 'r+');
  const print = (text) => process.env.VERBOSE && process.stdout.write(text);
  const ctx = { name: 'fsck_msdos', print, out: { flush() {} } };
  const dialog = new FsckDialog(ctx, { special: file, mode: { n: 'no', y: 'yes' }[mode] ?? mode, spaced: false });
  const disk = new DiskCache(fileDisk(fd));
  try {
    checkVolume(disk, dialog, { skipClean: mode === 'preen', now });
    if (dialog.changed) disk.flush();
    return dialog.status;
  } catch (error) {
    if (error.status === undefined) throw error;
    return error.status;
  } finally {
    fs.closeSync(fd);
  }
}

const [command, ...args] = process.argv.slice(2);
if (command === 'newfs') newfs(...args);
else for (const file of args.slice(1)) console.log(`${file} ${fsck(args[0], file)}`);
