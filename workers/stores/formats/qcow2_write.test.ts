// SPDX-License-Identifier: BSD-2-Clause
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isZero } from '../record_store.ts';
import { writeQcow2 } from './qcow2_write.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rumpus-qcow2-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += 1 << 20) yield new Uint8Array(bytes.subarray(at, at + (1 << 20)));
}

async function write(name: string, size: number, source: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<string> {
  const file = path.join(folder, name);
  const fd = fs.openSync(file, 'w');
  await writeQcow2(
    size,
    source,
    { write: async (at, bytes) => void fs.writeSync(fd, bytes, 0, bytes.length, at) },
    isZero,
  );
  fs.closeSync(fd);
  return file;
}

const qemuImg = (...args: string[]): string => execFileSync('qemu-img', args, { cwd: folder, encoding: 'utf8' });

describe('a qcow2 image', () => {
  test.each([512, 65536, 5_000_192, 40 << 20])(
    'of %i bytes is sound for qemu-img and has the same bytes',
    async (size) => {
      const raw = Buffer.alloc(size);
      for (let at = 0; at < size; at += 300_000) raw.fill(at % 251, at, Math.min(size, at + 70_000));
      fs.writeFileSync(path.join(folder, 'raw'), raw);
      const file = await write('x.qcow2', size, pieces(raw));
      qemuImg('check', '-q', file);
      qemuImg('compare', '-q', '-f', 'raw', '-F', 'qcow2', 'raw', file);
      expect(fs.statSync(file).size).toBeLessThan(size + 6 * 65536);
    },
  );

  test('of a large empty disk is small', async () => {
    const size = 2 ** 30;
    const zeros = new Uint8Array(1 << 20);
    const all = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      for (let at = 0; at < size; at += zeros.length) yield zeros;
    };
    const file = await write('large.qcow2', size, all());
    qemuImg('check', '-q', file);
    expect(fs.statSync(file).size).toBeLessThan(1 << 20);
  });
});
