// SPDX-License-Identifier: BSD-2-Clause
/**
 * Fetching and compiling the kernel module.
 *
 * Interface
 *	loadKernel() takes the download that index.html began, or starts one; three tries with growing pauses.
 *	A copy of the response is read beside the compilation to count bytes: the original goes to the engine untouched,
 *	so that its code cache keeps working.
 * Errors
 *	Failure E-NET (not reachable), E-KERNEL (not a WebAssembly module).
 */
import { Failure } from './failure';

export type KernelOrigin =
  | { readonly kind: 'built-in'; readonly url: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'file'; readonly file: File };

export interface LoadedKernel {
  readonly module: WebAssembly.Module;
  /** Kept for foreign kernels only. */
  readonly raw?: ArrayBuffer;
  readonly bytes: number;
  readonly fromCache: boolean;
}

export interface LoadProgress {
  bytes(received: number, total: number | undefined): void;
  retrying(attempt: number, reason: string): void;
  downloaded(bytes: number, fromCache: boolean): void;
}

interface EarlyDownload {
  started: number;
  url?: string;
  response?: Promise<Response>;
  copy?: Promise<Response>;
  module?: Promise<WebAssembly.Module>;
}

declare global {
  interface Window {
    __rumpusEarly?: EarlyDownload;
  }
}

const RETRY_PAUSES_MS = [300, 1200];

/** Which kernel the page's address asks for. */
export function kernelOrigin(search: string): KernelOrigin {
  const wanted = new URLSearchParams(search).get('kernel');
  if (wanted) return { kind: 'url', url: new URL(wanted, document.baseURI).href };
  const meta = document.querySelector<HTMLMetaElement>('meta[name=rumpus-kernel]');
  return { kind: 'built-in', url: new URL(meta?.content ?? './kernel/rumpus.wasm', document.baseURI).href };
}

async function countBytes(response: Response, progress: LoadProgress): Promise<number> {
  const encoded = response.headers.has('Content-Encoding');
  const length = Number(response.headers.get('Content-Length'));
  const total = length > 0 && !encoded ? length : undefined;
  const reader = response.body?.getReader();
  let received = 0;
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) return received;
    received += part.value.byteLength;
    progress.bytes(received, total);
  }
}

function cameFromCache(url: string): boolean {
  const entries = performance.getEntriesByName(url).filter((entry) => entry instanceof PerformanceResourceTiming);
  const last = entries.at(-1) as PerformanceResourceTiming | undefined;
  return last !== undefined && (last.transferSize === 0 || last.workerStart > 0) && last.decodedBodySize > 0;
}

async function compile(response: Response): Promise<WebAssembly.Module> {
  const streamable = response.headers.get('Content-Type')?.startsWith('application/wasm');
  if (streamable) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** A foreign kernel: fetched whole, so that its bytes can be looked into. */
async function downloadWhole(url: string, progress: LoadProgress): Promise<LoadedKernel> {
  const response = await fetch(url);
  if (!response.ok) {
    throw new Failure('E-NET', `The kernel could not be fetched: the server answered ${response.status}.`, url);
  }
  const copy = response.clone();
  const [raw, bytes] = await Promise.all([response.arrayBuffer(), countBytes(copy, progress)]);
  progress.downloaded(bytes, cameFromCache(url));
  return { module: await notAModule(WebAssembly.compile(raw), url), raw, bytes, fromCache: cameFromCache(url) };
}

async function download(url: string, early: EarlyDownload | undefined, progress: LoadProgress): Promise<LoadedKernel> {
  let response: Response;
  let copy: Response;
  let module: Promise<WebAssembly.Module>;
  if (early?.response && early.copy && early.module) {
    [response, copy, module] = [await early.response, await early.copy, early.module];
  } else {
    response = await fetch(url);
    copy = response.clone();
    module = response.ok ? compile(response) : Promise.reject(new Error());
    module.catch(() => undefined);
  }
  if (!response.ok) {
    throw new Failure('E-NET', `The kernel could not be fetched: the server answered ${response.status}.`, url);
  }
  const bytes = await countBytes(copy, progress);
  const fromCache = cameFromCache(url);
  progress.downloaded(bytes, fromCache);
  return { module: await notAModule(module, url), bytes, fromCache };
}

function notAModule(module: Promise<WebAssembly.Module>, name: string): Promise<WebAssembly.Module> {
  return module.catch((error: unknown) => {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    throw new Failure('E-KERNEL', `${name} is not a WebAssembly module this browser can compile.`, error.message);
  });
}

async function loadFile(file: File, progress: LoadProgress): Promise<LoadedKernel> {
  const bytes = await file.arrayBuffer();
  progress.downloaded(bytes.byteLength, true);
  const module = await notAModule(WebAssembly.compile(bytes), file.name);
  return { module, raw: bytes, bytes: bytes.byteLength, fromCache: true };
}

export async function loadKernel(origin: KernelOrigin, progress: LoadProgress): Promise<LoadedKernel> {
  if (origin.kind === 'file') return loadFile(origin.file, progress);
  let early = window.__rumpusEarly?.url === origin.url ? window.__rumpusEarly : undefined;
  delete window.__rumpusEarly;
  for (let attempt = 0; ; attempt += 1) {
    try {
      if (origin.kind === 'url') return await downloadWhole(origin.url, progress);
      return await download(origin.url, early, progress);
    } catch (error) {
      early = undefined;
      const final = error instanceof Failure || attempt >= RETRY_PAUSES_MS.length;
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof Failure) throw error;
      if (final)
        throw new Failure('E-NET', 'The kernel could not be fetched: the network gave up.', `${origin.url}: ${reason}`);
      progress.retrying(attempt + 2, reason);
      await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSES_MS[attempt]));
    }
  }
}
