// SPDX-License-Identifier: BSD-2-Clause
/** Records of an extended header of pax(1): "LENGTH KEY=VALUE\n", the length counting itself. */
import { decode, encode } from '../../lib/bytes.ts';
import { concat } from '../../lib/input_stream.ts';

/** Later records win. What is no record ends the list. */
export function parsePax(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at);
    const digits = space < 0 ? '' : decode(bytes, at, space);
    const length = /^[0-9]{1,9}$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    const equals = bytes.indexOf(61, space);
    if (end > bytes.length || equals < 0 || equals >= end || end <= space || bytes[end - 1] !== 10) break;
    records.set(decode(bytes, space + 1, equals), decode(bytes, equals + 1, end - 1));
    at = end;
  }
  return records;
}

export function formatPax(records: ReadonlyMap<string, string>): Uint8Array {
  return concat([...records].map(([key, value]) => record(encode(` ${key}=${value}\n`))));
}

function record(rest: Uint8Array): Uint8Array {
  let length = rest.length;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return concat([encode(String(length)), rest]);
}
