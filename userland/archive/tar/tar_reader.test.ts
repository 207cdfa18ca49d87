// SPDX-License-Identifier: BSD-2-Clause
/** What the writer writes the reader reads; of damaged archives it says so and comes to an end. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../../lib/input_stream.ts';
import type { ByteSource } from '../byte_stream.ts';
import type { TarEntry } from './tar_entry.ts';
import { TarError } from './tar_error.ts';
import { TarReader } from './tar_reader.ts';
import { TarWriter } from './tar_writer.ts';

interface Member {
  readonly entry: TarEntry;
  readonly data: Uint8Array;
}

function archive(members: readonly Member[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const writer = new TarWriter({ write: (bytes) => void parts.push(bytes.slice()), close: () => undefined }, 1024);
  for (const { entry, data } of members) {
    writer.begin(entry);
    writer.data(data);
    writer.finish();
  }
  writer.end();
  return concat(parts);
}

function source(bytes: Uint8Array, step: number): ByteSource {
  let at = 0;
  return {
    read: () => {
      at += step;
      return bytes.subarray(at - step, at);
    },
    close: () => undefined,
  };
}

function readAll(bytes: Uint8Array, step: number): Member[] {
  const reader = new TarReader(source(bytes, step), () => undefined);
  const members: Member[] = [];
  for (let entry = reader.next(); entry !== undefined; entry = reader.next()) {
    const parts: Uint8Array[] = [];
    for (let data = reader.data(); data.length > 0; data = reader.data()) parts.push(data.slice());
    members.push({ entry, data: concat(parts) });
  }
  return members;
}

const part = fc.stringMatching(/^[a-zé][a-z .é-]{0,120}$/);
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const id = fc.oneof(fc.nat(0o7777777), fc.nat(2 ** 31 - 1));

const member: fc.Arbitrary<Member> = fc
  .record({
    name: path,
    link: path,
    mode: fc.nat(0o7777),
    uid: id,
    gid: id,
    sec: fc.integer({ min: -(2 ** 33), max: 2 ** 35 }),
  })
  .chain(({ name, link, mode, uid, gid, sec }) =>
    fc
      .record({
        type: fc.constantFrom('file', 'symlink', 'hardlink', 'fifo'),
        data: fc.uint8Array({ maxLength: 1500 }),
      })
      .map(
        ({ type, data }): Member => ({
          entry: {
            type,
            name,
            link: type === 'symlink' || type === 'hardlink' ? link : '',
            mode,
            uid,
            gid,
            user: 'user',
            group: '',
            size: type === 'file' ? data.length : 0,
            mtime: { sec, nsec: 0 },
            major: 0,
            minor: 0,
          },
          data: type === 'file' ? data : new Uint8Array(0),
        }),
      ),
  );

describe('TarReader', () => {
  it('reads what TarWriter wrote, in pieces of any size', () => {
    fc.assert(
      fc.property(fc.array(member, { maxLength: 6 }), fc.integer({ min: 1, max: 3000 }), (members, step) => {
        const found = readAll(archive(members), step);
        expect(found).toEqual(members);
      }),
    );
  });

  it('comes to an end with every damaged archive', () => {
    const [sample] = fc.sample(fc.array(member, { minLength: 4, maxLength: 4 }), { seed: 1, numRuns: 1 });
    const good = archive(sample as Member[]);
    const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 20 });
    fc.assert(
      fc.property(damage, fc.nat(good.length), (changes, length) => {
        const bad = good.slice(0, length);
        for (const [at, value] of changes) if (at < length) bad[at] = value;
        try {
          readAll(bad, 700);
        } catch (error) {
          expect(error).toBeInstanceOf(TarError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
