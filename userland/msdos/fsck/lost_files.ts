// SPDX-License-Identifier: BSD-2-Clause
/** Phase 4 of fsck_msdos(8): clusters in use that no entry leads to. */
import { ATTR_DIRECTORY, DOT, DOTDOT, rawName, startCluster } from '../fat_dirent.ts';
import { type Chain, claimChain, cutChain } from './chain.ts';
import { checkBelow } from './check_directory.ts';
import { setDots } from './check_entry.ts';
import { Directory, maxDirectoryClusters } from './directory.ts';
import { LostDir } from './lost_dir.ts';
import { NumberSet } from './number_set.ts';
import type { Volume } from './volume.ts';

/** Chains that are asked about one by one when nothing will be done; the rest together. */
const MAX_SHOWN = 64;
const MAX_FILE = 0xffffffff;

export function recoverLostFiles(volume: Volume): void {
  new Recovery(volume).run();
}

class Recovery {
  private readonly lostDir: LostDir;
  /** Lost clusters that another lost one leads to. */
  private readonly inner = new NumberSet();
  /** LOST.DIR takes no more. */
  private full = false;
  private shown = 0;
  private rest = 0;
  private readonly restHeads: number[] = [];

  constructor(private readonly volume: Volume) {
    this.lostDir = new LostDir(volume);
  }

  run(): void {
    const { fat } = this.volume;
    let any = false;
    this.eachLost((_, value) => {
      any = true;
      if (fat.isCluster(value)) this.inner.add(value);
    });
    if (!any) return;
    // A directory brings what is below it: those first that are below no other lost one.
    for (const top of [true, false])
      this.eachHead((head) => {
        const parent = this.parentOf(head);
        if (parent !== undefined && (!top || !this.isLost(parent))) this.directory(head);
      });
    this.eachHead((head) => this.file(head));
    this.eachLost((cluster) => this.file(cluster));
    this.clearRest();
  }

  private isLost(cluster: number): boolean {
    const { fat, claimed } = this.volume;
    const meaning = fat.isCluster(cluster) ? fat.meaning(fat.get(cluster)) : 'free';
    return meaning !== 'free' && meaning !== 'bad' && !claimed.has(cluster);
  }

  private eachLost(body: (cluster: number, value: number) => void): void {
    this.volume.fat.eachUsed((cluster, value) => {
      if (this.isLost(cluster)) body(cluster, value);
    });
  }

  private eachHead(body: (head: number) => void): void {
    this.eachLost((cluster) => {
      if (!this.inner.has(cluster)) body(cluster);
    });
  }

  /** What `..` says in a cluster that begins like a directory of its own. */
  private parentOf(head: number): number | undefined {
    const { bits } = this.volume.geometry;
    const directory = Directory.ofClusters(this.volume, [head]);
    const [dot, dotdot] = [directory.slot(0), directory.slot(1)];
    if (rawName(dot) !== DOT || startCluster(dot, bits) !== head || rawName(dotdot) !== DOTDOT) return undefined;
    return startCluster(dotdot, bits);
  }

  private directory(head: number): void {
    const { volume } = this;
    const { unresolved } = volume.dialog;
    if (this.full) return;
    if (!volume.dialog.repair(`Lost directory at cluster ${head}`, 'RECONNECT', 'RECONNECTED')) {
      // The question comes again for its clusters.
      volume.dialog.unresolved = unresolved;
      return;
    }
    if (!this.hasRoom()) return;
    const chain = claimChain(volume, head, true, maxDirectoryClusters(volume));
    if (chain.end !== 'end') cutChain(volume, chain);
    const path = this.lostDir.add(head, ATTR_DIRECTORY, 0);
    const place = { path, start: head, parent: this.lostDir.start };
    setDots(volume, place);
    volume.files++;
    checkBelow(volume, place);
  }

  private file(head: number): void {
    const { dialog, geometry } = this.volume;
    const most = Math.floor(MAX_FILE / geometry.clusterBytes);
    const chain = claimChain(this.volume, head, true, most);
    if (this.shown++ >= MAX_SHOWN && (dialog.readonly || this.full)) {
      this.later(head, chain);
      return;
    }
    const message = `Lost cluster chain at cluster ${head}\n${chain.length} Cluster(s) lost`;
    const { unresolved } = dialog;
    const wanted = !this.full && dialog.repair(message, 'RECONNECT', 'RECONNECTED');
    if (wanted && this.hasRoom()) this.reconnect(head, chain);
    else if (this.full ? dialog.repair(message, 'CLEAR', 'CLEARED') : dialog.ask('CLEAR')) {
      this.clear(head, chain.length);
      dialog.unresolved = unresolved;
    }
  }

  private hasRoom(): boolean {
    if (this.lostDir.prepare()) return true;
    this.full = true;
    this.volume.dialog.note('No room in LOST.DIR');
    return false;
  }

  private reconnect(head: number, chain: Chain): void {
    if (chain.end !== 'end') cutChain(this.volume, chain);
    this.lostDir.add(head, 0, chain.length * this.volume.geometry.clusterBytes);
    this.volume.files++;
  }

  private later(head: number, chain: Chain): void {
    this.rest += chain.length;
    this.restHeads.push(head, chain.length);
  }

  private clear(head: number, length: number): void {
    const { fat } = this.volume;
    let at = head;
    for (let i = 0; i < length; i++) {
      const next = fat.get(at);
      fat.set(at, 0);
      at = next;
    }
  }

  private clearRest(): void {
    const chains = this.restHeads.length / 2;
    if (chains === 0) return;
    if (
      !this.volume.dialog.repair(`${chains} more lost cluster chains\n${this.rest} Cluster(s) lost`, 'CLEAR', 'CLEARED')
    )
      return;
    for (let i = 0; i < this.restHeads.length; i += 2)
      this.clear(this.restHeads[i] as number, this.restHeads[i + 1] as number);
  }
}
