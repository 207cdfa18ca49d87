// SPDX-License-Identifier: BSD-2-Clause
import { S_IFREG, SF_LOG } from '../../dinode.ts';
import { SBLOCKSIZE } from '../../superblock.ts';
import type { ImageEdit } from './image_edit.ts';

export interface Damage {
  readonly name: string;
  readonly damage: (image: ImageEdit) => void;
  /** In what -y says. */
  readonly says: readonly RegExp[];
  /** Paths that are gone afterwards, with what is below; everything else is as it was. */
  readonly loses?: readonly (string | RegExp)[];
  /** Paths that are there afterwards. */
  readonly gains?: readonly RegExp[];
}

const LOST = /^\/lost\+found\/#\d+$/m;

const SUPERBLOCK: readonly Damage[] = [
  {
    name: 'no superblock',
    damage: (i) => i.disk.bytes.fill(0, i.sb.sblockloc, i.sb.sblockloc + SBLOCKSIZE),
    says: [
      /^BAD SUPER BLOCK: MAGIC NUMBER WRONG\n/,
      /LOOK FOR ALTERNATE SUPERBLOCKS\? yes\n/,
      /USING ALTERNATE SUPERBLOCK AT \d+\n/,
    ],
  },
  {
    name: 'a superblock that the copies contradict',
    damage: (i) => {
      i.sb.maxsymlinklen = 5;
      i.disk.bytes.set(i.sb.bytes, i.sb.sblockloc);
    },
    says: [/BAD SUPER BLOCK: VALUES IN SUPER BLOCK DISAGREE WITH THOSE IN FIRST ALTERNATE/, /USING ALTERNATE/],
  },
  {
    name: 'values of the superblock',
    damage: (i) => {
      i.sb.minfree = 120;
      i.sb.optim = 7;
      i.sb.maxfilesize = 5n;
      i.sb.qbmask = 1n;
      i.sb.qfmask = 1n;
      i.sb.flags |= 0x8000;
      i.disk.bytes.set(i.sb.bytes, i.sb.sblockloc);
    },
    says: [
      /UNDEFINED OPTIMIZATION IN SUPERBLOCK\nSET TO DEFAULT\? yes/,
      /IMPOSSIBLE MINFREE=120 IN SUPERBLOCK\nSET TO DEFAULT\? yes/,
      /INCORRECT MAXFILESIZE=5 IN SUPERBLOCK\nFIX\? yes/,
      /INCORRECT QBMASK=1 /,
      /INCORRECT QFMASK=1 /,
      /UNKNOWN FLAGS=0x8000 IN SUPERBLOCK\nCLEAR\? yes/,
    ],
  },
  {
    name: 'totals of the superblock',
    damage: (i) => {
      i.sb.nbfree += 3;
      i.sb.oldNbfree += 3;
      i.disk.bytes.set(i.sb.bytes, i.sb.sblockloc);
    },
    says: [/FREE BLK COUNT\(S\) WRONG IN SUPERBLK\nSALVAGE\? yes/],
  },
];

