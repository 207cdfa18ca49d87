// SPDX-License-Identifier: BSD-2-Clause
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { HttpBlockStore } from './http_block_store.ts';

const SIZE = 3_000_017;
const content = Buffer.alloc(SIZE);
for (let i = 0; i < SIZE; i++) content[i] = Math.imul(i, 2654435761) >>> 24;

interface Behaviour {
  ranges: boolean;
  etag: string | undefined;
  /** Requests still to be cut off. */
  failures: number;
  status: number | undefined;
}
let server: Behaviour;
const asked: string[] = [];
const listener = http.createServer((request, response) => {
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  asked.push(`${request.headers.range ?? request.method} ${request.headers['if-range'] ?? ''}`);
  if (server.failures > 0 && asked.length > 1) {
    server.failures -= 1;
    request.socket.destroy();
    return;
  }
  const tag = server.etag === undefined ? {} : { etag: server.etag };
  if (server.status !== undefined) return void response.writeHead(server.status).end();
  const wanted = request.headers['if-range'];
  if (range === null || !server.ranges || (wanted !== undefined && wanted !== server.etag))
    return void response.writeHead(200, { ...tag, 'content-length': SIZE }).end(content);
  const [from, to] = [Number(range[1]), Math.min(Number(range[2]), SIZE - 1)];
  response.writeHead(206, { ...tag, 'content-range': `bytes ${from}-${to}/${SIZE}` });
  response.end(content.subarray(from, to + 1));
});
const url = (): string => `http://127.0.0.1:${(listener.address() as AddressInfo).port}/disk.img`;
const reset = (): void => {
  server = { ranges: true, etag: '"one"', failures: 0, status: undefined };
  asked.length = 0;
};

beforeAll(() => new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve)));
beforeAll(reset);
afterEach(reset);
afterAll(() => void listener.close());

test('reads any stretch, and asks for what lies together once', async () => {
  const store = await HttpBlockStore.open(url());
  expect(store.size).toBe(SIZE);
  const whole = Buffer.alloc(SIZE);
  await store.read(0, whole);
  expect(whole.equals(content)).toBe(true);
  expect(asked.length).toBe(2);
  const tail = Buffer.alloc(17);
  await store.read(SIZE - 17, tail);
  expect(tail.equals(content.subarray(SIZE - 17))).toBe(true);
  expect(asked.length).toBe(2);
  await expect(store.read(SIZE - 16, tail)).rejects.toThrow(/outside/);
  await expect(store.write()).rejects.toMatchObject({ errno: 30 });
});

test('reads ahead of a reader that goes forward in small steps', async () => {
  const store = await HttpBlockStore.open(url());
  const piece = Buffer.alloc(16384);
  for (let at = 0; at + piece.length < SIZE; at += piece.length) {
    await store.read(at, piece);
    expect(piece.equals(content.subarray(at, at + piece.length))).toBe(true);
  }
  expect(asked.length).toBeLessThan(16);
});

test.each(['"one"', undefined])('a file that changes on the server is told, never mixed (ETag %s)', async (etag) => {
  server.etag = etag;
  const store = await HttpBlockStore.open(url());
  await store.read(0, Buffer.alloc(512));
  server.etag = '"two"';
  if (etag === undefined) server.ranges = false;
  await expect(store.read(2_000_000, Buffer.alloc(512))).rejects.toMatchObject({ errno: 70 });
});

test('a connection that breaks is tried again, and given up at last', async () => {
  const store = await HttpBlockStore.open(url());
  server.failures = 2;
  const piece = Buffer.alloc(1000);
  await store.read(2_000_000, piece);
  expect(piece.equals(content.subarray(2_000_000, 2_001_000))).toBe(true);
  server.failures = 1000;
  await expect(store.read(0, piece)).rejects.toThrow(/cannot be fetched/);
}, 20_000);

test('servers that will not do are named', async () => {
  server.ranges = false;
  await expect(HttpBlockStore.open(url())).rejects.toThrow(/only whole files/);
  server.status = 404;
  await expect(HttpBlockStore.open(url())).rejects.toThrow(/no such file/);
  server.status = 500;
  await expect(HttpBlockStore.open(url())).rejects.toThrow(/answers 500/);
  await expect(HttpBlockStore.open('http://127.0.0.1:1/x')).rejects.toThrow(/not reachable/);
});

test('the identity names address, length and version', async () => {
  const store = await HttpBlockStore.open(url());
  expect(store.identity).toBe(`${url()} ${SIZE} "one"`);
});
