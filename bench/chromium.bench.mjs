// SPDX-License-Identifier: BSD-2-Clause
/** The same loops in Chromium, in a worker of an isolated page. */
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { build } from 'esbuild';
import { buildKernel } from '../build/kernel.mjs';
import { asResults } from './netbsd.mjs';

const CHROMIUM = '/usr/bin/chromium';
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function serve(files) {
  const server = http.createServer((request, response) => {
    const [type, body] = files[request.url] ?? [
      'text/html',
      '<!doctype html><script type="module" src="/bench.js"></script>',
    ];
    response.writeHead(200, {
      'content-type': type,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    response.end(body);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

export async function bench({ root }) {
  if (!fs.existsSync(CHROMIUM)) {
    console.log('no Chromium here: left out');
    return [];
  }
  const { chromium } = await import('@playwright/test');
  const built = await buildKernel({ variant: 'bench' });
  const bundle = await build({
    entryPoints: [path.join(root, 'bench/bench_page.ts')],
    bundle: true,
    format: 'esm',
    write: false,
    external: ['node:*'],
  });
  const script = bundle.outputFiles[0].contents;
  const server = await serve({
    '/bench.js': ['text/javascript', script],
    '/bench_worker.js': ['text/javascript', script],
    '/kernel.wasm': ['application/wasm', fs.readFileSync(path.join(root, built.file))],
  });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => globalThis.rumpusBench !== undefined);
    return asResults(await page.evaluate(() => globalThis.rumpusBench()), 'chromium');
  } finally {
    await browser.close();
    server.close();
  }
}