const INODES: readonly Damage[] = [
  {
    name: 'a bad block',
    damage: (i) => i.at('/dir/block').setDb(1, i.sb.size + 8),
    says: [
      /\d+ BAD I=\d+\n/,
      /DUP\/BAD {2}I=\d+ {2}OWNER=0 MODE=100\d+\nSIZE=20000 MTIME=.*\nFILE=\/dir\/block\n\nREMOVE\? yes/,
      /BAD\/DUP FILE/,
    ],
    loses: ['/dir/block'],
  },
  {
    name: 'blocks among the inodes',
    damage: (i) => i.at('/dir/indirect').setDb(3, i.sb.iblkno),
    says: [/\d+ BAD I=/],
    loses: ['/dir/indirect'],
  },
  {
    name: 'a block of two files',
    damage: (i) => i.at('/dir/block').setDb(0, i.at('/dir/indirect').db(2)),
    says: [/\d+ DUP I=/, /\*\* Phase 1b - Rescan For More DUPS\n\d+ DUP I=/],
    loses: ['/dir/block', '/dir/indirect'],
  },
  {
    name: 'very many bad blocks',
    damage: (i) => {
      const block = i.indirect(i.at('/dir/double').ib(0));
      for (let k = 0; k < 40; k++) i.setPointer(block, k, 3);
    },
    says: [/EXCESSIVE BAD BLKS I=\d+\nCONTINUE\? yes/],
    loses: ['/dir/double'],
  },
  {
    name: 'a bad indirect block',
    damage: (i) => i.at('/dir/double').setIb(0, 1),
    says: [/1 BAD I=/],
    loses: ['/dir/double'],
  },
  {
    name: 'a wrong block count',
    damage: (i) => {
      i.at('/dir/frags').blocks += 2;
    },
    says: [/INCORRECT BLOCK COUNT I=\d+ \(\d+ should be \d+\)\nCORRECT\? yes/],
  },
  {
    name: 'blocks behind the end',
    damage: (i) => {
      const di = i.at('/dir/small');
      di.setDb(5, di.db(0));
      di.setIb(2, 77);
    },
    says: [/PARTIALLY TRUNCATED INODE I=\d+\nSALVAGE\? yes/],
  },
  {
    name: 'pointers behind the end in an indirect block',
    damage: (i) => {
      const block = i.indirect(i.at('/dir/indirect').ib(0));
      i.setPointer(block, i.sb.nindir - 1, i.at('/dir/block').db(0));
    },
    says: [/PARTIALLY TRUNCATED INODE I=\d+\nSALVAGE\? yes/],
  },
  {
    name: 'a type that there is not',
    damage: (i) => {
      i.at('/dir/small').mode = 0o030644;
    },
    says: [/UNKNOWN FILE TYPE I=\d+\nCLEAR\? yes/, /UNALLOCATED {2}I=\d+ .*\n.*\nNAME=\/dir\/small\n\nREMOVE\? yes/],
    loses: ['/dir/small'],
  },
  {
    name: 'an impossible size',
    damage: (i) => {
      i.at('/dir/small').size = -5;
    },
    says: [/UNKNOWN FILE TYPE I=\d+/],
    loses: ['/dir/small'],
  },
  {
    name: 'a free inode with a name',
    damage: (i) => void i.at('/dir/zero').bytes.fill(0),
    says: [/UNALLOCATED/],
    loses: ['/dir/zero'],
  },
  {
    name: 'a free inode with blocks',
    damage: (i) => {
      i.at('/dir/small').mode = 0;
    },
    says: [/PARTIALLY ALLOCATED INODE I=\d+\nCLEAR\? yes/],
    loses: ['/dir/small'],
  },
  {
    name: 'link counts',
    damage: (i) => {
      i.at('/hard').nlink = 1;
      i.at('/dir').nlink = 9;
    },
    says: [
      /LINK COUNT FILE {2}I=\d+ .*\n.* COUNT 1 SHOULD BE 2\nADJUST\? yes/,
      /LINK COUNT DIR {2}I=\d+ .*\n.* COUNT 9 SHOULD BE 3\nADJUST\? yes/,
    ],
  },
  {
    name: 'a file that is marked as the journal',
    damage: (i) => {
      i.at('/dir/small').flags |= SF_LOG;
    },
    says: [/MARKED AS JOURNAL FILE {2}I=\d+ .*\n.*\nFIX\? yes/],
  },
  {
    name: 'a file without links or name',
    damage: (i) => {
      i.at('/dir/small').nlink = 0;
      i.setEntryInode('/dir/small', 0);
    },
    says: [/UNREF FILE {2}I=\d+ .*\n.*\nCLEAR\? yes/],
    loses: ['/dir/small'],
  },
];

