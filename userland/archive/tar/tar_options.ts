// SPDX-License-Identifier: BSD-2-Clause
/** The command line of tar(1): a bundle of letters first, with or without a dash; options and operands after it. */
import type { ProgramContext } from '../../lib/program_context.ts';

export type TarAction = 'c' | 'r' | 't' | 'u' | 'x';

/** What is done in order: change the directory, name a file. */
export type TarOperand = { readonly chdir: string } | { readonly name: string };

export interface TarOptions {
  readonly action: TarAction;
  readonly archive: string;
  readonly gzip: boolean;
  readonly verbose: boolean;
  readonly letters: ReadonlySet<string>;
  readonly recordBytes: number;
  readonly excludes: readonly string[];
  readonly strip: number;
  readonly numericOwner: boolean;
  readonly operands: readonly TarOperand[];
}

const LETTERS = 'crtuxbCfhkLmopPTvXz';
export const TAR_VALUE_LETTERS = 'bCfT';
const LONG: Readonly<Record<string, 'flag' | 'value'>> = {
  exclude: 'value',
  'strip-components': 'value',
  'numeric-owner': 'flag',
};
const DEFAULT_BLOCKS = 20;
const MOST_BLOCKS = 126;

export function parseTarOptions(ctx: ProgramContext, readNames: (file: string) => string[]): TarOptions {
  return new Parser(ctx, readNames).parse();
}

class Parser {
  private readonly letters = new Set<string>();
  private readonly excludes: string[] = [];
  private readonly operands: TarOperand[] = [];
  private archive: string | undefined;
  private blocks = DEFAULT_BLOCKS;
  private strip = 0;
  private numericOwner = false;
  private words: string[];

  constructor(
    private readonly ctx: ProgramContext,
    private readonly readNames: (file: string) => string[],
  ) {
    this.words = [...ctx.argv.slice(1)];
  }

  parse(): TarOptions {
    const first = this.words[0];
    if (first !== undefined && !first.startsWith('-')) this.bundle(this.words.shift() as string);
    for (let plain = false; this.words.length > 0; ) {
      const word = this.words.shift() as string;
      if (plain || word === '-' || !word.startsWith('-')) this.operands.push({ name: word });
      else if (word === '--') plain = true;
      else if (word.startsWith('--')) this.long(word.slice(2));
      else this.cluster(word.slice(1));
    }
    const actions = [...this.letters].filter((letter): letter is TarAction => 'crtux'.includes(letter));
    if (actions.length !== 1) this.usage();
    return {
      action: actions[0] as TarAction,
      archive: this.archive ?? this.ctx.env.get('TAPE') ?? '-',
      gzip: this.letters.has('z'),
      verbose: this.letters.has('v'),
      letters: this.letters,
      recordBytes: this.blocks * 512,
      excludes: this.excludes,
      strip: this.strip,
      numericOwner: this.numericOwner,
      operands: this.operands,
    };
  }

  private usage(): never {
    return this.ctx.usage(
      'tar [-]{crtux}[-hkLmopPvXz] [-f archive] [-b blocks] [-C directory] [-T file]',
      '    [--exclude pattern] [--strip-components n] [--numeric-owner] [file ...]',
    );
  }

  /** Without a dash the values follow in the order of their letters. */
  private bundle(letters: string): void {
    for (const letter of letters) this.letter(letter, TAR_VALUE_LETTERS.includes(letter) ? this.next(letter) : '');
  }

  private cluster(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const letter = text[i] as string;
      if (!TAR_VALUE_LETTERS.includes(letter)) {
        this.letter(letter, '');
        continue;
      }
      const glued = text.slice(i + 1);
      this.letter(letter, glued === '' ? this.next(letter) : glued);
      return;
    }
  }

  private next(option: string): string {
    const value = this.words.shift();
    if (value !== undefined) return value;
    this.ctx.warn(`option requires an argument -- ${option}`);
    return this.usage();
  }

  private letter(letter: string, value: string): void {
    if (!LETTERS.includes(letter)) {
      this.ctx.warn(`unknown option -- ${letter}`);
      this.usage();
    }
    if (letter === 'f') this.archive = value;
    else if (letter === 'C') this.operands.push({ chdir: value });
    else if (letter === 'T') for (const name of this.readNames(value)) this.operands.push({ name });
    else if (letter === 'b') this.blocks = this.count('b', value, 1, MOST_BLOCKS);
    else this.letters.add(letter === 'L' ? 'h' : letter);
  }

  private long(text: string): void {
    const [, name = '', given] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
    const kind = LONG[name];
    if (kind === undefined || (kind === 'flag' && given !== undefined)) {
      this.ctx.warn(`unknown option -- ${name}`);
      this.usage();
    }
    const value = kind === 'value' ? (given ?? this.next(name)) : '';
    if (name === 'exclude') this.excludes.push(value);
    else if (name === 'strip-components') this.strip = this.count(name, value, 0, 1000);
    else this.numericOwner = true;
  }

  private count(option: string, text: string, least: number, most: number): number {
    const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    return this.ctx.fail(`${option} ${text}: a number from ${least} to ${most} is wanted`);
  }
}
