// SPDX-License-Identifier: BSD-2-Clause
/** When what is written to a raw disk is on the medium: seen in the hypercalls. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelIsBuilt, runOnKernel } from '../testing/on_kernel.ts';

const BIO_WRITE = 2;

describe.skipIf(!kernelIsBuilt)('a raw disk', { timeout: 90_000 }, () => {
  let work = '';
  beforeAll(() => {
    work = fs.mkdtempSync(path.join(os.tmpdir(), 'raw-'));
  });
  afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

  it('is written without waiting for the medium, until the last close', () => {
    const file = `${work}/disk.img`;
    fs.writeFileSync(file, new Uint8Array(1 << 20));
    const script = 'dd if=/dev/zero bs=64k count=4 2>/dev/null | tr "\\0" y | dd of=/dev/rrd0 obs=64k 2>/dev/null';
    const { stderr } = runOnKernel(script, { rd0: file }, 80_000, ['--trace', 'hypercall']);
    const calls = [...stderr.matchAll(/rumpuser_(bio|syncfd|close)\((?:fd=\d+, op=(\d))?/g)].map((m) => [
      m[1],
      Number(m[2]),
    ]);
    const writes = calls.filter(([name, op]) => name === 'bio' && (op as number) & BIO_WRITE);
    expect(writes.length).toBeGreaterThan(0);
    expect(new Set(writes.map(([, op]) => op))).toEqual(new Set([BIO_WRITE]));
    const last = calls.findLastIndex(([name, op]) => name === 'bio' && (op as number) & BIO_WRITE);
    expect(calls.slice(last + 1).map(([name]) => name)).toContain('syncfd');
    expect(fs.readFileSync(file).subarray(0, 4).toString()).toBe('yyyy');
  });
});
