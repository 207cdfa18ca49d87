// SPDX-License-Identifier: BSD-2-Clause
/**
 * How the page is served and bundled.
 *
 * Isolation: dev and preview send COOP/COEP/CORP, without which there is no SharedArrayBuffer and so no kernel.
 * Kernel: out/kernel/rumpus.wasm is served at /kernel/rumpus.wasm in dev and emitted under a hashed name in a build;
 * index.html carries its address in <meta name="rumpus-kernel">, so the download starts before any script.
 * Service worker: web/sw/service_worker.js with the list of the build's files put in.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const ROOT = import.meta.dirname ?? process.cwd();
const KERNEL_FILE = resolve(ROOT, process.env.RUMPUS_KERNEL ?? 'out/kernel/rumpus.wasm');

const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Serve without the headers (`RUMPUS_NO_ISOLATION=1`), to see what a host that cannot set them gives. */
const HEADERS = process.env.RUMPUS_NO_ISOLATION === '1' ? {} : ISOLATION_HEADERS;

function kernelAsset(): Plugin {
  let reference: string | undefined;
  let building = false;
  return {
    name: 'rumpus-kernel',
    configResolved(config) {
      building = config.command === 'build';
    },
    configureServer(server) {
      server.middlewares.use('/kernel/rumpus.wasm', (_request, response) => {
        if (!existsSync(KERNEL_FILE)) {
          response.statusCode = 404;
          response.end('The kernel is not built yet: npm run build');
          return;
        }
        response.setHeader('Content-Type', 'application/wasm');
        for (const [name, value] of Object.entries<string>(HEADERS)) response.setHeader(name, value);
        createReadStream(KERNEL_FILE).pipe(response);
      });
    },
    buildStart() {
      if (!building) return;
      if (!existsSync(KERNEL_FILE)) {
        this.warn(`no kernel at ${KERNEL_FILE}; the page will say so`);
        return;
      }
      const source = readFileSync(KERNEL_FILE);
      const hash = createHash('sha256').update(source).digest('hex').slice(0, 10);
      reference = `kernel/rumpus-${hash}.wasm`;
      this.emitFile({ type: 'asset', fileName: reference, source });
    },
    transformIndexHtml(html) {
      return html.replaceAll('%RUMPUS_KERNEL%', `./${reference ?? 'kernel/rumpus.wasm'}`);
    },
  };
}

/** Chunks the first prompt needs besides the entry; they are fetched while the entry still downloads. */
const EARLY_CHUNKS = /^(?:ui|xterm|react|real_kernel|system_context|rolldown-runtime)-/;

function preloadEarlyChunks(): Plugin {
  return {
    name: 'rumpus-preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, context) {
        const chunks = Object.values(context.bundle ?? {}).filter((chunk) => chunk.type === 'chunk');
        return chunks
          .filter((chunk) => EARLY_CHUNKS.test(chunk.fileName.replace(/^assets\//, '')))
          .map((chunk) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `./${chunk.fileName}` },
            injectTo: 'head' as const,
          }));
      },
    },
  };
}

function serviceWorker(): Plugin {
  return {
    name: 'rumpus-service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const template = readFileSync(resolve(ROOT, 'web/sw/service_worker.js'), 'utf8');
        const files = Object.keys(bundle)
          .filter((name) => !name.endsWith('.map') && name !== 'index.html')
          .map((name) => `./${name}`);
        const digest = createHash('sha256');
        for (const [name, item] of Object.entries(bundle)) {
          digest.update(name).update(item.type === 'chunk' ? item.code : item.source);
        }
        const version = digest.update(template).digest('hex').slice(0, 12);
        this.emitFile({
          type: 'asset',
          fileName: 'sw.js',
          source: template
            .replace("'%VERSION%'", JSON.stringify(version))
            .replace(
              "['%FILES%']",
              JSON.stringify(['./', './favicon.svg', './manifest.webmanifest', ...files], null, 1),
            ),
        });
      },
    },
  };
}

export default defineConfig({
  base: './',
  // A missing file is a missing file, not the page again.
  appType: 'mpa',
  plugins: [react(), kernelAsset(), preloadEarlyChunks(), serviceWorker()],
  worker: { format: 'es' },
  server: { headers: HEADERS, port: 8030 },
  preview: { headers: HEADERS, port: 8031 },
  build: {
    outDir: process.env.RUMPUS_DIST ?? 'dist',
    target: 'es2022',
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        manualChunks(id: string) {
          if (/node_modules\/@xterm\/(?:xterm|addon-fit)\//.test(id)) return 'xterm';
          if (/node_modules\/(?:react|react-dom|scheduler)\//.test(id)) return 'react';
          return undefined;
        },
      },
    },
  },
});
