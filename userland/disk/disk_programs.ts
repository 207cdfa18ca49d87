// SPDX-License-Identifier: BSD-2-Clause

import { gzip } from '../archive/gzip/gzip.ts';
import { tar } from '../archive/tar/tar.ts';
import { fsckExt2fs } from '../ext2/fsck/fsck_ext2fs.ts';
import { newfsExt2fs } from '../ext2/newfs/newfs_ext2fs.ts';
import { dumpfs } from '../ffs/dumpfs.ts';
import { fsckFfs } from '../ffs/fsck/fsck_ffs.ts';
import { fsdb } from '../ffs/fsdb/fsdb.ts';
import { mountMfs } from '../ffs/mount_mfs.ts';
import { newfs } from '../ffs/newfs.ts';
import { tunefs } from '../ffs/tunefs.ts';
import { fsckMsdos } from '../msdos/fsck/fsck_msdos.ts';
import { newfsMsdos } from '../msdos/newfs_msdos.ts';
import { disklabel } from '../partition/disklabel/disklabel.ts';
import { dkctl } from '../partition/dkctl.ts';
import { gpt } from '../partition/gpt/gpt.ts';
import { fdisk, mbr } from '../partition/mbr/mbr.ts';
import { mdconfig, vndconfig } from '../partition/vndconfig.ts';
import type { ProgramRow } from '../program_table.ts';
import { fsckV7fs } from '../v7fs/fsck/fsck_v7fs.ts';
import { newfsV7fs } from '../v7fs/newfs_v7fs.ts';
import { fsck } from './fsck.ts';

// biome-ignore format: a table
/** The programs that make, check and show disks and archives: big code that most sessions never run. One row a line. */
export const DISK_PROGRAM_ROWS: readonly ProgramRow[] = [
  ['disklabel', 'sbin', 'CDFIRlrtvw', (c) => disklabel(c)],
  ['dkctl', 'sbin', 'eq', (c) => dkctl(c)],
  ['dumpfs', 'sbin', 'Facijmsv', (c) => dumpfs(c)],
  ['fdisk', 'sbin', 'Fv', (c) => fdisk(c)],
  ['fsck', 'sbin', 'MPTdflnpqtvxy', (c) => fsck(c)],
  ['fsck_ext2fs', 'sbin', 'PUbcdfmnpqy', (c) => fsckExt2fs(c)],
  ['fsck_ffs', 'sbin', 'FPUbdfmnpqy', (c) => fsckFfs(c)],
  ['fsck_msdos', 'sbin', 'fnpy', (c) => fsckMsdos(c)],
  ['fsck_v7fs', 'sbin', 'BPfnpqy', (c) => fsckV7fs(c)],
  ['fsdb', 'sbin', 'Fdfn', (c) => fsdb(c)],
  ['gpt', 'sbin', 'Labfgilprstuv', (c) => gpt(c)],
  ['gunzip', 'usr/bin', 'cfhkLlNnqrStVv', (c) => gzip(c)],
  ['gzcat', 'usr/bin', 'fh', (c) => gzip(c)],
  ['gzip', 'usr/bin', '123456789cdfhklLNnqrStVv', (c) => gzip(c)],
  ['mbr', 'sbin', 'ALabfist', (c) => mbr(c)],
  ['mdconfig', 'sbin', 'u', (c) => mdconfig(c)],
  ['mount_mfs', 'sbin', 'NOVabdefgimnopsu', (c) => mountMfs(c)],
  ['newfs', 'sbin', 'BFGINOSVZabdefghimnos', (c) => newfs(c)],
  ['newfs_ext2fs', 'sbin', 'DFINOSVZbfimnsv', (c) => newfsExt2fs(c)],
  ['newfs_msdos', 'sbin', 'BCFILNOSTabcefhikmnorsu@', (c) => newfsMsdos(c)],
  ['newfs_v7fs', 'sbin', 'BFVZns', (c) => newfsV7fs(c)],
  ['tar', 'bin', 'bcCfhkLmoPprtTuvXxz', (c) => tar(c)],
  ['tunefs', 'sbin', 'AFNeghlmo', (c) => tunefs(c)],
  ['vnconfig', 'usr/sbin', 'Fclruv', (c) => vndconfig(c)],
  ['vndconfig', 'usr/sbin', 'Fclruv', (c) => vndconfig(c)],
  ['zcat', 'usr/bin', 'fh', (c) => gzip(c)],
];
