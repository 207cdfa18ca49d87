// SPDX-License-Identifier: BSD-2-Clause
/** The commands of fsdb(8) that look. */
import { bit, CylinderGroup } from '../cylinder_group.ts';
import { cgHeader } from '../geometry.ts';
import type { FsdbCommand } from './fsdb_commands.ts';
import { blocksText, inodeText, slotText, toName } from './fsdb_print.ts';
import { FsdbError, type FsdbSession } from './fsdb_session.ts';

export function number(text: string, what: string): number {
  const value = /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new FsdbError(`bad ${what} \`${text}'`);
  return value;
}

export function active(session: FsdbSession): string {
  return inodeText(session, 'current inode', session.current);
}

function blocks(session: FsdbSession): string {
  const direct: number[] = [];
  const indirect: number[] = [];
  session.blocks(session.current, (frag, _count, _lbn, level) => {
    (level > 0 ? indirect : direct).push(frag);
    return 'on';
  });
  return blocksText(session.current, direct, indirect);
}

/** Inodes in use of all groups whose header is whole. */
function* inodesInUse(session: FsdbSession): Generator<number> {
  const { disk, sb } = session;
  for (let c = 0; c < sb.ncg; c++) {
    const cg = new CylinderGroup(disk.read(cgHeader(sb, c) * sb.fsize, sb.bsize), sb.order);
    if (cg.problem(sb, c) !== undefined) continue;
    const map = cg.inodeMap(sb);
    for (let i = c === 0 ? 2 : 0; i < sb.ipg; i++) if (bit(map, i)) yield c * sb.ipg + i;
  }
}

function findBlocks(session: FsdbSession, wanted: readonly number[]): string {
  const { sb } = session;
  const fragsOf = sb.fsize / 512;
  const left = new Map(wanted.map((sector) => [sector, Math.floor(sector / fragsOf)]));
  let text = '';
  for (const ino of inodesInUse(session)) {
    session.blocks(ino, (frag, count, _lbn, level) => {
      for (const [sector, address] of left) {
        if (address < frag || address >= frag + count) continue;
        text += `${sector}: ${level > 0 ? 'indirect' : 'data'} block of inode ${ino}\n`;
        left.delete(sector);
      }
      return left.size === 0 ? 'stop' : 'on';
    });
    if (left.size === 0) break;
  }
  for (const sector of left.keys()) text += `${sector}: no inode has it\n`;
  return text;
}

function list(session: FsdbSession): string {
  let text = '';
  session.slots((slot) => {
    text += slotText(session.sb, slot);
    return true;
  });
  return text;
}

export const LOOK_COMMANDS: readonly FsdbCommand[] = [
  {
    names: ['inode'],
    args: [1, 1],
    help: 'Set active inode to INUM',
    run: (session, [ino]) => {
      session.select(number(ino as string, 'inode number'));
      return active(session);
    },
  },
  {
    names: ['lookup', 'cd'],
    args: [1, 1],
    help: 'Set active inode by looking up NAME',
    run: (session, [name]) => {
      session.lookup(toName(name as string));
      return active(session);
    },
  },
  {
    names: ['back'],
    args: [0, 0],
    help: 'Go to previous active inode',
    run: (session) => {
      session.back();
      return active(session);
    },
  },
  { names: ['active', 'print'], args: [0, 0], help: 'Print active inode', run: active },
  { names: ['ls'], args: [0, 0], help: 'List current inode as directory', run: list },
  { names: ['blks'], args: [0, 0], help: "List current inode's data blocks", run: blocks },
  {
    names: ['findblk'],
    args: [1, 32],
    help: 'Find inode owning disk block(s)',
    run: (session, words) =>
      findBlocks(
        session,
        words.map((word) => number(word, 'disk block number')),
      ),
  },
];
