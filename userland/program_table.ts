// SPDX-License-Identifier: BSD-2-Clause
import * as attributes from './bin/attributes.ts';
import { cat } from './bin/cat.ts';
import { cksum } from './bin/checksum.ts';
import { chflags } from './bin/chflags.ts';
import { cp } from './bin/cp.ts';
import { dd } from './bin/dd.ts';
import { df, du } from './bin/df.ts';
import { ln, mkdir, rmdir } from './bin/directories.ts';
import { find } from './bin/find.ts';
import { grep } from './bin/grep.ts';
import { head, tail } from './bin/head_tail.ts';
import { cmp, hexdump } from './bin/hexdump.ts';
import { dmesg, fstat, ps, sysctl } from './bin/kernel_state.ts';
import { kdump, ktrace } from './bin/ktrace.ts';
import { ls } from './bin/ls.ts';
import { mount, umount } from './bin/mount.ts';
import { mv } from './bin/mv.ts';
import { printf } from './bin/printf.ts';
import { readlink } from './bin/readlink.ts';
import { rm } from './bin/rm.ts';
import * as small from './bin/small.ts';
import { sort } from './bin/sort.ts';
import { stat } from './bin/stat.ts';
import { stty } from './bin/stty.ts';
import { sys } from './bin/sys.ts';
import { test } from './bin/test.ts';
import * as text from './bin/text.ts';
import { expr, xargs } from './bin/utilities.ts';
import { which } from './bin/which.ts';
import type { Program } from './lib/program.ts';
import { sh } from './sh/sh.ts';
import { TOOL_ROWS } from './tools.gen.ts';

export interface ProgramEntry {
  /** Absent for a program that runs in a tool worker (tool_programs.ts). */
  readonly run?: Program;
  /** Directory it would be in on NetBSD. */
  readonly dir: 'bin' | 'sbin' | 'usr/bin' | 'usr/sbin';
  /** Option letters, for completion. */
  readonly options: string;
}

export type ProgramRow = readonly [name: string, dir: ProgramEntry['dir'], options: string, run: Program];

