// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { runArgv, runScript } from '../testing/run_script.ts';

/** [script, expected standard output] */
const CASES: readonly (readonly [string, string])[] = [
  ['echo hello', 'hello\n'],
  ['echo \'a  b\' "c  d" e\\ f', 'a  b c  d e f\n'],
  ['x=1; echo $x ${x}2 "${x}" ${y:-d} ${y-e} ${#x} ${x:+set}', '1 12 1 d e 1 set\n'],
  ['x=a.b.c; echo ${x%.*} ${x%%.*} ${x#*.} ${x##*.}', 'a.b a b.c c\n'],
  ['echo ${u:=new}; echo $u', 'new\nnew\n'],
  ['x="a b"; set -- $x; echo $#; set -- "$x"; echo $#', '2\n1\n'],
  ['set -- "a b" c; for i in "$@"; do echo "[$i]"; done', '[a b]\n[c]\n'],
  ['set -- ; for i in "$@"; do echo x; done; echo end', 'end\n'],
  ['set -- a b; echo "$*"; IFS=:; echo "$*"', 'a b\na:b\n'],
  ['IFS=:; x=a::b; set -- $x; echo $#', '3\n'],
  ['echo $((1 + 2 * 3)) $((7 / 2)) $((7 % 2)) $((1 << 4)) $((2 > 1 && 0)) $((-3)) $((0x10))', '7 3 1 16 0 -3 16\n'],
  ['i=5; echo $((i += 2)) $((i++)) $i; : $((j = 3)); echo $j', '7 7 8\n3\n'],
  ['echo $(echo a; echo b) `echo c`', 'a b c\n'],
  ['echo "$(echo "x  y")"', 'x  y\n'],
  ['true && echo yes || echo no; false && echo yes || echo no', 'yes\nno\n'],
  ['if false; then echo a; elif true; then echo b; else echo c; fi', 'b\n'],
  ['i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done', '0\n1\n2\n'],
  ['i=0; until [ $i = 2 ]; do i=$((i+1)); done; echo $i', '2\n'],
  ['for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done', '1\n3\n'],
  ['for i in 1 2; do for j in 1 2; do break 2; done; echo no; done; echo $i$j', '11\n'],
  ['case abc in a*) echo A;; *) echo B;; esac; case "*" in "*") echo star;; esac', 'A\nstar\n'],
  ['case x in y|x) echo hit;; esac', 'hit\n'],
  ['f() { echo "f:$1:$#"; return 3; }; f a b; echo $?', 'f:a:2\n3\n'],
  ['f() { local v=in; g=set; echo $v; }; v=out; f; echo $v $g', 'in\nout set\n'],
  ['echo one | cat | cat', 'one\n'],
  ['printf "b\\na\\n" | sort', 'a\nb\n'],
  ['echo x | while read l; do echo "got $l"; done', 'got x\n'],
  ['(x=2; echo $x); echo ${x:-none}', '2\nnone\n'],
  ['{ echo a; echo b; } | wc -l', '       2\n'],
  ['echo hi > /tmp/f; cat /tmp/f; echo more >> /tmp/f; cat < /tmp/f', 'hi\nhi\nmore\n'],
  ['cat <<E\na $((1+1))\nE', 'a 2\n'],
  ["cat <<'E'\na $x\nE", 'a $x\n'],
  ['ls /nope 2>/dev/null; echo $?', '1\n'],
  ['{ echo out; echo err >&2; } 2>&1 | sort', 'err\nout\n'],
  ['exec 3>/tmp/q; echo z >&3; exec 3>&-; cat /tmp/q', 'z\n'],
  ['echo a b | { read x y; echo "$y $x"; }', 'b a\n'],
  ['cd /tmp; touch a1 a2 b1; echo a* [b]* c* "a*"; cd ..; echo /tmp/a?', 'a1 a2 b1 c* a*\n/tmp/a1 /tmp/a2\n'],
  ['! true; echo $?; ! false; echo $?', '1\n0\n'],
  ['nosuch 2>/dev/null; echo $?', '127\n'],
  ['set -e; false || true; echo a; false; echo b', 'a\n'],
  ['set -e; if false; then :; fi; echo ok; (exit 3); echo no', 'ok\n'],
  ['eval "x=5; echo \\$x"', '5\n'],
  ['trap "echo bye" EXIT; echo hi', 'hi\nbye\n'],
  ['echo "echo sourced $1" > /tmp/s; . /tmp/s', 'sourced\n'],
  ['alias e=echo\ne aliased', 'aliased\n'],
  ['type cd ls nonesuch | head -2', 'cd is a shell builtin\nls is /bin/ls\n'],
  ['shift 2>/dev/null; set a b c; shift 2; echo $1', ''],
  ['set a b c; shift 2; echo $1', 'c\n'],
  ['printf "%s-%03d-%x\\n" a 5 255 b 6 16; printf "%5s|%-5s|\\n" x y', 'a-005-ff\nb-006-10\n    x|y    |\n'],
  ['x=1 sh -c "echo \\$x"; echo "[$x]"', '1\n[]\n'],
  ['export E=v; env | grep ^E=', 'E=v\n'],
  ['echo $0 $1; ', 'sh\n'],
  ['umask; umask 077; umask', '0022\n0077\n'],
  ['a=1; readonly a; (a=2) 2>/dev/null; echo $?', '2\n'],
  ['while getopts ab: o -a -b x; do echo "$o:$OPTARG"; done', 'a:\nb:x\n'],
  ['x="*"; cd /tmp; touch f; echo $x "$x"', 'f *\n'],
  ['echo ~ ~/x "~"', '/ //x ~\n'],
  ['yes | head -2', 'y\ny\n'],
  ['echo $(seq 3) | tr " " ,', '1,2,3\n'],
  ['f() { if [ $1 -gt 0 ]; then echo $1; f $(($1-1)); fi; }; f 3', '3\n2\n1\n'],
  ['wait; sleep 0 & wait $!; echo $?', '0\n'],
  ['echo a; exit 4; echo b', 'a\n'],
  ['v=$(false); echo $?; v=$(true); echo $?', '1\n0\n'],
  ['echo "a\\nb" \'a\\nb\'', 'a\\nb a\\nb\n'],
  ['cat <<-X\n\ttabbed\n\tX', 'tabbed\n'],
  ['IFS=, read a b <<E\n1,2,3\nE\necho $a/$b', '1/2,3\n'],
];

