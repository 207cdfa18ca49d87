// SPDX-License-Identifier: BSD-2-Clause
/** mount_mfs(8): make a fast file system in memory and mount it. */
import type { Disk } from '../disk/raw_device.ts';
import { encode } from '../lib/bytes.ts';
import { groupId, userId } from '../lib/format.ts';
import { parseMountOptions } from '../lib/mount_options.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { CLOCK_REALTIME } from '../librump/constants.gen.ts';
import { EINVAL, ENOMEM } from '../librump/errno.gen.ts';
import type { Librump } from '../librump/librump.ts';
import { mfs_args } from '../librump/structs.gen.ts';
import { isErrno, SyscallError } from '../librump/syscall_error.ts';
import { newfsAmount, newfsWish } from './newfs_options.ts';
import { NewfsError, planNewfs } from './newfs_plan.ts';
import { writeNewfs } from './newfs_write.ts';

const DEFAULT_SIZE = 16 << 20;
const PERMISSIONS = 0o7777;

interface Command {
  readonly node: string;
  readonly size: number;
  readonly flags: number;
  readonly printOnly: boolean;
  readonly verbose: number;
  readonly options: ReadonlyMap<string, string>;
}

export const mountMfs: Program = (ctx) => {
  const command = parse(ctx);
  try {
    return make(ctx, command);
  } catch (error) {
    if (error instanceof NewfsError) return ctx.fail(error.message);
    if (isErrno(error, 'ENOMEM')) return ctx.fail(`${command.size} bytes: Cannot allocate memory`);
    return ctx.failError(command.node, error);
  }
};

function parse(ctx: ProgramContext): Command {
  const usage = () =>
    ctx.usage(
      'mount_mfs [-N] [-a maxcontig] [-b block-size] [-d maxbsize] [-e maxbpg]',
      '[-f frag-size] [-g groupname] [-i bytes-per-inode] [-m free-space]',
      '[-n inodes] [-O filesystem-format] [-o options] [-p permissions]',
      '[-s size] [-u username] [-V verbose] special node',
    );
  const { options, rest } = ctx.getopt('Na:b:d:e:f:g:i:m:n:O:o:p:s:u:V:', usage);
  const node = rest[1];
  if (node === undefined || rest.length > 2) return usage();
  const given = new Map(options.map(({ flag, value }) => [flag, value]));
  const unknown: string[] = [];
  const flags = parseMountOptions(given.get('o') ?? '', 0, new Map(), unknown);
  if (unknown.length > 0) ctx.fail(`-o ${unknown[0]}: option not supported`);
  const size = given.has('s') ? newfsAmount(ctx, 'file system size', given.get('s') as string, 512) : DEFAULT_SIZE;
  const verbose = Number(given.get('V') ?? 0);
  return { node, size, flags, printOnly: given.has('N'), verbose, options: given };
}

function make(ctx: ProgramContext, command: Command): number {
  const { sys } = ctx;
  const { node, options } = command;
  const now = Math.floor(sys.clockGettime(CLOCK_REALTIME).sec);
  // Letters of newfs(8) that mean something else here.
  const wishes = new Map([...options].filter(([flag]) => flag !== 'g' && flag !== 'o'));
  const random = crypto.getRandomValues(new Int32Array(1))[0] as number;
  const sb = planNewfs({ ...newfsWish(ctx, wishes), size: command.size, sectorSize: 512, time: now, random });
  if (command.verbose > 0 || command.printOnly)
    ctx.print(`mfs: ${sb.size} fragments of ${sb.fsize} bytes, ${sb.ncg} cylinder groups, ${sb.ncg * sb.ipg} inodes\n`);
  if (command.printOnly) return 0;
  const place = sys.stat(node);
  const memory = new GuestDisk(sys, sb.size * sb.fsize);
  try {
    writeNewfs(memory, sb, { uid: sys.geteuid(), gid: sys.getegid() }, () => {});
    mount(sys, node, command.flags, memory);
  } finally {
    memory.close();
  }
  settle(ctx, node, options, place);
  return 0;
}

/** The root looks like the directory it is mounted on, if nothing else is said. */
function settle(
  ctx: ProgramContext,
  node: string,
  options: ReadonlyMap<string, string>,
  place: { readonly uid: number; readonly gid: number; readonly mode: number },
): void {
  const { sys } = ctx;
  const [user, group] = [options.get('u'), options.get('g')];
  const uid = user === undefined ? place.uid : userId(user);
  const gid = group === undefined ? place.gid : groupId(group);
  if (uid === undefined || gid === undefined) return void ctx.fail(`${uid === undefined ? user : group}: unknown name`);
  sys.chown(node, uid, gid);
  const mode = Number.parseInt(options.get('p') ?? '', 8);
  sys.chmod(node, (Number.isNaN(mode) ? place.mode : mode) & PERMISSIONS);
}

function mount(sys: Librump, node: string, flags: number, memory: GuestDisk): void {
  const name = encode(`mfs:${sys.getpid()}\0`);
  const at = sys.kernel.malloc(mfs_args.size + name.length);
  try {
    sys.u8.fill(0, at, at + mfs_args.size);
    sys.u8.set(name, at + mfs_args.size);
    sys.view.setUint32(at + mfs_args.fspec, at + mfs_args.size, true);
    sys.view.setUint32(at + mfs_args.base, memory.base, true);
    sys.view.setUint32(at + mfs_args.bytes, memory.size, true);
    sys.mount('mfs', node, flags, at, mfs_args.size);
  } finally {
    sys.kernel.free(at);
  }
}

/** Memory that the kernel reads, as a disk. */
class GuestDisk implements Disk {
  readonly sectorSize = 512;
  readonly base: number;

  constructor(
    private readonly sys: Librump,
    readonly size: number,
  ) {
    this.base = sys.kernel.malloc(size);
    if (this.base === 0) throw new SyscallError(ENOMEM, 'mmap');
    sys.u8.fill(0, this.base, this.base + size);
  }

  read(offset: number, length: number): Uint8Array {
    this.check(offset, length);
    return this.sys.u8.slice(this.base + offset, this.base + offset + length);
  }

  write(offset: number, data: Uint8Array): void {
    this.check(offset, data.length);
    this.sys.u8.set(data, this.base + offset);
  }

  flush(): void {}

  close(): void {
    this.sys.kernel.free(this.base);
  }

  private check(offset: number, length: number): void {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > this.size)
      throw new SyscallError(EINVAL, 'pread');
  }
}
