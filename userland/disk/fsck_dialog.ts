// SPDX-License-Identifier: BSD-2-Clause
import type { InputStream } from '../lib/input_stream.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { ProgramEnd } from '../librump/program_end.ts';

/** Exit statuses that all of fsck(8) share. */
export const FSCK_EXIT_OK = 0;
export const FSCK_EXIT_USAGE = 1;
/** Something wrong was left as it is: run again. */
export const FSCK_EXIT_UNRESOLVED = 2;
export const FSCK_EXIT_ROOT_CHANGED = 4;
/** The check did not get to its end, or needs a person. */
export const FSCK_EXIT_CHECK_FAILED = 8;
export const FSCK_EXIT_SIGNALED = 12;

/** Who answers the questions: a person, -y, -n, or -p (only what needs no decision). */
export type FsckMode = 'ask' | 'yes' | 'no' | 'preen';

export interface FsckDialogOptions {
  /** The device as messages name it. */
  readonly special: string;
  readonly mode: FsckMode;
  /** An empty line around each question, as fsck_ffs and fsck_ext2fs have it; fsck_msdos has none. */
  readonly spaced?: boolean;
}

/**
 * What a checker says and asks. A finding is one of
 *
 *   repair()   harmless: -p repairs it and says so in brackets behind the message; else it is a question
 *   decide()   serious: -p gives up with FSCK_EXIT_CHECK_FAILED; else it is a question
 *   note()     said, never asked
 *   report(), serious()   serious, and asked about elsewhere or not at all
 *
 * Messages come without newline at their end; texts of a file system pass through printable() first. The checker does what it
 * asked exactly when the answer was true, so nothing is written with -n.
 */
export class FsckDialog {
  /** True after a question was answered with no. */
  unresolved = false;
  /** True after a question was answered with yes: the file system is going to change. */
  changed = false;
  private input: InputStream | undefined;
  private all: boolean | undefined;

  constructor(
    private readonly ctx: ProgramContext,
    private readonly options: FsckDialogOptions,
  ) {
    if (options.mode === 'yes' || options.mode === 'no') this.all = options.mode === 'yes';
  }

  get preen(): boolean {
    return this.options.mode === 'preen';
  }

  get readonly(): boolean {
    return this.options.mode === 'no';
  }

  /** `** text`: a phase begins. Not with -p. */
  heading(text: string): void {
    if (!this.preen) this.print(`** ${text}\n`);
  }

  /** A line that is no finding; with -p under the device's name. */
  note(message: string): void {
    this.print(`${this.prefix()}${message}\n`);
  }

  /** Text as it is. */
  print(text: string): void {
    this.ctx.print(text);
  }

  /** @param done  what -p says it did, like `FIXED` @param question  like `FIX` */
  repair(message: string, question: string, done: string): boolean {
    this.print(`${this.prefix()}${message}`);
    if (!this.preen) return this.ask(question);
    this.print(` (${done})\n`);
    this.changed = true;
    return true;
  }

  /** @param question  like `CLEAR` */
  decide(message: string, question: string): boolean {
    this.print(`${this.prefix()}${message}`);
    if (this.preen) this.giveUp();
    return this.ask(question);
  }

  /** Something serious; a question about it comes later, or has been asked. */
  report(message: string): void {
    this.print(`${this.prefix()}${message}`);
    if (this.preen) this.giveUp();
    this.print('\n');
  }

  /** Something serious that nothing can be done about. */
  serious(message: string): void {
    this.report(message);
    this.unresolved = true;
  }

  /** The question alone; its message has been printed, without newline. */
  ask(question: string): boolean {
    this.print(`\n${question}? `);
    let answer = this.all;
    if (answer === undefined) answer = this.answer(question);
    else this.print(answer ? 'yes\n' : 'no\n');
    this.print(this.edge);
    if (answer) this.changed = true;
    else this.unresolved = true;
    return answer;
  }

  /** Something is too much to be listed: go on after it? Nothing is written for that, so -n says yes; -p gives up. */
  proceed(message: string): void {
    this.print(`${this.prefix()}${message}`);
    if (this.preen) this.giveUp();
    if (this.all !== undefined) this.print(`\nCONTINUE? yes\n${this.edge}`);
    else if (!this.ask('CONTINUE')) throw new ProgramEnd(FSCK_EXIT_CHECK_FAILED);
  }

  /** The check cannot go on. Without -p the message stands alone. */
  abandon(message: string): never {
    this.print(`${this.prefix()}${message}\n`);
    if (this.preen) this.giveUp();
    this.ctx.out.flush();
    throw new ProgramEnd(FSCK_EXIT_CHECK_FAILED);
  }

  /** The exit status of a check that came to its end. */
  get status(): number {
    return this.unresolved ? FSCK_EXIT_UNRESOLVED : FSCK_EXIT_OK;
  }

  private get edge(): string {
    return this.options.spaced === false ? '' : '\n';
  }

  private prefix(): string {
    return this.preen ? `${this.options.special}: ` : '';
  }

  private giveUp(): never {
    this.print(`\n\n${this.options.special}: UNEXPECTED INCONSISTENCY; RUN ${this.ctx.name} MANUALLY.\n`);
    this.ctx.out.flush();
    throw new ProgramEnd(FSCK_EXIT_CHECK_FAILED);
  }

  /** y, n, or F: yes to this and all that follow. The end of input is no to all. */
  private answer(question: string): boolean {
    this.input ??= this.ctx.input(0);
    for (;;) {
      this.print('[yn] ');
      this.ctx.out.flush();
      const line = this.input.readLine();
      if (line === undefined) {
        this.print('\n');
        this.all = false;
        return false;
      }
      const letter = line.trim()[0] ?? '';
      if (letter === 'F') this.all = true;
      if (letter === 'y' || letter === 'Y' || letter === 'F') return true;
      if (letter === 'n' || letter === 'N') return false;
      this.print(`${question}? `);
    }
  }
}

/** A name from a damaged disk, safe for a terminal: what is not printable is shown as `?`. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202f\ufffd]/gu, '?');
}
