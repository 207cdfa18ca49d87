// SPDX-License-Identifier: BSD-2-Clause
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';

const BUFFER = 65536;

/** POSIX CRC: polynomial 0x04c11db7, the length appended. */
const TABLE = Uint32Array.from({ length: 256 }, (_unused, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

function step(crc: number, byte: number): number {
  return (crc << 8) ^ (TABLE[((crc >>> 24) ^ byte) & 0xff] as number);
}

function sum(ctx: ProgramContext, fd: number): { crc: number; length: number } {
  let crc = 0;
  let length = 0;
  for (let piece = ctx.sys.read(fd, BUFFER); piece.length > 0; piece = ctx.sys.read(fd, BUFFER)) {
    for (const byte of piece) crc = step(crc, byte);
    length += piece.length;
  }
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) crc = step(crc, rest & 0xff);
  return { crc: ~crc >>> 0, length };
}

/** cksum(1). */
export const cksum: Program = (ctx) => {
  const { rest } = ctx.getopt('', () => ctx.usage('cksum [file ...]'));
  for (const name of rest.length === 0 ? ['-'] : rest) {
    let fd = 0;
    try {
      if (name !== '-') fd = ctx.sys.open(name, 0);
      const { crc, length } = sum(ctx, fd);
      ctx.print(`${crc} ${length}${name === '-' ? '' : ` ${name}`}\n`);
    } catch (error) {
      ctx.warnError(name, error);
    } finally {
      if (fd > 0) ctx.sys.close(fd);
    }
  }
  return ctx.status;
};
