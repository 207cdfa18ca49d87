// SPDX-License-Identifier: BSD-2-Clause
/** printf over variable arguments laid out as the wasm32 C ABI does: 4-byte slots, 8-byte values aligned to 8. */
import type { GuestMemory } from './guest_memory.ts';

const DIRECTIVE = /%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+))?(ll|l|z|j|h|hh)?([diuxXopsc%])/g;

class VaList {
  constructor(
    private readonly memory: GuestMemory,
    private at: number,
  ) {}
  int(): number {
    const value = this.memory.view.getInt32(this.at, true);
    this.at += 4;
    return value;
  }
  wide(): bigint {
    this.at = (this.at + 7) & ~7;
    const value = this.memory.view.getBigInt64(this.at, true);
    this.at += 8;
    return value;
  }
}

export function formatPrintf(memory: GuestMemory, format: string, ap: number): string {
  const va = new VaList(memory, ap >>> 0);
  return format.replace(
    DIRECTIVE,
    (
      _all,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      size: string | undefined,
      kind: string,
    ) => {
      if (kind === '%') return '%';
      const w = width === '*' ? va.int() : Number(width ?? 0);
      const p = precision === '*' ? va.int() : precision === undefined ? undefined : Number(precision);
      return pad(convert(memory, va, kind, size === 'll' || size === 'j', p, flags), w, flags, kind);
    },
  );
}

function convert(
  memory: GuestMemory,
  va: VaList,
  kind: string,
  wide: boolean,
  precision: number | undefined,
  flags: string,
): string {
  if (kind === 's') return memory.cstring(va.int()).slice(0, precision);
  if (kind === 'c') return String.fromCharCode(va.int() & 0xff);
  if (kind === 'p') return `0x${(va.int() >>> 0).toString(16)}`;
  const signed = kind === 'd' || kind === 'i';
  const raw = wide ? va.wide() : BigInt(va.int());
  const value = signed ? raw : BigInt.asUintN(wide ? 64 : 32, raw);
  const radix = kind === 'o' ? 8 : kind === 'x' || kind === 'X' ? 16 : 10;
  const digits = (value < 0n ? -value : value).toString(radix).padStart(precision ?? 1, '0');
  const prefix = flags.includes('#') && radix === 16 && value !== 0n ? '0x' : '';
  const sign = value < 0n ? '-' : signed && flags.includes('+') ? '+' : '';
  const text = sign + prefix + digits;
  return kind === 'X' ? text.toUpperCase() : text;
}

function pad(text: string, width: number, flags: string, kind: string): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (flags.includes('0') && kind !== 's' && kind !== 'c') {
    const sign = /^[-+]/.test(text) ? text.slice(0, 1) : '';
    return sign + text.slice(sign.length).padStart(width - sign.length, '0');
  }
  return text.padStart(width);
}