const DIRECTORIES: readonly Damage[] = [
  {
    name: 'a file without a name',
    damage: (i) => i.setEntryInode('/dir/block', 0),
    says: [/UNREF FILE {2}I=\d+ .*\n.*\nRECONNECT\? yes\n\nNO lost\+found DIRECTORY\nCREATE\? yes/],
    loses: ['/dir/block'],
    gains: [LOST],
  },
  {
    name: 'a directory without a name',
    damage: (i) => i.setEntryInode('/dir/sub', 0),
    says: [/UNREF DIR {2}I=\d+/, /DIR I=\d+ CONNECTED\. PARENT WAS I=\d+/],
    loses: ['/dir/sub'],
    gains: [/^\/lost\+found\/#\d+\/deep\/leaf$/m],
  },
  {
    name: 'directories in a circle',
    damage: (i) => {
      const [sub, deep] = [i.find('/dir/sub'), i.find('/dir/sub/deep')];
      i.setEntryInode('/dir/sub/deep/leaf', sub);
      const inSub = i.entry(sub, '..');
      inSub.chunk.set(i.entry(deep, '.').chunk.subarray(0, 4), inSub.entry.at);
      i.setEntryInode('/dir/sub', 0);
    },
    says: [/UNREF DIR/, /CONNECTED/],
    loses: ['/dir/sub'],
    gains: [/^\/lost\+found\/#\d+\/leaf$/m, LOST],
  },
  {
    name: 'a second name of a directory',
    damage: (i) => i.setEntryInode('/dir/zero', i.find('/empty')),
    says: [/IS AN EXTRANEOUS HARD LINK TO DIRECTORY \/[a-z]+/],
    loses: ['/dir/zero'],
    gains: [LOST],
  },
  {
    name: 'wrong dots',
    damage: (i) => {
      i.setEntryInode('/dir/sub/.', 5);
      i.setEntryInode('/dir/sub/..', 3);
    },
    says: [
      /BAD INODE NUMBER FOR '\.' .*\n.*\nDIR=\S+\n\nFIX\? yes/,
      /BAD INODE NUMBER FOR '\.\.' .*\n.*\nDIR=\/dir\/sub\n/,
    ],
  },
  {
    name: 'no dots',
    damage: (i) => {
      i.renameEntry('/dir/sub/..', 'zz');
      i.renameEntry('/dir/sub/.', 'q');
    },
    says: [
      /MISSING '\.' .*\n.*\nDIR=\/dir\/sub\n\nFIX\? yes/,
      /\/dir\/sub\/q IS AN EXTRANEOUS HARD LINK TO DIRECTORY \/dir\/sub/,
    ],
  },
  {
    name: 'no second dot',
    damage: (i) => i.renameEntry('/dir/sub/..', 'zz'),
    says: [/MISSING '\.\.' .*\n.*\nDIR=\/dir\/sub\n\nFIX\? yes/],
  },
  {
    name: 'wrong types',
    damage: (i) => {
      i.setEntryType('/dir/small', 4);
      i.setEntryType('/dir/.', 8);
    },
    says: [/BAD TYPE VALUE {2}I=\d+ .*\n.*\nFILE=\/dir\/small\n\nFIX\? yes/, /BAD TYPE VALUE FOR '\.'/],
  },
  {
    name: 'a number that no inode has',
    damage: (i) => i.setEntryInode('/dir/small', 0xfffffff0),
    says: [/I OUT OF RANGE {2}I=4294967280 \nNAME=\/dir\/small\n\nREMOVE\? yes/],
    loses: ['/dir/small'],
    gains: [LOST],
  },
  {
    name: 'a broken chain of entries',
    damage: (i) => i.setEntryLength('/dir/sub/deep/leaf', 3),
    says: [/DIRECTORY CORRUPTED {2}I=\d+ .*\n.*\nDIR=\S+\n\nSALVAGE\? yes/, /UNREF FILE/],
    loses: ['/dir/sub/deep/leaf'],
    gains: [LOST],
  },
  {
    name: 'a directory that is all noise',
    damage: (i) => void i.chunks(i.find('/dir/sub'))[0]?.fill(0xa5),
    says: [/DIRECTORY CORRUPTED/, /MISSING '\.'/, /UNREF DIR/],
    loses: ['/dir/sub/deep'],
    gains: [/^\/lost\+found\/#\d+\/leaf$/m],
  },
  {
    name: 'an odd length',
    damage: (i) => {
      i.at('/dir/sub').size -= 100;
    },
    says: [/DIRECTORY \S+: LENGTH 412 NOT MULTIPLE OF 512\nADJUST\? yes/],
  },
  {
    name: 'a hole',
    damage: (i) => i.at('/many').setDb(1, 0),
    says: [/DIRECTORY \S+: CONTAINS EMPTY BLOCKS\nADJUST LENGTH\? yes/, /INCORRECT BLOCK COUNT/],
    loses: [/^\/many\/file-number-\d+$/],
    gains: [LOST],
  },
  {
    name: 'no length',
    damage: (i) => {
      i.at('/empty').size = 0;
    },
    says: [/ZERO LENGTH DIRECTORY {2}I=\d+/, /ZERO LENGTH DIR {2}I=/],
    loses: ['/empty'],
  },
  {
    name: 'no root',
    damage: (i) => void i.inode(2).bytes.fill(0),
    says: [/ROOT INODE UNALLOCATED\nALLOCATE\? yes/, /UNREF DIR/],
    loses: ['/dir', '/many', '/empty', '/short', '/long', '/hard'],
    gains: [/^\/lost\+found\/#\d+\/sub\/deep\/leaf$/m],
  },
  {
    name: 'a root that is a file',
    damage: (i) => {
      i.inode(2).mode = S_IFREG | 0o644;
    },
    says: [/ROOT INODE NOT DIRECTORY\nREALLOCATE\? yes/],
    loses: ['/dir', '/many', '/empty', '/short', '/long', '/hard'],
    gains: [/^\/lost\+found\/#\d+\/sub\/deep\/leaf$/m],
  },
];

const GROUPS: readonly Damage[] = [
  {
    name: 'maps of a group',
    damage: (i) => {
      i.setFree(i.at('/dir/block').db(0), true);
      i.group(0).inodeMap(i.sb)[3] = 0;
    },
    says: [/BLK\(S\) MISSING IN BIT MAPS\nSALVAGE\? yes/],
  },
  {
    name: 'counts of a group',
    damage: (i) => {
      i.group(0).nbfree += 5;
      i.group(0).setFrsum(1, 99);
    },
    says: [/SUMMARY INFORMATION BAD\nSALVAGE\? yes/],
  },
  {
    name: 'no group',
    damage: (i) => void i.group(0).bytes.fill(0),
    says: [/CG 0: BAD MAGIC NUMBER\nREBUILD\? yes/],
  },
  {
    name: 'the summary',
    damage: (i) => void i.disk.bytes.fill(0xff, i.sb.csaddr * i.sb.fsize, i.sb.csaddr * i.sb.fsize + 16),
    says: [/FREE BLK COUNT\(S\) WRONG IN SUPERBLK\nSALVAGE\? yes/],
  },
];

export const DAMAGES: readonly Damage[] = [...SUPERBLOCK, ...INODES, ...DIRECTORIES, ...GROUPS];
