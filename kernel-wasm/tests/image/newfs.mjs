#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
/**
 * The core of our own newfs(8) on files, without a kernel.
 *
 *   newfs.mjs FILE SIZE FORMAT ORDER BSIZE FSIZE [INODES]
 */
import fs from 'node:fs';
import { fileDisk, loadTools } from './tool_core.mjs';

const { planNewfs, writeNewfs } = await loadTools('ffs/newfs_plan', 'ffs/newfs_write');

const [file, size, format, order, bsize, fsize, inodes] = process.argv.slice(2);
const fd = fs.openSync(file, 'w+');
fs.ftruncateSync(fd, Number(size));
const disk = fileDisk(fd);
const sb = planNewfs({
  format,
  order,
  size: Number(size),
  sectorSize: 512,
  bsize: Number(bsize),
  fsize: Number(fsize),
  ...(inodes === undefined ? {} : { inodes: Number(inodes) }),
  time: Math.floor(Date.now() / 1000),
  random: 1,
});
writeNewfs(disk, sb, { uid: 0, gid: 0 }, () => {});
fs.closeSync(fd);
