// SPDX-License-Identifier: BSD-2-Clause
/** The hashes of dir_index as debugfs computes them. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { encode } from '../lib/bytes.ts';
import { dirHash } from './dir_hash.ts';

const env = { ...process.env, PATH: `${process.env.PATH}:/sbin:/usr/sbin` };
const debugfs = (request: string) => spawnSync('debugfs', ['-R', request], { env, encoding: 'utf8' });
const missing = debugfs('help').error !== undefined;

const NAMES = [
  'a',
  'lost',
  'name_of_31_bytes_for_the_pieces',
  'name_of_32_bytes_for_the_pieces!',
  'ümläut',
  'x'.repeat(200),
];
const SEEDS = ['00000000-0000-0000-0000-000000000000', '0c60b290-a131-4bdd-8b21-1dbbbe09f02f'];

test.skipIf(missing)('the same hash as debugfs', () => {
  for (const [version, kind] of ['legacy', 'half_md4', 'tea'].entries())
    for (const seed of SEEDS)
      for (const name of NAMES) {
        const bytes = Uint8Array.from(Buffer.from(seed.replaceAll('-', ''), 'hex'));
        const view = new DataView(bytes.buffer);
        const words = Uint32Array.from([0, 4, 8, 12], (at) => view.getUint32(at, true));
        const hash = dirHash(encode(name), { version, unsigned: false, seed: words });
        const told = /Hash of .* is (0x[0-9a-f]+)/.exec(debugfs(`dx_hash -h ${kind} -s ${seed} ${name}`).stdout)?.[1];
        expect([kind, seed, name, hash.toString(16)]).toEqual([kind, seed, name, Number(told).toString(16)]);
      }
});
