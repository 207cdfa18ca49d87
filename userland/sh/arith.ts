// SPDX-License-Identifier: BSD-2-Clause
/** Shell arithmetic: 64-bit signed integers, the operators of C. */

/** Error in an arithmetic expression, with the shell's wording. */
export class ArithError extends Error {}

export interface ArithVariables {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

const BINARY: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];
const ASSIGN = ['=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '^=', '|='];
const TOKEN =
  /\s*(?:(0[xX][0-9a-fA-F]+|[0-9]+)|([A-Za-z_][A-Za-z0-9_]*)|(<<=|>>=|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&^|]=|[-+*/%&|^~!<>()?:=,]))/y;

type Tok =
  | { readonly t: 'num'; readonly v: bigint }
  | { readonly t: 'name'; readonly v: string }
  | { readonly t: 'op'; readonly v: string };

export function evaluate(text: string, vars: ArithVariables): bigint {
  return new Evaluator(text, vars, 0).run();
}

class Evaluator {
  private readonly tokens: Tok[] = [];
  private at = 0;
  /** > 0 inside the branch not taken of && || ?: - no effects there. */
  private dry = 0;

  constructor(
    private readonly text: string,
    private readonly vars: ArithVariables,
    private readonly depth: number,
  ) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      if (/^\s*$/.test(text.slice(TOKEN.lastIndex))) break;
      const m = TOKEN.exec(text);
      if (!m) throw this.error();
      if (m[1] !== undefined) this.tokens.push({ t: 'num', v: number(m[1]) });
      else if (m[2] !== undefined) this.tokens.push({ t: 'name', v: m[2] });
      else this.tokens.push({ t: 'op', v: m[3] as string });
    }
  }

  private error(): ArithError {
    return new ArithError(`arithmetic expression: syntax error: "${this.text}"`);
  }

  run(): bigint {
    if (this.tokens.length === 0) return 0n;
    const v = this.comma();
    if (this.at < this.tokens.length) throw this.error();
    return v;
  }

  private op(): string | undefined {
    const t = this.tokens[this.at];
    return t?.t === 'op' ? t.v : undefined;
  }

  private accept(op: string): boolean {
    if (this.op() !== op) return false;
    this.at++;
    return true;
  }

  private comma(): bigint {
    let v = this.assignment();
    while (this.accept(',')) v = this.assignment();
    return v;
  }

  private assignment(): bigint {
    const t = this.tokens[this.at];
    const next = this.tokens[this.at + 1];
    if (t?.t === 'name' && next?.t === 'op' && ASSIGN.includes(next.v)) {
      this.at += 2;
      const right = this.assignment();
      return this.store(t.v, next.v === '=' ? right : this.binary(next.v.slice(0, -1), this.load(t.v), right));
    }
    return this.conditional();
  }

  private conditional(): bigint {
    const test = this.level(0);
    if (!this.accept('?')) return test;
    if (test === 0n) this.dry++;
    const yes = this.comma();
    if (test === 0n) this.dry--;
    if (!this.accept(':')) throw this.error();
    if (test !== 0n) this.dry++;
    const no = this.conditional();
    if (test !== 0n) this.dry--;
    return test !== 0n ? yes : no;
  }

  private level(n: number): bigint {
    const ops = BINARY[n];
    if (ops === undefined) return this.unary();
    let left = this.level(n + 1);
    for (;;) {
      const op = this.op();
      if (op === undefined || !ops.includes(op)) return left;
      this.at++;
      const skip = (op === '&&' && left === 0n) || (op === '||' && left !== 0n);
      if (skip) this.dry++;
      const right = this.level(n + 1);
      if (skip) this.dry--;
      left = this.binary(op, left, right);
    }
  }

  private unary(): bigint {
    const op = this.op();
    if (op === '+' || op === '-' || op === '!' || op === '~') {
      this.at++;
      const v = this.unary();
      return op === '+' ? v : op === '-' ? BigInt.asIntN(64, -v) : op === '!' ? bool(v === 0n) : ~v;
    }
    if (op === '++' || op === '--') {
      this.at++;
      const t = this.tokens[this.at++];
      if (t?.t !== 'name') throw this.error();
      return this.store(t.v, this.load(t.v) + (op === '++' ? 1n : -1n));
    }
    return this.primary();
  }

  private primary(): bigint {
    const t = this.tokens[this.at++];
    if (t === undefined) throw this.error();
    if (t.t === 'num') return t.v;
    if (t.t === 'name') {
      const v = this.load(t.v);
      const op = this.op();
      if (op === '++' || op === '--') {
        this.at++;
        this.store(t.v, v + (op === '++' ? 1n : -1n));
      }
      return v;
    }
    if (t.v !== '(') throw this.error();
    const v = this.comma();
    if (!this.accept(')')) throw this.error();
    return v;
  }

  private load(name: string): bigint {
    const text = (this.vars.get(name) ?? '').trim();
    if (text === '') return 0n;
    if (/^[-+]?(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text))
      return text[0] === '-' ? -number(text.slice(1)) : number(text.replace(/^\+/, ''));
    if (this.depth > 20) throw new ArithError(`arithmetic expression: recursion: "${name}"`);
    return new Evaluator(text, this.vars, this.depth + 1).run();
  }

  private store(name: string, value: bigint): bigint {
    const v = BigInt.asIntN(64, value);
    if (this.dry === 0) this.vars.set(name, v.toString());
    return v;
  }

  private binary(op: string, a: bigint, b: bigint): bigint {
    if ((op === '/' || op === '%') && b === 0n) {
      if (this.dry > 0) return 0n;
      throw new ArithError('arithmetic expression: division by zero');
    }
    return BigInt.asIntN(64, apply(op, a, b));
  }
}

function apply(op: string, a: bigint, b: bigint): bigint {
  switch (op) {
    case '||':
      return bool(a !== 0n || b !== 0n);
    case '&&':
      return bool(a !== 0n && b !== 0n);
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '==':
      return bool(a === b);
    case '!=':
      return bool(a !== b);
    case '<=':
      return bool(a <= b);
    case '>=':
      return bool(a >= b);
    case '<':
      return bool(a < b);
    case '>':
      return bool(a > b);
    case '<<':
      return a << (b & 63n);
    case '>>':
      return a >> (b & 63n);
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    default:
      return a % b;
  }
}

function bool(v: boolean): bigint {
  return v ? 1n : 0n;
}

function number(text: string): bigint {
  if (/^0[0-9]/.test(text)) {
    if (/[89]/.test(text)) throw new ArithError(`arithmetic expression: bad number: "${text}"`);
    return BigInt(`0o${text.slice(1)}`);
  }
  return BigInt.asIntN(64, BigInt(text));
}
