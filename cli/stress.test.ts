// SPDX-License-Identifier: BSD-2-Clause
/**
 * Eight programs on two CPUs work on two file systems, one of them mounted and
 * unmounted by force all the time.  RUMPUS_STRESS gives the seconds.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SECONDS = Number(process.env['RUMPUS_STRESS'] ?? 5);
const root = fileURLToPath(new URL('..', import.meta.url));
const built = existsSync(`${root}/out/kernel/rumpus.wasm`) && existsSync(`${root}/out/host/rumpus.mjs`);

const SCRIPT = `
mkdir -p /w /r && mount -t tmpfs tmpfs /w && mkdir /w/m
job() {
  n=$1; mkdir /w/s$n /r/s$n; cd /w/s$n
  while [ ! -f /w/stop ]; do
    echo x > a; cp a b; mv b c; ln c d; mkdir e; mkdir e/f; mv e g
    cat a d | wc -c >/dev/null; ls -l >/dev/null
    cp a /r/s$n/a; cat /r/s$n/a >/dev/null; rm -f /r/s$n/a a c d; rmdir g/f; rmdir g
    [ $n = 1 ] && mount -t tmpfs tmpfs /w/m && umount -f /w/m
    [ $n = 2 ] && mkdir -p /w/m/x/y && ls /w/m/x
  done >/dev/null 2>&1
  echo ok > /w/done$n
}
ps | wc -l
(job 1) & (job 2) & (job 3) & (job 4) & (job 5) & (job 6) & (job 7) & (job 8) &
sleep ${SECONDS}; touch /w/stop; wait
ls /w | grep -c done
ps | wc -l
rm -r /w/* /r; cd /; umount /w; mount | grep -c tmpfs
`;

describe.skipIf(!built)('eight programs at once', { timeout: (SECONDS + 60) * 1000 }, () => {
  it('all end, and leave no process and no mount behind', () => {
    const { status, stdout } = spawnSync(process.execPath, [`${root}/cli/rumpus.mjs`, '--ncpu', '2', '-c', SCRIPT], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: (SECONDS + 50) * 1000,
    });
    const [before, done, after, mounts] = stdout.trim().split(/\s+/);
    expect({ done, after, mounts, status }).toEqual({ done: '8', after: before, mounts: '0', status: 1 });
  });
});