describe('sh on the fake kernel', () => {
  for (const [script, out] of CASES)
    it(script.split('\n')[0] as string, () => {
      expect(runScript(script).out).toBe(out);
    });
  it('says what is wrong', () => {
    expect(runScript('nosuch')).toMatchObject({ err: 'sh: nosuch: not found\n', status: 127 });
    expect(runScript('cat < /nope')).toMatchObject({ err: 'sh: cannot open /nope: no such file\n', status: 2 });
    expect(runScript('fi')).toMatchObject({ err: 'sh: Syntax error: "fi" unexpected\n', status: 2 });
    expect(runScript('set -u; echo $x')).toMatchObject({ err: 'sh: x: parameter not set\n', status: 2 });
    expect(runScript('echo ${x?gone}')).toMatchObject({ err: 'sh: x: gone\n', status: 2 });
    expect(runScript('kill -9 $$; echo no')).toMatchObject({ out: '', signal: 9 });
  });
  it('reads scripts from standard input line by line', () => {
    expect(runArgv(['sh'], 'read x\ndata\necho "got $x"\nif true\nthen echo multi\nfi\n').out).toBe(
      'got data\nmulti\n',
    );
    expect(runArgv(['sh', '-s', 'p1'], 'echo $1').out).toBe('p1\n');
  });
  it('exits with the last status', () => {
    expect(runScript('exit 7').status).toBe(7);
    expect(runScript('false').status).toBe(1);
    expect(runScript('trap "exit 5" EXIT; exit 2').status).toBe(5);
  });
});
