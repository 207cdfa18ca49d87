// SPDX-License-Identifier: BSD-2-Clause
/** Eight processes on two CPUs doing file system work in Chromium; RUMPUS_STRESS gives the seconds (default 10). */
import { expect, test } from '@playwright/test';
import { RumpusPage } from './harness';

const SECONDS = Number(process.env['RUMPUS_STRESS'] ?? 10);

test('eight processes do file system work at once', async ({ page }) => {
  test.setTimeout((SECONDS + 90) * 1000);
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.runOk('mkdir -p /w && mount -t tmpfs tmpfs /w');
  await rumpus.runOk(
    'job() { n=$1; mkdir /w/s$n; cd /w/s$n; while [ ! -f /w/stop ]; do echo x > a; cp a b; mv b c; ln c d; cat a d | wc -c >/dev/null; ls -l >/dev/null; rm -f a c d; done; echo ok > /w/done$n; }',
  );
  const jobs = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `(job ${n}) &`).join(' ');
  await rumpus.run(`${jobs} sleep ${SECONDS}; touch /w/stop; wait`, (SECONDS + 60) * 1000);
  expect((await rumpus.runOk('ls /w | grep -c done')).trim()).toBe('8');
  expect((await rumpus.runOk('rm -r /w/*; ls /w | wc -l')).trim()).toBe('0');
});