// biome-ignore format: a table
const ROWS: readonly ProgramRow[] = [
  ['cksum', 'usr/bin', 'acnqst', (c) => cksum(c)], ['cmp', 'usr/bin', 'cls', (c) => cmp(c)], ['dd', 'bin', '', (c) => dd(c)], ['dmesg', 'sbin', 't', (c) => dmesg(c)],
  ['expr', 'bin', '', (c) => expr(c)], ['find', 'usr/bin', 'HLPdhsx', (c) => find(c)], ['fstat', 'usr/bin', 'p', (c) => fstat(c)], ['hd', 'usr/bin', 'ns', (c) => hexdump(c)], 
  ['hexdump', 'usr/bin', 'bCcdnosvx', (c) => hexdump(c)], ['kdump', 'usr/bin', 'ERTfmnpt', (c) => kdump(c)], ['ktrace', 'usr/bin', 'Cacdfipt', (c) => ktrace(c)], ['md5', 'usr/bin', 'cnqs', (c) => cksum(c)],
  ['mount', 'sbin', 'afortuvw', (c) => mount(c)], ['mount_cd9660', 'sbin', 'or', (c) => mount(c)], ['mount_ext2fs', 'sbin', 'or', (c) => mount(c)], ['mount_ffs', 'sbin', 'or', (c) => mount(c)], ['mount_kernfs', 'sbin', 'o', (c) => mount(c)], ['mount_msdos', 'sbin', 'or', (c) => mount(c)], ['mount_null', 'sbin', 'o', (c) => mount(c)], ['mount_ptyfs', 'sbin', 'gmo', (c) => mount(c)], ['mount_tmpfs', 'sbin', 'gmnosu', (c) => mount(c)], ['mount_v7fs', 'sbin', 'Bor', (c) => mount(c)],
  ['ps', 'bin', 'aejlopux', (c) => ps(c)], ['sha1', 'usr/bin', 'cnqs', (c) => cksum(c)], ['sha256', 'usr/bin', 'cnqs', (c) => cksum(c)], ['sha512', 'usr/bin', 'cnqs', (c) => cksum(c)], ['stty', 'bin', 'aefg', (c) => stty(c)],
  ['sys', 'usr/bin', 'l', (c) => sys(c)], ['sysctl', 'sbin', 'adenqwx', (c) => sysctl(c)], ['umount', 'sbin', 'afv', (c) => umount(c)], ['which', 'usr/bin', 'a', (c) => which(c)], ['xargs', 'usr/bin', '0EILnprst', (c) => xargs(c)],
  ['[', 'bin', '', (c) => test(c)], ['basename', 'usr/bin', '', (c) => small.basename(c)], ['cat', 'bin', 'benstuv', (c) => cat(c)], ['chgrp', 'bin', 'Rfhv', (c) => attributes.chown(c)],
  ['chflags', 'usr/bin', 'Rfhv', (c) => chflags(c)], ['chmod', 'bin', 'Rfhv', (c) => attributes.chmod(c)], ['chown', 'sbin', 'Rfhv', (c) => attributes.chown(c)], ['chroot', 'usr/sbin', '', (c) => small.chroot(c)], ['clear', 'usr/bin', '', (c) => small.clear(c)],
  ['cp', 'bin', 'Rafipv', (c) => cp(c)], ['cut', 'usr/bin', 'bcdfs', (c) => text.cut(c)], ['date', 'bin', 'ru', (c) => small.date(c)], ['df', 'bin', 'aghikmt', (c) => df(c)], ['dirname', 'usr/bin', '', (c) => small.dirname(c)],
  ['du', 'usr/bin', 'acdhikmsx', (c) => du(c)], ['echo', 'bin', 'n', (c) => small.echo(c)], ['egrep', 'usr/bin', 'ciolnqv', (c) => grep(c)], ['env', 'usr/bin', 'iu', (c) => small.env(c)], ['false', 'usr/bin', '', (c) => small.falseProgram(c)],
  ['fgrep', 'usr/bin', 'ciolnqv', (c) => grep(c)], ['getty', 'usr/sbin', '', (c) => small.getty(c)], ['grep', 'usr/bin', 'EFABCaceHhiLlmnoqRrsvwx', (c) => grep(c)], ['halt', 'sbin', 'np', (c) => small.reboot(c)], ['head', 'usr/bin', 'cnqv', (c) => head(c)],
  ['hostname', 'bin', 's', (c) => small.hostname(c)], ['id', 'usr/bin', 'Ggnru', (c) => small.id(c)], ['kill', 'bin', 'ls', (c) => small.kill(c)], ['ln', 'bin', 'fhnsv', (c) => ln(c)],
  ['ls', 'bin', '1AaCcdFfhiklmnopRrSsTtux', (c) => ls(c)], ['mkdir', 'bin', 'mp', (c) => mkdir(c)], ['mkfifo', 'usr/bin', 'm', (c) => attributes.mkfifo(c)], ['mknod', 'sbin', 'm', (c) => attributes.mknod(c)], ['mv', 'bin', 'fiv', (c) => mv(c)],
  ['poweroff', 'sbin', 'n', (c) => small.reboot(c)], ['printenv', 'usr/bin', '', (c) => small.printenv(c)], ['printf', 'usr/bin', '', (c) => printf(c)], ['pwd', 'bin', '', (c) => small.pwd(c)], ['reboot', 'sbin', 'n', (c) => small.reboot(c)],
  ['readlink', 'usr/bin', 'fn', (c) => readlink(c)], ['rev', 'usr/bin', '', (c) => text.rev(c)], ['rm', 'bin', 'Rdfirv', (c) => rm(c)], ['rmdir', 'bin', 'p', (c) => rmdir(c)], ['seq', 'usr/bin', 'stw', (c) => small.seq(c)], ['sh', 'bin', 'ceinsuvx', (c) => sh(c)], ['sleep', 'bin', '', (c) => small.sleep(c)],
  ['sort', 'usr/bin', 'bcdfikmnorstu', (c) => sort(c)], ['stat', 'usr/bin', 'FLflnqrstx', (c) => stat(c)], ['sync', 'bin', '', (c) => small.sync(c)], ['tail', 'usr/bin', 'Fbcfnr', (c) => tail(c)], ['tee', 'usr/bin', 'ai', (c) => text.tee(c)],
  ['test', 'bin', '', (c) => test(c)], ['touch', 'usr/bin', 'acdhmrt', (c) => attributes.touch(c)], ['tr', 'usr/bin', 'cds', (c) => text.tr(c)], ['true', 'usr/bin', '', (c) => small.trueProgram(c)], ['tty', 'usr/bin', 's', (c) => small.tty(c)],
  ['uname', 'usr/bin', 'amnprsv', (c) => small.uname(c)], ['uniq', 'usr/bin', 'cdfisu', (c) => text.uniq(c)], ['wc', 'usr/bin', 'Lclmw', (c) => text.wc(c)], ['whoami', 'usr/bin', '', (c) => small.whoami(c)], ['yes', 'usr/bin', '', (c) => small.yes(c)],
];

/** Every program by name. Thunks, because the shell's modules refer back to this table. */
export const PROGRAMS: ReadonlyMap<string, ProgramEntry> = new Map<string, ProgramEntry>([
  ...ROWS.map(([name, dir, options, run]) => [name, { run, dir, options }] as const),
  ...TOOL_ROWS.map(([name, dir, options]) => [name, { dir, options }] as const),
]);
