// SPDX-License-Identifier: BSD-2-Clause
/** The shell's syntax tree: plain data, so that a subshell can receive its body by structured clone. */

/** One piece of a word. `q`: inside quotes, hence neither split nor globbed. */
export type WordPart =
  | { readonly t: 'lit'; readonly s: string; readonly q: boolean }
  | {
      readonly t: 'param';
      readonly name: string;
      readonly op: ParamOp;
      readonly colon: boolean;
      readonly arg: Word | undefined;
      readonly q: boolean;
    }
  | { readonly t: 'cmd'; readonly body: List; readonly q: boolean }
  | { readonly t: 'arith'; readonly expr: Word; readonly q: boolean }
  | { readonly t: 'tilde'; readonly user: string };

/** Operators of ${name…}: '' plain, '#name' is length. */
export type ParamOp = '' | 'length' | '-' | '=' | '?' | '+' | '#' | '##' | '%' | '%%';

export type Word = readonly WordPart[];

export interface Redirect {
  /** Descriptor left of the operator. */
  readonly fd: number;
  readonly op: '<' | '>' | '>>' | '>|' | '<>' | '<&' | '>&' | '<<';
  /** File name, descriptor word, or body of a here-document. */
  readonly target: Word;
}

export interface Assignment {
  readonly name: string;
  readonly value: Word;
}

export type Command =
  | {
      readonly k: 'simple';
      readonly assigns: readonly Assignment[];
      readonly words: readonly Word[];
      readonly redirs: readonly Redirect[];
    }
  | { readonly k: 'subshell'; readonly body: List; readonly redirs: readonly Redirect[] }
  | { readonly k: 'group'; readonly body: List; readonly redirs: readonly Redirect[] }
  | {
      readonly k: 'if';
      readonly arms: readonly { readonly test: List; readonly body: List }[];
      readonly otherwise: List | undefined;
      readonly redirs: readonly Redirect[];
    }
  | {
      readonly k: 'for';
      readonly name: string;
      readonly words: readonly Word[] | undefined;
      readonly body: List;
      readonly redirs: readonly Redirect[];
    }
  | {
      readonly k: 'while';
      readonly until: boolean;
      readonly test: List;
      readonly body: List;
      readonly redirs: readonly Redirect[];
    }
  | {
      readonly k: 'case';
      readonly subject: Word;
      readonly arms: readonly { readonly patterns: readonly Word[]; readonly body: List }[];
      readonly redirs: readonly Redirect[];
    }
  | { readonly k: 'func'; readonly name: string; readonly body: Command };

export interface Pipeline {
  readonly negate: boolean;
  readonly commands: readonly Command[];
}

export interface AndOr {
  readonly first: Pipeline;
  readonly rest: readonly { readonly op: '&&' | '||'; readonly pipeline: Pipeline }[];
}

export interface ListItem {
  readonly andOr: AndOr;
  readonly background: boolean;
  /** Source text, for `jobs` and messages. */
  readonly text: string;
}

export type List = readonly ListItem[];
