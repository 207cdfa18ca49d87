// SPDX-License-Identifier: BSD-2-Clause
import { ERRNO_NAMES } from '../../userland/librump/errno.gen.ts';
import { constant } from './constants.ts';
import type { Answer, GuestBlock } from './guest_block.ts';
import { ScriptError } from './script_error.ts';
import type { Token } from './script_line.ts';
import type { ScriptWorld } from './script_world.ts';

/** What a command came to: the text after `ok`, further lines, and the value a variable gets. */
export type Outcome =
  | { readonly errno: 0; readonly text: string; readonly lines?: readonly string[]; readonly value: number | bigint }
  | { readonly errno: number; readonly value: -1 };

export type Command = (c: Call) => Outcome;
export type CommandTable = Readonly<Record<string, Command>>;

const SUFFIX: Readonly<Record<string, bigint>> = { '': 1n, K: 1024n, M: 1048576n, G: 1073741824n };

export function ok(value: number | bigint, extra = '', lines?: readonly string[]): Outcome {
  const text = `${value}${extra === '' ? '' : ` ${extra}`}`;
  return lines === undefined ? { errno: 0, text, value } : { errno: 0, text, lines, value };
}

/** A success that prints its own text, without a number. */
export function okText(text: string): Outcome {
  return { errno: 0, text, value: 0 };
}

export function failed(errno: number): Outcome {
  return { errno, value: -1 };
}

/** The errno name as scripts print it. */
export function errorName(errno: number): string {
  return ERRNO_NAMES[errno] || `E${errno}`;
}

/** One command being run: its words, the guest memory and the script's world. */
export class Call {
  private at = 0;

  constructor(
    readonly name: string,
    private readonly words: readonly Token[],
    readonly guest: GuestBlock,
    readonly world: ScriptWorld,
  ) {}

  get left(): number {
    return this.words.length - this.at;
  }

  word(): Token {
    const token = this.words[this.at++];
    if (token === undefined) throw new ScriptError(`${this.name}: missing argument`);
    return token;
  }

  text(): string {
    return this.word().text;
  }

  rest(): readonly Token[] {
    const tokens = this.words.slice(this.at);
    this.at = this.words.length;
    return tokens;
  }

  /** A path or string argument in guest memory; the bare word NULL is a null pointer. */
  path(): number {
    const token = this.word();
    return this.guest.string(token.text === 'NULL' && !token.quoted ? null : token.text);
  }

  /** An integer of any width. */
  wide(): bigint {
    return this.number(this.text());
  }

  /** An integer argument as a 32-bit slot. */
  int(): number {
    return Number(BigInt.asIntN(32, this.wide()));
  }

  intOr(fallback: number): number {
    return this.left > 0 ? this.int() : fallback;
  }

  /** Value of `A|B|…`: integers with suffix, variables, constants. */
  number(text: string): bigint {
    let value = 0n;
    for (const part of text.split('|')) value |= this.term(part);
    return value;
  }

  private term(part: string): bigint {
    if (part.startsWith('$')) {
      const value = this.world.variables.get(part.slice(1));
      if (value === undefined) throw new ScriptError(`unknown variable ${part}`);
      return BigInt(value);
    }
    const match = /^(-?)(0[xX][0-9a-fA-F]+|\d+)([KMG]?)$/.exec(part);
    if (match !== null) return this.literal(match);
    const known = constant(part);
    if (known === undefined) throw new ScriptError(`unknown name ${part}`);
    return BigInt(known);
  }

  private literal(match: RegExpExecArray): bigint {
    const digits = match[2] as string;
    const value = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits) * (SUFFIX[match[3] as string] ?? 1n);
    return match[1] === '-' ? -value : value;
  }

  /** The system call; success prints the 32-bit value. */
  simple(number: number, ...slots: readonly number[]): Outcome {
    return this.outcome(this.guest.call(number, ...slots));
  }

  outcome(answer: Answer, show: (answer: Answer) => Outcome = (a) => ok(a.value)): Outcome {
    return answer.errno !== 0 ? failed(answer.errno) : show(answer);
  }
}
