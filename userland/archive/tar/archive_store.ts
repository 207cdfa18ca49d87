// SPDX-License-Identifier: BSD-2-Clause
import { O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../../librump/constants.gen.ts';
import type { Librump } from '../../librump/librump.ts';
import { type ByteSink, type ByteSource, DescriptorStream } from '../byte_stream.ts';

/** Where archives are: files of the kernel, or of the host. "-" is standard input and output. */
export interface ArchiveStore {
  read(name: string): ByteSource;
  /** A new archive, or an old one emptied. */
  create(name: string): ByteSink;
  /** To read an archive, and then to write it from `offset` to a new end. */
  update(name: string): { source: ByteSource; sinkAt(offset: number): ByteSink };
  /** Is it this file: device and inode number? An archive does not go into itself. */
  isArchive(dev: number, ino: number): boolean;
}

/** Files of the kernel. */
export class KernelArchives implements ArchiveStore {
  private opened: { dev: number; ino: number } | undefined;

  constructor(private readonly sys: Librump) {}

  read(name: string): ByteSource {
    return new DescriptorStream(this.sys, name === '-' ? 0 : this.sys.open(name, O_RDONLY));
  }

  create(name: string): ByteSink {
    return this.noted(name === '-' ? 1 : this.sys.open(name, O_WRONLY | O_CREAT | O_TRUNC, 0o666));
  }

  update(name: string): { source: ByteSource; sinkAt(offset: number): ByteSink } {
    const fd = this.sys.open(name, O_RDWR | O_CREAT, 0o666);
    const stream = this.noted(fd);
    return {
      source: stream,
      sinkAt: (offset) => {
        this.sys.ftruncate(fd, offset);
        this.sys.lseek(fd, offset, 0);
        return stream;
      },
    };
  }

  isArchive(dev: number, ino: number): boolean {
    return this.opened?.dev === dev && this.opened.ino === ino;
  }

  private noted(fd: number): DescriptorStream {
    if (fd > 2) this.opened = this.sys.fstat(fd);
    return new DescriptorStream(this.sys, fd);
  }
}
