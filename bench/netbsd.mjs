// SPDX-License-Identifier: BSD-2-Clause
/** The bar: NetBSD's own rump kernel, built natively, measured once on a machine of this kind. */
export const NETBSD = {
  getpid: 29e6,
  fstat: 6.5e6,
  'stat-depth-5': 549e3,
  'open-close': 494e3,
  'create-unlink': 233e3,
  'mkdir-rmdir': 266e3,
  'pread-4k': 4.1e6,
  'pipe-byte': 4.5e6,
  'tmpfs-read-64k': 7e9,
  boot: 1.9,
};

/** Results of timeKernel() as `npm run bench` wants them. */
export function asResults({ loops, boots, firstBoot }, env) {
  const results = loops.map(({ name, client, ...rest }) => ({
    ...rest,
    name: `syscall/${name}${client === 'ts' ? '/typescript' : ''}`,
    env,
    baseline: NETBSD[name],
  }));
  results.push({ name: 'boot/first', unit: 'ms', runs: [firstBoot], env });
  results.push({ name: 'boot/rump-init', unit: 'ms', runs: boots, env, baseline: NETBSD.boot });
  return results;
}

/** The same for FFS on an image in memory: mounted async, and with a journal. */
const FFS_READS = { 'read-64k-warm': 6.5e9, 'read-64k-remounted': 720e6, 'stat-10000': 165e3, mount: 0.7 };
export const NETBSD_FFS = {
  async: { ...FFS_READS, 'write-64k': 686e6, 'create-unlink': 152e3, 'create-10000': 0.21 },
  log: { ...FFS_READS, 'write-64k': 490e6, 'create-unlink': 132e3, 'create-10000': 0.23 },
};
