// SPDX-License-Identifier: BSD-2-Clause
/** One builder at a time in an output folder. */
import fs from 'node:fs';

const RETRY_MS = 200;

/** Run `body` while holding the lock file, which names the process that holds it. */
export async function withLock(file, body) {
  while (!take(file)) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  try {
    return await body();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

function take(file) {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!isAlive(file)) fs.rmSync(file, { force: true });
  return false;
}

function isAlive(file) {
  try {
    const pid = Number(fs.readFileSync(file, 'utf8'));
    if (!(pid > 0)) return true;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
