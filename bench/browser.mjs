// SPDX-License-Identifier: BSD-2-Clause
/** A bare isolated page in Chromium that runs one bundled script: `globalThis.rumpusBench` of it is called and awaited. */
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { build } from 'esbuild';
import { CHROMIUM, CHROMIUM_ARGS } from '../build/browsers.mjs';

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

/** A TypeScript file and what it imports, as one script to serve. */
export async function script(root, entry) {
  const bundle = await build({
    entryPoints: [path.join(root, entry)],
    bundle: true,
    format: 'esm',
    write: false,
    external: ['node:*'],
  });
  return ['text/javascript', bundle.outputFiles[0].contents];
}

/**
 * @param entry  TypeScript file under the root, served as /bench.js
 * @param files  further files, { '/name': [type, body] }
 * @returns what rumpusBench() answers, or undefined where there is no Chromium
 */
export async function inChromium(root, entry, files = {}) {
  if (!fs.existsSync(CHROMIUM)) {
    console.log('no Chromium here: left out');
    return undefined;
  }
  const { chromium } = await import('@playwright/test');
  const server = await serve({ '/bench.js': await script(root, entry), ...files });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => globalThis.rumpusBench !== undefined);
    return await page.evaluate(() => globalThis.rumpusBench());
  } finally {
    await browser.close();
    server.close();
  }
}
