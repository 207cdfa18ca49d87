// SPDX-License-Identifier: BSD-2-Clause
import * as E from '../librump/errno.gen.ts';

export interface Inode {
  readonly ino: number;
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  rdev: number;
  mtime: number;
  name: string;
  parent: Inode | undefined;
  data?: Uint8Array | undefined;
  children?: Map<string, Inode> | undefined;
  target?: string;
}

/** The file tree of the FakeKernel. Results are a node or an errno. */
export class FakeTree {
  private nextIno = 2;
  readonly root: Inode = this.node('/', 0o040755, undefined);

  constructor() {
    for (const name of ['tmp', 'dev', 'etc', 'mnt']) this.create(this.root, name, 0o040755);
    const dev = this.root.children?.get('dev') as Inode;
    this.create(dev, 'null', 0o020666);
  }

  private node(name: string, mode: number, parent: Inode | undefined): Inode {
    const kind = mode & 0o170000;
    return {
      ino: this.nextIno++,
      mode,
      uid: 0,
      gid: 0,
      nlink: kind === 0o040000 ? 2 : 1,
      rdev: 0,
      mtime: 1_499_999_000,
      name,
      parent,
      ...(kind === 0o040000 ? { children: new Map() } : kind === 0o100000 ? { data: new Uint8Array(0) } : {}),
    };
  }

  create(dir: Inode, name: string, mode: number): Inode {
    const node = this.node(name, mode, dir);
    dir.children?.set(name, node);
    if (node.children) dir.nlink++;
    return node;
  }

  lookup(from: Inode, path: string, follow: boolean, depth = 0): Inode | number {
    if (path === '') return E.ENOENT;
    if (depth > 16) return E.ELOOP;
    let node = path.startsWith('/') ? this.root : from;
    const parts = path.split('/').filter((p) => p !== '');
    for (const [i, part] of parts.entries()) {
      if (!node.children) return E.ENOTDIR;
      if (part === '.') continue;
      if (part === '..') {
        node = node.parent ?? node;
        continue;
      }
      const next = node.children.get(part);
      if (next === undefined) return E.ENOENT;
      if (next.target !== undefined && (follow || i < parts.length - 1 || path.endsWith('/'))) {
        const found = this.lookup(node, next.target, true, depth + 1);
        if (typeof found === 'number') return found;
        node = found;
      } else node = next;
    }
    return node;
  }

  parentOf(from: Inode, path: string): { dir: Inode; name: string } | number {
    const trimmed = path.replace(/\/+$/, '');
    const slash = trimmed.lastIndexOf('/');
    const dir = slash < 0 ? from : this.lookup(from, trimmed.slice(0, slash) || '/', true);
    if (typeof dir === 'number') return dir;
    return dir.children ? { dir, name: trimmed.slice(slash + 1) } : E.ENOTDIR;
  }

  unlink(from: Inode, path: string): number {
    const at = this.parentOf(from, path);
    if (typeof at === 'number') return at;
    const node = at.dir.children?.get(at.name);
    if (!node) return E.ENOENT;
    at.dir.children?.delete(at.name);
    node.nlink--;
    if (node.children) at.dir.nlink--;
    return 0;
  }

  rename(from: Inode, a: string, b: string): number {
    const node = this.lookup(from, a, false);
    if (typeof node === 'number') return node;
    const to = this.parentOf(from, b);
    if (typeof to === 'number') return to;
    const there = to.dir.children?.get(to.name);
    if (there?.children && !node.children) return E.EISDIR;
    if (there?.children && there.children.size > 0) return E.ENOTEMPTY;
    this.unlink(from, a);
    to.dir.children?.set(to.name, node);
    node.name = to.name;
    node.parent = to.dir;
    node.nlink++;
    return 0;
  }

  truncate(node: Inode | undefined, length: number): number {
    if (!node?.data) return E.EINVAL;
    const next = new Uint8Array(length);
    next.set(node.data.subarray(0, length));
    node.data = next;
    return 0;
  }

  write(node: Inode, data: Uint8Array, offset: number): void {
    if (!node.data) return;
    if (offset + data.length > node.data.length) this.truncate(node, offset + data.length);
    node.data.set(data, offset);
    node.mtime++;
  }

  pathOf(node: Inode): string {
    if (!node.parent) return '/';
    const up = this.pathOf(node.parent);
    return up === '/' ? `/${node.name}` : `${up}/${node.name}`;
  }
}
