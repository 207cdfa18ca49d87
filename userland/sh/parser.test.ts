// SPDX-License-Identifier: BSD-2-Clause
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shell parameters
import { describe, expect, it } from 'vitest';
import { IncompleteError, ShellSyntaxError } from './lexer.ts';
import { Parser } from './parser.ts';

const one = (s: string) => {
  const list = Parser.parse(s);
  expect(list.length).toBe(1);
  return list[0]?.andOr.first.commands[0];
};

describe('Parser', () => {
  it('splits words and keeps quoting', () => {
    expect(one(`echo 'a b' "c$x" d\\ e`)).toMatchObject({
      k: 'simple',
      words: [
        [{ t: 'lit', s: 'echo', q: false }],
        [{ t: 'lit', s: 'a b', q: true }],
        [
          { t: 'lit', s: 'c', q: true },
          { t: 'param', name: 'x', q: true },
        ],
        [
          { t: 'lit', s: 'd', q: false },
          { t: 'lit', s: ' ', q: true },
          { t: 'lit', s: 'e', q: false },
        ],
      ],
    });
  });
  it('reads compound commands', () => {
    expect(one('if a; then b; elif c; then d; else e; fi >f')).toMatchObject({
      k: 'if',
      arms: [{}, {}],
      redirs: [{ fd: 1, op: '>' }],
    });
    expect(one('for i in 1 2 3; do echo $i; done')).toMatchObject({ k: 'for', name: 'i' });
    expect(one('while read x\ndo\necho\ndone <f')).toMatchObject({ k: 'while', until: false });
    expect(one('case $x in a|b) echo 1;; (c) ;; *) echo 2; esac')).toMatchObject({ k: 'case', arms: [{}, {}, {}] });
    expect(one('f() { echo; }')).toMatchObject({ k: 'func', name: 'f', body: { k: 'group' } });
    expect(one('(a; b) | c')).toMatchObject({ k: 'subshell' });
  });
  it('reads substitutions', () => {
    expect(one('echo $(ls | wc -l) `pwd` $((1 + (2*3))) ${x:-a b} ${#x} ${y%%.*}')).toMatchObject({
      words: [
        {},
        [{ t: 'cmd' }],
        [{ t: 'cmd' }],
        [{ t: 'arith' }],
        [{ op: '-', colon: true }],
        [{ op: 'length' }],
        [{ op: '%%' }],
      ],
    });
  });
  it('reads here-documents', () => {
    const list = Parser.parse("cat <<E; echo x\na $b\nE\ncat <<-'F'\n\tq $c\n\tF\n");
    expect(list.length).toBe(3);
    expect(list[0]?.andOr.first.commands[0]).toMatchObject({
      redirs: [{ op: '<<', target: [{ s: 'a ' }, { name: 'b' }, { s: '\n' }] }],
    });
    expect(list[2]?.andOr.first.commands[0]).toMatchObject({ redirs: [{ target: [{ s: 'q $c\n', q: true }] }] });
  });
  it('tells unfinished from wrong', () => {
    for (const s of [
      'if a',
      "echo 'x",
      'a |',
      'a &&',
      'echo $(',
      'cat <<E\nx',
      'for i in 1 2',
      '{ a',
      'f() {',
      'echo \\',
    ])
      expect(() => Parser.parse(s), s).toThrow(IncompleteError);
    for (const s of ['fi', ')', 'a | | b', ';;', 'if a; fi', '&& b'])
      expect(() => Parser.parse(s), s).toThrow(ShellSyntaxError);
  });
  it('expands aliases once', () => {
    const aliases = new Map([
      ['ls', 'ls -F'],
      ['ll', 'ls -l'],
    ]);
    expect(Parser.parse('ll x', aliases)[0]?.andOr.first.commands[0]).toMatchObject({
      words: [[{ s: 'ls' }], [{ s: '-F' }], [{ s: '-l' }], [{ s: 'x' }]],
    });
  });
  it('keeps the text of jobs', () => {
    expect(Parser.parse('sleep 5 & echo a; (b)').map((i) => i.text)).toEqual(['sleep 5', 'echo a', '(b)']);
  });
});
