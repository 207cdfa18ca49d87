// SPDX-License-Identifier: BSD-2-Clause
/**
 * `rumpus tar -cf FILE IMAGE [file ...]`: the tar of the kernel's userland on files of the image, with the archive on the host.
 * Owners are numbers: the names of this kernel are not those of the image.
 */
import fs from 'node:fs';
import type { ByteSink, ByteSource } from '../../userland/archive/byte_stream.ts';
import type { ArchiveStore } from '../../userland/archive/tar/archive_store.ts';
import { runTar } from '../../userland/archive/tar/tar.ts';
import { TarError } from '../../userland/archive/tar/tar_error.ts';
import type { Program } from '../../userland/lib/program.ts';
import { readStream, writeStream } from '../host_stream.ts';
import { hostFault, hostPath } from './host_path.ts';

const PIECE_BYTES = 65536;

export const imageTar: Program = (ctx) =>
  runTar(ctx, new HostArchives(), { numericOwner: true, fallback: [{ name: '.' }] });

class HostArchives implements ArchiveStore {
  read(name: string): ByteSource {
    return new HostFile(name === '-' ? 0 : this.open(name, 'r'));
  }

  create(name: string): ByteSink {
    return new HostFile(name === '-' ? 1 : this.open(name, 'w'));
  }

  update(name: string): { source: ByteSource; sinkAt(offset: number): ByteSink } {
    const fd = this.open(name, fs.constants.O_RDWR | fs.constants.O_CREAT);
    const source = new HostFile(fd);
    return {
      source,
      sinkAt: (offset) => {
        fs.ftruncateSync(fd, offset);
        return new HostFile(fd, offset);
      },
    };
  }

  /** The archive is not in the image. */
  isArchive(): boolean {
    return false;
  }

  private open(name: string, flags: string | number): number {
    try {
      return fs.openSync(hostPath(name), flags);
    } catch (error) {
      throw new TarError(hostFault(error));
    }
  }
}

class HostFile implements ByteSource, ByteSink {
  private readonly buffer = new Uint8Array(PIECE_BYTES);

  /** @param position  where writing goes on; without it at the place of the descriptor */
  constructor(
    private readonly fd: number,
    private position?: number,
  ) {}

  read(): Uint8Array {
    return this.buffer.subarray(0, readStream(this.fd, this.buffer));
  }

  write(bytes: Uint8Array): void {
    writeStream(this.fd, bytes, this.position);
    if (this.position !== undefined) this.position += bytes.length;
  }

  close(): void {
    if (this.fd > 2) fs.closeSync(this.fd);
  }
}
