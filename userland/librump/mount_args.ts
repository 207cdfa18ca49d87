// SPDX-License-Identifier: BSD-2-Clause
import type { GuestPtr } from '../abi.ts';
import { encode } from '../lib/bytes.ts';
import type { Librump } from './librump.ts';
import { writeS64 } from './struct_codec.ts';
import {
  iso_args,
  mfs_args,
  msdosfs_args,
  null_args,
  ptyfs_args,
  tmpfs_args,
  ufs_args,
  v7fs_args,
} from './structs.gen.ts';

/** Options "-o key=value" and bare words that belong to the file system and not to mount(2)'s flags. */
export type MountOptions = ReadonlyMap<string, string>;

const ISO_FLAGS: Readonly<Record<string, number>> = {
  norrip: 1,
  gens: 2,
  extatt: 4,
  nojoliet: 8,
  nocasetrans: 0x10,
  rrcaseins: 0x20,
};
const MSDOS_FLAGS: Readonly<Record<string, number>> = {
  shortnames: 1,
  longnames: 2,
  nowin95: 4,
  gemdosfs: 8,
  utf8: 0x20,
};

/** Byte orders of mount_v7fs -B; without it the kernel finds the one that fits. */
export const V7FS_ORDERS: Readonly<Record<string, number>> = { le: 1234, pdp: 3412, be: 4321 };

/** Which options each type understands, for the message about one it does not. */
export const TYPE_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  cd9660: Object.keys(ISO_FLAGS),
  msdos: [...Object.keys(MSDOS_FLAGS), 'uid', 'gid', 'mask', 'dirmask', 'gmtoff'],
  tmpfs: ['size', 'nodes', 'uid', 'gid', 'mode'],
  ptyfs: ['gid', 'mode'],
  v7fs: ['B'],
};

export interface EncodedArgs {
  readonly data: GuestPtr;
  readonly length: number;
  free(): void;
}

/** The argument structure of mount(2) for a type, in guest memory. */
export function encodeMountArgs(sys: Librump, type: string, source: string, options: MountOptions): EncodedArgs {
  const name = encode(source);
  const at = sys.kernel.malloc(512 + name.length);
  const { view, u8 } = sys;
  const spec = at + 256;
  u8.fill(0, at, at + 256);
  u8.set(name, spec);
  u8[spec + name.length] = 0;
  const number = (key: string, otherwise: number, radix = 10) => {
    const text = options.get(key);
    return text === undefined ? otherwise : Number.parseInt(text, radix);
  };
  const bits = (table: Readonly<Record<string, number>>) =>
    Object.entries(table).reduce((n, [k, v]) => n | (options.has(k) ? v : 0), 0);
  let length: number = ufs_args.size;
  switch (type) {
    case 'cd9660':
      view.setUint32(at + iso_args.fspec, spec, true);
      view.setInt32(at + iso_args.flags, bits(ISO_FLAGS), true);
      length = iso_args.size;
      break;
    case 'msdos':
      view.setUint32(at + msdosfs_args.fspec, spec, true);
      view.setUint32(at + msdosfs_args.uid, number('uid', 0), true);
      view.setUint32(at + msdosfs_args.gid, number('gid', 0), true);
      view.setUint32(at + msdosfs_args.mask, number('mask', 0o755, 8), true);
      view.setInt32(at + msdosfs_args.flags, bits(MSDOS_FLAGS) | 0x10, true);
      view.setInt32(at + msdosfs_args.version, 3, true);
      view.setUint32(at + msdosfs_args.dirmask, number('dirmask', number('mask', 0o755, 8), 8), true);
      view.setInt32(at + msdosfs_args.gmtoff, number('gmtoff', 0), true);
      length = msdosfs_args.size;
      break;
    case 'tmpfs':
      view.setInt32(at + tmpfs_args.ta_version, 1, true);
      writeS64(view, at + tmpfs_args.ta_nodes_max, number('nodes', 0));
      writeS64(view, at + tmpfs_args.ta_size_max, byteSize(options.get('size')));
      view.setUint32(at + tmpfs_args.ta_root_uid, number('uid', 0), true);
      view.setUint32(at + tmpfs_args.ta_root_gid, number('gid', 0), true);
      view.setUint32(at + tmpfs_args.ta_root_mode, number('mode', 0o1777, 8), true);
      length = tmpfs_args.size;
      break;
    case 'ptyfs':
      view.setInt32(at, 2, true);
      view.setUint32(at + 4, number('gid', 4), true);
      view.setUint32(at + 8, number('mode', 0o620, 8), true);
      length = ptyfs_args.size;
      break;
    case 'v7fs':
      view.setUint32(at + v7fs_args.fspec, spec, true);
      view.setInt32(at + v7fs_args.endian, V7FS_ORDERS[options.get('B') ?? ''] ?? 0, true);
      length = v7fs_args.size;
      break;
    case 'mfs': // only for a change of flags: mount_mfs(8) has the memory
      length = mfs_args.size;
      break;
    case 'null':
      view.setUint32(at + null_args.nulla_target, spec, true);
      length = null_args.size;
      break;
    case 'kernfs':
    case 'procfs':
    case 'fdesc':
      length = 0;
      break;
    default:
      view.setUint32(at + ufs_args.fspec, spec, true);
  }
  return { data: length === 0 ? 0 : at, length, free: () => sys.kernel.free(at) };
}

function byteSize(text: string | undefined): number {
  const m = /^([0-9]+)([kmgb]?)$/i.exec(text ?? '0');
  const unit = { '': 1, b: 1, k: 1024, m: 1048576, g: 1073741824 }[(m?.[2] ?? '').toLowerCase()] ?? 1;
  return Number(m?.[1] ?? 0) * unit;
}
