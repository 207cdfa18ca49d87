// SPDX-License-Identifier: BSD-2-Clause
/** A static server on another port, as pages meet them: with ranges or without, for other sites or not. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';

export interface FileServer {
  readonly url: string;
  /** Bytes sent. */
  sent: number;
  ranges: boolean;
  cors: boolean;
  /** Of all files. */
  version: number;
  close(): void;
}

export async function serveFolder(folder: string): Promise<FileServer> {
  const listener = http.createServer((request, response) => {
    const file = join(folder, basename(decodeURIComponent(request.url ?? '')));
    if (server.cors) response.setHeader('access-control-allow-origin', '*');
    if (!existsSync(file)) return void response.writeHead(404).end();
    const { size } = statSync(file);
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    response.setHeader('last-modified', new Date(1e12 + server.version * 1e6).toUTCString());
    if (range === null || !server.ranges) {
      response.writeHead(200, { 'content-length': size });
      return void (request.method === 'HEAD' ? response.end() : createReadStream(file).pipe(response));
    }
    const [start, end] = [Number(range[1]), Math.min(Number(range[2]), size - 1)];
    server.sent += end - start + 1;
    response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${size}` });
    createReadStream(file, { start, end }).pipe(response);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  const server: FileServer = {
    url: `http://127.0.0.1:${port}`,
    sent: 0,
    ranges: true,
    cors: true,
    version: 1,
    close: () => {
      listener.closeAllConnections();
      listener.close();
    },
  };
  return server;
}
