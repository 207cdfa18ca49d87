// SPDX-License-Identifier: BSD-2-Clause
/** man(1), help(1), apropos: what is there and how it works. */
import { renderPage } from '../lib/man_render.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { MAN_PAGES } from '../man.gen.ts';
import { PROGRAMS } from '../program_table.ts';

/** Names described on another's page. */
export const SAME_PAGE: Readonly<Record<string, string>> = {
  egrep: 'grep',
  fgrep: 'grep',
  hd: 'hexdump',
  chgrp: 'chown',
  sha1: 'cksum',
  sha256: 'cksum',
  sha512: 'cksum',
  poweroff: 'reboot',
  '[': 'test',
  apropos: 'man',
  gunzip: 'gzip',
  gzcat: 'gzip',
  zcat: 'gzip',
  mount_cd9660: 'mount',
  mount_ext2fs: 'mount',
  mount_ffs: 'mount',
  mount_kernfs: 'mount',
  mount_msdos: 'mount',
  mount_null: 'mount',
  mount_ptyfs: 'mount',
  mount_tmpfs: 'mount',
  mount_v7fs: 'mount',
  fdisk: 'mbr',
  vnconfig: 'vndconfig',
  lstat: 'stat',
  fstatat: 'stat',
  fchmod: 'chmod',
  fchdir: 'chdir',
  dup: 'dup2',
  pipe2: 'pipe',
  openat: 'open',
  getppid: 'getpid',
  __getcwd: 'getcwd',
  bg: 'jobs',
  fg: 'jobs',
  wait: 'jobs',
  cd: 'sh',
  set: 'sh',
  export: 'sh',
  trap: 'sh',
};
const SECTIONS = ['1', '8', '2', '3', '4', '5', '7', '9'] as const;

/** Text of a page by name, "name.section", or the page that describes it too. */
function findPage(name: string, section?: string): string | undefined {
  if (/\.[1-9]$/.test(name) && MAN_PAGES[name] !== undefined) return MAN_PAGES[name];
  for (const n of [name, SAME_PAGE[name]]) {
    if (n === undefined) continue;
    for (const s of section === undefined ? SECTIONS : [section]) {
      const page = MAN_PAGES[`${n}.${s}`];
      if (page !== undefined) return page;
    }
  }
  return undefined;
}

/** First line of NAME: "ls - list directory contents". */
function summary(page: string): string {
  return /^##? *NAME\s*\n+(.*)$/m.exec(page)?.[1]?.trim() ?? '';
}

export function man(ctx: ProgramContext): number {
  const usage = () => ctx.usage('man [-k] [section] name ...', 'man -k keyword ...');
  const { options, rest } = ctx.getopt('akfw', usage);
  if (rest.length === 0) {
    ctx.fail('What manual page do you want? (man -k WORD searches; help lists the commands)');
  }
  if (options.some((o) => o.flag === 'k' || o.flag === 'f')) return apropos(ctx, rest);
  let section: string | undefined;
  const names = [...rest];
  if (names.length > 1 && /^[1-9]$/.test(names[0] as string)) section = names.shift();
  for (const name of names) {
    const found = findPage(name, section);
    if (found === undefined) ctx.warn(`no entry for ${name} in ${section ? `section ${section} of ` : ''}the manual.`);
    else ctx.print(renderPage(found, width(ctx), ctx.out.isTty));
  }
  return ctx.status;
}

function width(ctx: ProgramContext): number {
  try {
    return Math.max(40, Math.min(100, ctx.sys.winsize(1).cols || 80));
  } catch {
    return 80;
  }
}

export function apropos(ctx: ProgramContext, words: readonly string[] = ctx.argv.slice(1)): number {
  let found = false;
  for (const [key, page] of Object.entries(MAN_PAGES).sort()) {
    const line = summary(page);
    if (!words.every((w) => `${key} ${line}`.toLowerCase().includes(w.toLowerCase()))) continue;
    found = true;
    ctx.print(`${key.replace(/^(.*)\.(\d)$/, '$1($2)').padEnd(16)} ${line.replace(/^.*? [-–] /, '')}\n`);
  }
  if (!found) ctx.fail(`${words.join(' ')}: nothing appropriate`);
  return 0;
}

const GROUPS: readonly (readonly [title: string, names: string])[] = [
  ['Files', 'ls cat cp mv rm mkdir rmdir ln touch chmod chown chgrp chflags stat readlink find df du mkfifo mknod'],
  ['Text', 'grep head tail wc sort uniq cut tr tee rev hexdump cmp cksum md5 sha1 sha256 sha512 printf echo seq'],
  ['Archives', 'tar gzip gunzip zcat'],
  ['Disks', 'mount umount dd sync'],
  ['Kernel', 'sys sysctl dmesg ps kill ktrace kdump fstat uname hostname date reboot halt'],
  ['Shell', 'sh test expr env printenv xargs basename dirname sleep true false yes which id tty stty clear man help'],
];

const TOPICS: Readonly<Record<string, string>> = {
  jobs: `Jobs

  command &      run in the background          jobs      list them
  ^C             interrupt    ^Z  stop          fg  bg    go on, in front or behind
  kill %1        end a job                      wait      until all have ended

There is no fork and no exec in a rump kernel. A program here is a process of the kernel made with
rump_lwproc_rfork(): the shell sets its descriptors and process group with the child's own system calls and hands
it to a worker. Terminal, process groups and signals are the kernel's.
`,
  keys: `Keys of the command line

  ^A ^E         begin, end of line          Alt-B Alt-F   word left, right
  ^K ^U ^W      cut to end, to begin, word  ^Y            put back what was cut
  Alt-D         cut the word to the right   ^_            undo
  ^P ^N         history, also arrows        ^R            search the history
  Tab           complete                    Tab Tab       show what is possible
  ^L            clear the screen            ^D            end of input (leave the shell)
  ^C            give up the line            Alt-Enter     new line in the text
`,
};

export function help(ctx: ProgramContext): number {
  const topic = ctx.argv[1];
  if (topic !== undefined) {
    const text = TOPICS[topic];
    if (text !== undefined) {
      ctx.print(text);
      return 0;
    }
    const page = findPage(topic);
    if (page !== undefined) {
      ctx.print(renderPage(page, width(ctx), ctx.out.isTty));
      return 0;
    }
    ctx.fail(`no help for ${topic}; help alone lists the commands, man -k WORD searches the manual.`);
  }
  for (const [title, names] of GROUPS) {
    const known = names.split(' ').filter((n) => PROGRAMS.has(n));
    ctx.print(`${title.padEnd(8)}${wrapWords(known, 72, 8)}\n`);
  }
  ctx.print(`${'Built in'.padEnd(9)}cd pwd export set read trap jobs fg bg wait alias type history ulimit umask source
Language  pipes > >> < 2>&1 && || ; & ( ) { } $VAR \${VAR:-x} $(command) $((1+2)) if for while case functions

help NAME, man NAME and man -k WORD tell more; help keys: the command line; help jobs: ^Z, fg, bg.
Try:  ls -l /dev      sys open /dev O_RDONLY      mount      sysctl kern      ktrace -i ls; kdump
`);
  return 0;
}

function wrapWords(words: readonly string[], widthLimit: number, indent: number): string {
  let out = '';
  let column = 0;
  for (const w of words) {
    if (column > 0 && column + w.length + 1 > widthLimit) {
      out += `\n${' '.repeat(indent)}`;
      column = 0;
    } else if (column > 0) {
      out += ' ';
      column++;
    }
    out += w;
    column += w.length;
  }
  return out;
}
