#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/**
 * The cores of our own newfs_v7fs(8) and fsck_v7fs(8) on files, without a kernel.
 *
 *   v7fs.mjs make FILE SIZE ORDER
 *   v7fs.mjs check FILE             status and text as of fsck_v7fs -n
 *   v7fs.mjs repair FILE            of fsck_v7fs -y
 */
import fs from 'node:fs';
import { fileDisk, loadTools } from './tool_core.mjs';

const { planV7fs, makeV7fs, checkVolume, FsckDialog } = await loadTools(
  'v7fs/make_v7fs',
  'v7fs/fsck/fsck_v7fs',
  'disk/fsck_dialog',
);

const [verb, file, size, order] = process.argv.slice(2);
const fd = fs.openSync(file, { make: 'w+', check: 'r', repair: 'r+' }[verb]);
if (verb === 'make') fs.ftruncateSync(fd, Number(size));
const disk = fileDisk(fd);
if (verb === 'make') makeV7fs(disk, planV7fs(order, disk.size / 512, undefined), { uid: 0, gid: 0, now: 1e9 });
else {
  const context = { print: (text) => fs.writeSync(1, text), out: { flush() {} } };
  const status = checkVolume(disk, new FsckDialog(context, { special: file, mode: verb === 'repair' ? 'yes' : 'no' }));
  process.exitCode = status;
}
