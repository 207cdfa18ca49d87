// SPDX-License-Identifier: BSD-2-Clause
/** Unit tests run under Node; those that need a DOM say so at the top of the file. */
import { defineConfig } from 'vitest/config';

/** vitest reports failures with Map.groupBy, which Node 20 has not. */
function groupBy<K, V>(items: Iterable<V>, keyOf: (item: V, index: number) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
Map.groupBy ??= groupBy;

export default defineConfig({
  test: {
    include: ['{userland,hypercall-js,workers,cli,web,build}/**/*.test.{ts,tsx,mjs}'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
