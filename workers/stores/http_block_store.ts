// SPDX-License-Identifier: BSD-2-Clause
/**
 * A file on a web server, read in stretches as it is needed (RFC 9110, range requests). Read-only.
 *
 * The file must stay what it was: every answer's length and validator (ETag, else Last-Modified) are compared, and where it costs no
 * preflight the request says If-Range. A changed file ends in ESTALE; nothing of it is mixed with the old one. A request
 * that fails for want of a network is tried again a few times.
 */
import { EIO, ENOENT, ENOTSUP, ESTALE } from '../../hypercall-js/errno.gen.ts';
import { StoreError } from './store_error.ts';
import { WindowedStore } from './windowed_store.ts';

const REQUEST = 4 << 20;
const AHEAD = 2 << 20;
const TRIES = 4;
const PAUSE_MS = 250;

interface Remote {
  readonly url: string;
  readonly size: number;
  /** ETag or Last-Modified; '' when the server tells neither. */
  readonly validator: string;
}

export class HttpBlockStore extends WindowedStore {
  private constructor(
    readonly remote: Remote,
    ended: AbortController,
  ) {
    super({
      size: remote.size,
      fetch: (at, length) => fetchRange(remote, at, length, ended.signal),
      requestMost: REQUEST,
      aheadMost: AHEAD,
      close: () => ended.abort(),
    });
  }

  /** ENOENT, ENOTSUP (no ranges), EIO (not reachable, or not for other sites), each with a sentence. */
  static async open(url: string): Promise<HttpBlockStore> {
    return new HttpBlockStore(await look(url), new AbortController());
  }

  /** Names the file and its version. */
  get identity(): string {
    const { url, size, validator } = this.remote;
    return `${url} ${size} ${validator}`;
  }
}

async function look(url: string): Promise<Remote> {
  const answer = await request(url, { headers: { range: 'bytes=0-0' }, cache: 'no-store' });
  await answer.body?.cancel();
  if (answer.status === 404 || answer.status === 410) throw new StoreError(ENOENT, `${url}: there is no such file`);
  if (answer.status === 416) throw new StoreError(EIO, `${url}: the file is empty`);
  if (answer.status === 200)
    throw new StoreError(
      ENOTSUP,
      `${url}: the server sends only whole files (it knows no range requests); download the file and open it from here`,
    );
  if (answer.status !== 206) throw new StoreError(EIO, `${url}: the server answers ${answer.status}`);
  // Of a server on another site only some headers are shown; the length is told once more by HEAD.
  const size = totalOf(answer) ?? (await lengthByHead(url));
  if (size === undefined) throw new StoreError(ENOTSUP, `${url}: the server does not tell how long the file is`);
  return { url, size, validator: validatorOf(answer) };
}

async function lengthByHead(url: string): Promise<number | undefined> {
  const answer = await request(url, { method: 'HEAD', cache: 'no-store' });
  const length = answer.headers.get('content-length');
  return answer.ok && length !== null ? Number(length) : undefined;
}

function totalOf(answer: Response): number | undefined {
  const total = /\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
}

const validatorOf = (answer: Response): string =>
  answer.headers.get('etag') ?? answer.headers.get('last-modified') ?? '';

async function fetchRange(remote: Remote, at: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
  const headers: Record<string, string> = { range: `bytes=${at}-${at + length - 1}` };
  if (ifRangeIsFree(remote.url) && /^"|GMT$/.test(remote.validator)) headers['if-range'] = remote.validator;
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await request(remote.url, { headers, signal });
      checkSame(answer, remote);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (bytes.length !== length) throw new TypeError(`${bytes.length} bytes instead of ${length}`);
      return bytes;
    } catch (error) {
      const lasting = error instanceof StoreError && (error.errno !== EIO || signal.aborted);
      if (lasting || attempt === TRIES) throw asStoreError(error, remote.url);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * 2 ** attempt));
    }
  }
}

function checkSame(answer: Response, remote: Remote): void {
  if (answer.status !== 206 && answer.status !== 200)
    throw new StoreError(EIO, `${remote.url}: the server answers ${answer.status}`);
  const total = totalOf(answer);
  const validator = validatorOf(answer);
  const same =
    answer.status === 206 &&
    (total === undefined || total === remote.size) &&
    (validator === '' || remote.validator === '' || validator === remote.validator);
  if (same) return;
  void answer.body?.cancel();
  throw new StoreError(ESTALE, `${remote.url} has changed on the server; open it again`);
}

/** To another site the header would ask for a preflight, which few file servers answer. */
function ifRangeIsFree(url: string): boolean {
  const here = (globalThis as { location?: { origin: string } }).location?.origin;
  return here === undefined || new URL(url).origin === here;
}

async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw asStoreError(error, url);
  }
}

function asStoreError(error: unknown, url: string): StoreError {
  if (error instanceof StoreError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new StoreError(
    EIO,
    `${url} cannot be fetched (${why}): the server is not reachable, or it does not let pages of other sites read it (CORS)`,
  );
}
