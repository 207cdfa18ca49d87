// SPDX-License-Identifier: BSD-2-Clause
/** `--disk` with every kind of file, and an address: the same file system is mounted, and can be written to. */
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = fs.existsSync(`${root}/out/kernel/rumpus.wasm`) && fs.existsSync(`${root}/out/host/rumpus.mjs`);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rumpus-cli-'));
const SCRIPT = 'mkdir /d && mount -t msdos /dev/rd0 /d && cat /d/hello.txt && echo more >/d/new && cat /d/new';

function rumpus(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [`${root}/cli/rumpus.mjs`, ...args], { timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

const server = http.createServer((request, response) => {
  const file = path.join(folder, path.basename(request.url ?? ''));
  const { size } = fs.statSync(file);
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (range === null) return void response.writeHead(200, { 'content-length': size }).end(fs.readFileSync(file));
  const [from, to] = [Number(range[1]), Math.min(Number(range[2]), size - 1)];
  response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${size}`, etag: '"1"' });
  fs.createReadStream(file, { start: from, end: to }).pipe(response);
});

beforeAll(async () => {
  const run = (script: string): void => void execFileSync('sh', ['-c', script], { cwd: folder, stdio: 'pipe' });
  run('truncate -s 4M raw.img; mkfs.fat raw.img; echo words in a file >hello.txt; mcopy -i raw.img hello.txt ::');
  run('for f in qcow2 vmdk vpc; do qemu-img convert -f raw -O $f raw.img disk.$f; done');
  run(
    'gzip -k raw.img; zstd -q raw.img; zip -q one.zip raw.img; zip -q two.zip raw.img hello.txt; cp disk.qcow2 odd.img',
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  fs.rmSync(folder, { recursive: true });
});

describe.skipIf(!built)('rumpus --disk', { timeout: 120_000 }, () => {
  const files = [
    'disk.qcow2',
    'disk.vmdk',
    'disk.vpc',
    'raw.img.gz',
    'raw.img.zst',
    'one.zip',
    'two.zip#raw.img',
    'odd.img',
  ];
  it.each(files)('%s', async (name) => {
    const file = path.join(folder, name);
    const before = fs.readFileSync(file.split('#')[0] as string);
    const disk = `rd0=${file}`;
    expect(await rumpus('--disk', disk, '-c', SCRIPT)).toMatchObject({ status: 0, stdout: 'words in a file\nmore\n' });
    expect(fs.readFileSync(file.split('#')[0] as string).equals(before)).toBe(true);
  });

  it('read-only, and without threads', async () => {
    const readOnly = 'mkdir /d && mount -t msdos -o ro /dev/rd0 /d && cat /d/hello.txt';
    const disk = `rd0=${folder}/disk.qcow2`;
    expect(await rumpus('--disk', `${disk},ro`, '-c', readOnly)).toMatchObject({ stdout: 'words in a file\n' });
    for (const name of ['disk.qcow2', 'raw.img.gz']) {
      const inline = await rumpus('--threads', '0', '--disk', `rd0=${folder}/${name}`, '-c', SCRIPT);
      expect(inline).toMatchObject({ status: 0, stdout: 'words in a file\nmore\n' });
    }
  });

  it('an address, of a raw image and of a qcow2 one', async () => {
    for (const name of ['raw.img', 'disk.qcow2']) {
      const disk = `rd0=http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}`;
      expect(await rumpus('--disk', disk, '-c', SCRIPT)).toMatchObject({
        status: 0,
        stdout: 'words in a file\nmore\n',
      });
    }
  });

  it('says which entry of an archive is meant, and what it does not read', async () => {
    expect((await rumpus('--disk', `rd0=${folder}/two.zip`, '-c', 'true')).stderr).toMatch(
      /FILE.zip#ENTRY: raw.img, hello.txt/,
    );
    fs.writeFileSync(`${folder}/x.vhdx`, 'vhdxfile and more');
    expect((await rumpus('--disk', `rd0=${folder}/x.vhdx`, '-c', 'true')).stderr).toMatch(
      /x.vhdx: This is a VHDX image. Convert it/,
    );
  });
});
