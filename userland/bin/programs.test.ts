// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { MAN_PAGES } from '../man.gen.ts';
import { PROGRAMS } from '../program_table.ts';
import { runScript } from '../testing/run_script.ts';

const SETUP =
  'cd /tmp; mkdir d; echo hello > f; printf "b\\na\\nc\\na\\n" > l; ln -s f s; mkdir d/sub; echo deep > d/sub/x; ';

/** [script, standard output] run after SETUP in /tmp. */
const CASES: readonly (readonly [string, string])[] = [
  ['ls', 'd\nf\nl\ns\n'],
  ['ls -F', 'd/\nf\nl\ns@\n'],
  ['ls -a | head -2', '.\n..\n'],
  ['ls -R d', 'sub\n\nd/sub:\nx\n'],
  ['ls -C', 'd       f       l       s\n'],
  ['ls -ld d s f | cut -c1-10', 'drwxr-xr-x\n-rw-r--r--\nlrwxr-xr-x\n'],
  ['ls -l f', '-rw-r--r--  1 root  wheel  6 Jul 14 02:23 f\n'],
  ['ls f nope 2>&1', 'ls: nope: No such file or directory\nf\n'],
  ['cat f l', 'hello\nb\na\nc\na\n'],
  ['cat -n f', '     1\thello\n'],
  ['cp f g && cat g; cp -R d e && cat e/sub/x', 'hello\ndeep\n'],
  ['cp d e 2>&1; echo $?', 'cp: d is a directory (not copied).\n1\n'],
  ['mv f g; ls', 'd\ng\nl\ns\n'],
  ['mv f l d; ls d', 'f\nl\nsub\n'],
  ['rm f; rm -r d; ls', 'l\ns\n'],
  ['rm d 2>&1; rm nope 2>&1; rm -f nope; echo $?', 'rm: d: is a directory\nrm: nope: No such file or directory\n0\n'],
  ['mkdir -p a/b/c && ls -R a', 'b\n\na/b:\nc\n\na/b/c:\n'],
  ['mkdir d 2>&1', 'mkdir: d: File exists\n'],
  ['rmdir d 2>&1; rmdir d/sub 2>&1', 'rmdir: d: Directory not empty\nrmdir: d/sub: Directory not empty\n'],
  ['ln f h; ls -l h | cut -c13', '2\n'],
  ['readlink s 2>/dev/null; stat -f %Y s', 'f\n'],
  [
    'chmod 600 f; stat -f "%Sp %OLp" f; chmod u+x,g=r f; stat -f %Sp f; chmod -w f; stat -f %Sp f',
    '-rw------- 600\n-rwxr-----\n-r-xr-----\n',
  ],
  ['chown nobody:users f; stat -f "%Su %Sg" f', 'nobody users\n'],
  ['stat -f "%z %HT %N" f d', '6 Regular File f\n512 Directory d\n'],
  ['grep -n a l; grep -c a l; grep -v a l; grep -q b l && echo yes', '2:a\n4:a\n2\nb\nc\nyes\n'],
  ['grep -E "^(b|c)$" l; grep -o "el*" f; grep -l hello f l; grep x f; echo $?', 'b\nc\nell\nf\n1\n'],
  ['grep -r deep .', './d/sub/x:deep\n'],
  ['grep "[" f 2>&1; echo $?', 'grep: brackets ([ ]) not balanced\n2\n'],
  ['head -n 2 l; tail -n 1 l; tail -n +3 l; head -c 3 f', 'b\na\na\nc\na\nhel'],
  [
    'wc l; wc -l < l; wc -lw f l',
    '        4       4       8 l\n        4\n        1       1 f\n        4       4 l\n        5       5 total\n'.replaceAll(
      '        ',
      '       ',
    ),
  ],
  ['sort l; sort -u l; sort -r l', 'a\na\nb\nc\na\nb\nc\nc\nb\na\na\n'],
  ['printf "10\\n9\\n1\\n" | sort -n; printf "x 2\\ny 1\\n" | sort -k2n', '1\n9\n10\ny 1\nx 2\n'],
  ['sort l | uniq -c', '   2 a\n   1 b\n   1 c\n'],
  ['echo a:b:c | cut -d: -f1,3; echo abc | cut -c2-', 'a:c\nbc\n'],
  [
    'echo Hello | tr a-z A-Z; echo aabb | tr -s a; echo a1b2 | tr -d 0-9; echo abc | tr "[:lower:]" "[:upper:]"',
    'HELLO\nabb\nab\nABC\n',
  ],
  ['echo x | tee t1 t2; cat t1 t2', 'x\nx\nx\n'],
  [
    'hexdump -C f; hexdump f',
    '00000000  68 65 6c 6c 6f 0a                                 |hello.|\n00000006\n0000000 6568 6c6c 0a6f\n0000006\n',
  ],
  ['dd if=f of=g bs=2 count=2 2>/dev/null; cat g', 'hell'],
  ['dd if=f of=g bs=4 2>&1 | head -2', '1+1 records in\n1+1 records out\n'],
  ['cmp f f; echo $?; cmp f l; cmp -s f l; echo $?', '0\nf l differ: char 1, line 1\n1\n'],
  ['find . | sort', '.\n./d\n./d/sub\n./d/sub/x\n./f\n./l\n./s\n'],
  ['find . -type f -name "[fx]"; find . -type l; find d -maxdepth 1', './d/sub/x\n./f\n./s\nd\nd/sub\n'],
  ['find . -name sub -prune -o -type f -print | sort; find . -size -2c', './f\n./l\n./s\n'],
  ['find d -type f -exec cat {} \\; ; find . -name x -exec echo + {} +', 'deep\n+ ./d/sub/x\n'],
  ['du -s d; df | head -1', '3\td\nFilesystem   512-blocks         Used        Avail %Cap Mounted on\n'],
  ['expr 1 + 2 \\* 3; expr abc : "a\\(.*\\)"; expr 1 \\> 2; echo $?', '7\nbc\n0\n1\n'],
  ['echo a b c | xargs -n 2 echo; echo "x y" | xargs -I % echo "[%]"', 'a b\nc\n[x y]\n'],
  ['basename /a/b.c .c; dirname /a/b; dirname x', 'b\n/a\n.\n'],
  ['seq 1 2 5; seq -s , 3', '1\n3\n5\n1,2,3\n'],
  [
    'id; whoami; uname; uname -m; hostname',
    'uid=0(root) gid=0(wheel) groups=0(wheel)\nroot\nNetBSD\nwasm32\nfakehost\n',
  ],
  ['date -u -r 0; date -r 86400 +%Y-%m-%d', 'Thu Jan  1 00:00:00 UTC 1970\n1970-01-02\n'],
  ['touch -t 202001020304 f; stat -f %m f', '1577934240\n'],
  ['env -i A=1 printenv; X=2 printenv X', 'A=1\n2\n'],
  [
    'printf abc | md5; printf abc | sha1; printf abc | sha256; echo hi | cksum',
    '900150983cd24fb0d6963f7d28e17f72\na9993e364706816aba3e25717850c26c9cd0d89d\nba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n1479881546 3\n',
  ],
  [
    'cksum -a sha256 f; printf abc | sha512 | cut -c1-16',
    'SHA256 (f) = 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03\nddaf35a193617aba\n',
  ],
  [
    'sys open f O_RDONLY; sys read 3 2; sys open nope O_RDONLY; sys getpid | head -c 2',
    '= 3\n= 2\n  "he"\n= -1 ENOENT (No such file or directory)\n= ',
  ],
  [
    'sys lseek 0 0 SEEK_CUR; sys stat f | head -1; sys mkdir n 0755; sys nosuch 2>&1 | head -1',
    '= -1 ESPIPE (Illegal seek)\n= 0\n= 0\nsh: sys: nosuch: no such system call (sys -l lists them)\n',
  ],
  ['umount /mnt 2>&1; mount', 'umount: /mnt: Function not implemented\nrumpfs on / type rumpfs\n'],
  ['kill -l 9; kill 99999 2>&1', 'KILL\nsh: kill: 99999: No such process\n'],
  ['test -f f && [ -d d ] && echo ok; [ 1 -gt 2 ] || echo no; [ a = b -o c = c ] && echo or', 'ok\nno\nor\n'],
  ['mkfifo p; ls -l p | cut -c1; mknod n c 1 2; ls -l n | cut -c1', 'p\nc\n'],
  [
    'printf "\\303\\251\\377" > b; hexdump -C b | head -1; cat b | wc -c; grep -c . b',
    '00000000  c3 a9 ff                                          |...|\n       3\n1\n',
  ],
  ['which ls nope', '/bin/ls\n'],
  ['ls -Z 2>&1; echo $?', 'ls: unknown option -- Z\nusage: ls [-1AaCcdFfhiklmnoRrSsTtux] [file ...]\n1\n'],
];

describe('programs on the fake kernel', () => {
  for (const [script, out] of CASES)
    it(script.split('\n')[0] as string, () => {
      expect(runScript(SETUP + script).out).toBe(out);
    });
  it('every program has a manual page', () => {
    const missing = [...PROGRAMS.keys()].filter(
      (n) =>
        !/^(\[|hd|getty|poweroff|egrep|fgrep|chgrp|sha1|sha256|sha512|md5|apropos|mount_.*)$/.test(n) &&
        MAN_PAGES[`${n}.1`] === undefined &&
        MAN_PAGES[`${n}.8`] === undefined,
    );
    expect(missing).toEqual([]);
  });
});
