// SPDX-License-Identifier: BSD-2-Clause
/** Chains of clusters: walked, claimed for one owner, cut. */
import type { Volume } from './volume.ts';

/** How a walk came to its end. */
export type ChainEnd = 'end' | 'free' | 'bad' | 'outside' | 'taken' | 'loop' | 'limit';

export interface Chain {
  /** Clusters that belong to it. */
  readonly length: number;
  /** The last of them, 0 when there are none. */
  readonly last: number;
  readonly end: ChainEnd;
  /** The cluster at which it went wrong. */
  readonly at: number;
}

/**
 * Follow a chain from `start` while its clusters are good, not `taken`, and fewer than `limit`; tell `visit` of each.
 * The caller's `taken` must say so of what was visited, or `limit` must be finite, for a loop to end.
 */
export function walkChain(
  volume: Volume,
  start: number,
  limit: number,
  taken: (cluster: number) => boolean,
  visit: (cluster: number) => void,
): Chain {
  const { fat } = volume;
  let length = 0;
  let last = 0;
  for (let at = start; ; ) {
    if (!fat.isCluster(at))
      return { length, last, end: length > 0 && fat.meaning(at) === 'end' ? 'end' : 'outside', at };
    const value = fat.get(at);
    const meaning = fat.meaning(value);
    if (meaning === 'free' || meaning === 'bad') return { length, last, end: meaning, at };
    if (taken(at)) return { length, last, end: 'taken', at };
    if (length === limit) return { length, last, end: 'limit', at };
    visit(at);
    length++;
    last = at;
    at = value;
  }
}

/** Walk and claim; what is claimed, or trusted to be another's, ends it. */
export function claimChain(
  volume: Volume,
  start: number,
  consistent: boolean,
  limit = Number.POSITIVE_INFINITY,
): Chain {
  const { claimed, trusted } = volume;
  const taken = (cluster: number) => claimed.has(cluster) || (!consistent && trusted.has(cluster));
  const chain = walkChain(volume, start, limit, taken, (cluster) => claimed.add(cluster));
  if (chain.end !== 'taken' || chain.length === 0) return chain;
  return isOwn(volume, start, chain) ? { ...chain, end: 'loop' } : chain;
}

/** True when the cluster at which the walk ended is one of its own. */
function isOwn({ fat }: Volume, start: number, { length, at }: Chain): boolean {
  let cluster = start;
  for (let i = 0; i < length; i++) {
    if (cluster === at) return true;
    cluster = fat.get(cluster);
  }
  return false;
}

/** Make the chain end with its last good cluster. */
export function cutChain({ fat }: Volume, chain: Chain): void {
  if (chain.last !== 0) fat.set(chain.last, fat.endMark);
}

/** Free what hangs on `start` and belongs to nobody. @returns clusters freed */
export function freeChain(volume: Volume, start: number): number {
  const { fat, claimed, trusted } = volume;
  let freed = 0;
  for (let at = start; fat.isCluster(at) && !claimed.has(at) && !trusted.has(at); ) {
    const value = fat.get(at);
    if (fat.meaning(value) === 'free' || fat.meaning(value) === 'bad') break;
    fat.set(at, 0);
    freed++;
    at = value;
  }
  return freed;
}

/** The words for where a chain went wrong. */
export function describeEnd({ end, at }: Chain): string {
  switch (end) {
    case 'end':
    case 'limit':
      return 'ends';
    case 'free':
      return `continues with free cluster ${at}`;
    case 'bad':
      return `continues with bad cluster ${at}`;
    case 'outside':
      return `continues with cluster out of range (${at})`;
    case 'taken':
      return `is cross-linked at cluster ${at}`;
    case 'loop':
      return `loops at cluster ${at}`;
  }
}
