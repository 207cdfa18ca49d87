// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { decode, encode } from '../lib/bytes.ts';
import { ProgramContext } from '../lib/program_context.ts';
import type { Librump } from '../librump/librump.ts';
import { ProgramEnd } from '../librump/program_end.ts';
import { FsckDialog, type FsckMode, printable } from './fsck_dialog.ts';

function dialog(mode: FsckMode, stdin = '', spaced = true) {
  let input = encode(stdin);
  const written: string[] = [];
  const sys = {
    isatty: () => false,
    writeAll: (_fd: number, data: Uint8Array) => void written.push(decode(data)),
    read: (_fd: number, n: number) => {
      const part = input.subarray(0, n);
      input = input.subarray(part.length);
      return part;
    },
  } as unknown as Librump;
  const ctx = new ProgramContext(sys, {} as never, 1, ['/sbin/fsck_ffs'], new Map());
  const d = new FsckDialog(ctx, { special: '/dev/rd0', mode, spaced });
  return {
    d,
    said: () => {
      ctx.out.flush();
      return written.join('');
    },
  };
}

test('a person answers: y, n, nonsense, F for all', () => {
  const { d, said } = dialog('ask', 'y\nn\nwhat\nYes\nF\n');
  expect([1, 2, 3, 4, 5].map((i) => d.decide(`BAD ${i}`, 'CLEAR'))).toEqual([true, false, true, true, true]);
  expect(said()).toBe(
    'BAD 1\nCLEAR? [yn] \nBAD 2\nCLEAR? [yn] \nBAD 3\nCLEAR? [yn] CLEAR? [yn] \nBAD 4\nCLEAR? [yn] \nBAD 5\nCLEAR? yes\n\n',
  );
  expect([d.changed, d.unresolved, d.status]).toEqual([true, true, 2]);
});

test('the end of input is no', () => {
  const { d, said } = dialog('ask', '');
  expect([d.decide('A', 'FIX'), d.repair('B', 'FIX', 'FIXED')]).toEqual([false, false]);
  expect(said()).toBe('A\nFIX? [yn] \n\nB\nFIX? no\n\n');
});

test('-y and -n answer themselves; fsck_msdos without empty lines', () => {
  const yes = dialog('yes');
  expect(yes.d.decide('A', 'FIX')).toBe(true);
  expect(yes.said()).toBe('A\nFIX? yes\n\n');
  expect([yes.d.changed, yes.d.status]).toEqual([true, 0]);
  const no = dialog('no', '', false);
  expect(no.d.repair('A', 'Fix', 'FIXED')).toBe(false);
  expect(no.said()).toBe('A\nFix? no\n');
  expect([no.d.changed, no.d.status]).toEqual([false, 2]);
});

test('-p repairs what is harmless and gives up on the rest', () => {
  const { d, said } = dialog('preen');
  d.heading('Phase 1');
  expect(d.repair('COUNT WRONG', 'ADJUST', 'ADJUSTED')).toBe(true);
  expect(() => d.decide('DUP BLOCK', 'CLEAR')).toThrow(ProgramEnd);
  expect(said()).toBe(
    '/dev/rd0: COUNT WRONG (ADJUSTED)\n/dev/rd0: DUP BLOCK\n\n/dev/rd0: UNEXPECTED INCONSISTENCY; RUN fsck_ffs MANUALLY.\n',
  );
});

test('names from a disk cannot drive the terminal', () => {
  expect(printable('a\x1b[2Jb\u009bc\nä')).toBe('a?[2Jb?c?ä');
});
