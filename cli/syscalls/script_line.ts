// SPDX-License-Identifier: BSD-2-Clause
import { ScriptError } from './script_error.ts';

/** One word of a script; text holds one byte a character (latin1). */
export interface Token {
  readonly text: string;
  /** Any part of it was in quotes: `""` is an empty string and `"NULL"` no null pointer. */
  readonly quoted: boolean;
}

/** A parsed line: `[variable=]command arguments…`. */
export interface ScriptLine {
  readonly variable: string | undefined;
  readonly command: string;
  readonly args: readonly Token[];
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', 0: '\0', s: ' ', '\\': '\\', '"': '"' };
const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=([a-z].*)$/s;
const MAX_REPEATED = 64 * 1024 * 1024;

/** Decode the escape at text[at] (after the backslash): the byte and how many characters it took. */
function decodeEscape(text: string, at: number): [string, number] {
  const c = text[at] ?? '';
  if (c === 'x') {
    const hex = text.slice(at + 1, at + 3);
    if (!/^[0-9a-fA-F]{2}$/.test(hex)) throw new ScriptError(`bad escape \\x${hex}`);
    return [String.fromCharCode(Number.parseInt(hex, 16)), 3];
  }
  const simple = SIMPLE_ESCAPES[c];
  if (simple === undefined) throw new ScriptError(`unknown escape \\${c}`);
  return [simple, 1];
}

function decodeEscapes(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; ) {
    if (text[i] !== '\\') out += text[i++];
    else {
      const [byte, used] = decodeEscape(text, i + 1);
      out += byte;
      i += 1 + used;
    }
  }
  return out;
}

/** `{STR*N}` at text[at]: the repeated string and the length of the expression, or undefined. */
function repeat(text: string, at: number): [string, number] | undefined {
  const match = /^\{((?:[^{}\\]|\\.)*)\*(\d+)\}/s.exec(text.slice(at));
  if (match === null) return undefined;
  const unit = decodeEscapes(match[1] as string);
  const count = Number(match[2]);
  if (unit.length * count > MAX_REPEATED) throw new ScriptError('repetition too long');
  return [unit.repeat(count), match[0].length];
}

/** Split a line into words: blanks separate, `"…"` quotes, `#` at the start of a word begins a comment. */
export function tokenize(line: string): Token[] {
  const tokens: Token[] = [];
  let text = '';
  let quoted = false;
  let inWord = false;
  let inQuotes = false;
  const end = () => {
    if (inWord) tokens.push({ text, quoted });
    text = '';
    quoted = inWord = false;
  };
  for (let i = 0; i < line.length; ) {
    const c = line[i] as string;
    if (!inQuotes && (c === ' ' || c === '\t')) {
      end();
      i++;
      continue;
    }
    if (!inWord && c === '#') break;
    inWord = true;
    const repeated = c === '{' ? repeat(line, i) : undefined;
    if (repeated !== undefined) {
      text += repeated[0];
      i += repeated[1];
    } else if (c === '"') {
      inQuotes = !inQuotes;
      quoted = true;
      i++;
    } else if (c === '\\') {
      const [byte, used] = decodeEscape(line, i + 1);
      text += byte;
      i += 1 + used;
    } else {
      text += c;
      i++;
    }
  }
  if (inQuotes) throw new ScriptError('unterminated quote');
  end();
  return tokens;
}

/** Parse a line; undefined for blank lines and comments. */
export function parseLine(line: string): ScriptLine | undefined {
  const [first, ...args] = tokenize(line);
  if (first === undefined) return undefined;
  const assignment = first.quoted ? null : ASSIGNMENT.exec(first.text);
  if (assignment === null) return { variable: undefined, command: first.text, args };
  return { variable: assignment[1], command: assignment[2] as string, args };
}
