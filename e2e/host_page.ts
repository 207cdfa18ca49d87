// SPDX-License-Identifier: BSD-2-Clause
/** Serves workers/testing/browser_page.ts on a bare isolated page, and starts browsers that may be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { build } from 'esbuild';
import { CHROMIUM, CHROMIUM_ARGS } from '../build/browsers.mjs';
import { buildBorder } from '../hypercall-js/test_kernel/build.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const OUT = path.join(ROOT, 'out/test/browser');
const TYPES: Record<string, string> = { '.mjs': 'text/javascript', '.html': 'text/html', '.wasm': 'application/wasm' };

export interface HostPage {
  readonly url: string;
  close(): void;
}

export async function serveHostPage(): Promise<HostPage> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: [
      'workers/testing/browser_page.ts',
      ...['control', 'kthread', 'storage'].map((role) => `workers/${role}.worker.ts`),
    ],
    outdir: OUT,
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  });
  fs.copyFileSync(await buildBorder(), path.join(OUT, 'border.wasm'));
  fs.writeFileSync(
    path.join(OUT, 'index.html'),
    '<!doctype html><title>host</title><script type="module" src="/browser_page.mjs"></script>',
  );
  const server = http.createServer((request, response) => {
    const file = path.join(OUT, path.basename(request.url === '/' ? 'index.html' : (request.url ?? '')));
    if (!fs.existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'Content-Type': TYPES[path.extname(file)] ?? 'text/plain',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    });
    response.end(fs.readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => void server.close() };
}

/** A browser of its own, with a profile that survives it. */
export class KillableBrowser {
  private constructor(
    private readonly child: ChildProcess,
    readonly browser: Browser,
    readonly page: Page,
  ) {}

  static async start(profile: string, url: string): Promise<KillableBrowser> {
    fs.rmSync(path.join(profile, 'DevToolsActivePort'), { force: true });
    const child = spawn(
      CHROMIUM,
      ['--headless=new', ...CHROMIUM_ARGS, `--user-data-dir=${profile}`, '--remote-debugging-port=0', 'about:blank'],
      {
        detached: true,
        stdio: 'ignore',
      },
    );
    const port = await waitForFile(path.join(profile, 'DevToolsActivePort'));
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port.split('\n')[0]}`);
    const page = await (browser.contexts()[0] as NonNullable<ReturnType<Browser['contexts']>[0]>).newPage();
    await page.goto(url);
    await page.waitForFunction(() => 'rumpusTest' in globalThis);
    return new KillableBrowser(child, browser, page);
  }

  /** End all processes of the browser at once, as a crash would. */
  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    process.kill(-(this.child.pid as number), 'SIGKILL');
    await gone;
    await this.browser.close().catch(() => undefined);
  }
}

async function waitForFile(file: string): Promise<string> {
  for (let i = 0; i < 200; i++) {
    if (fs.existsSync(file)) {
      const text = fs.readFileSync(file, 'utf8');
      if (text !== '') return text;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${file} does not appear`);
}

export function makeProfile(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'rumpus-profile-'));
}
