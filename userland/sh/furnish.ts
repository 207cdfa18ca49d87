// SPDX-License-Identifier: BSD-2-Clause
import { O_CREAT, O_EXCL, O_WRONLY } from '../librump/constants.gen.ts';
import type { Librump } from '../librump/librump.ts';
import { SyscallError } from '../librump/syscall_error.ts';

const MOTD = `Welcome to a rump kernel with NetBSD's interfaces.

    help               what there is to type
    man ls             what a command does
    mount              what is mounted where
    sys getpid         one system call by hand

Nothing here is on a disk until you mount one.
`;

/**
 * Give a fresh root file system what a visitor looks for: /etc/motd and /mnt. The kernel's own root has /dev and /tmp only.
 * Does nothing when /etc exists, or for somebody who may not make it.
 */
export function furnishRoot(sys: Librump): void {
  try {
    sys.mkdir('/etc', 0o755);
    sys.mkdir('/mnt', 0o755);
    const fd = sys.open('/etc/motd', O_CREAT | O_EXCL | O_WRONLY, 0o644);
    sys.writeAll(fd, new TextEncoder().encode(MOTD));
    sys.close(fd);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
  }
}
