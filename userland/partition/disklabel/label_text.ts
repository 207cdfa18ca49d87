// SPDX-License-Identifier: BSD-2-Clause
/** A disklabel as text, as disklabel(8) prints it and takes it back from a prototype file. */
import { FS_TYPES } from '../../disk/partitions/disklabel.ts';
import { type Label, type LabelNumber, type LabelPartition, MOST_PARTITIONS, unusedPartition } from './label.ts';

// biome-ignore format: a table
const DISK_TYPES = ['unknown', 'SMD', 'MSCP', 'old DEC', 'SCSI', 'ESDI', 'ST506', 'HP-IB', 'HP-FL', 'type 9', 'floppy', 'ccd', 'vnd', 'ATAPI', 'RAID', 'ld', 'jfs', 'cgd', 'vinum', 'flash', 'dm', 'rumpd', 'md'];
const FLAGS = ['removable', 'ecc', 'badsect', 'ramdisk'];
const FFS = 7;
const LFS = 9;
const ISO9660 = 12;

/** Lines of numbers between the flags and the partitions, in order. */
const ROWS: readonly (readonly [text: string, name: LabelNumber, comment?: string])[] = [
  ['bytes/sector', 'secsize'],
  ['sectors/track', 'nsectors'],
  ['tracks/cylinder', 'ntracks'],
  ['sectors/cylinder', 'secpercyl'],
  ['cylinders', 'ncylinders'],
  ['total sectors', 'secperunit'],
  ['rpm', 'rpm'],
  ['interleave', 'interleave'],
  ['trackskew', 'trackskew'],
  ['cylinderskew', 'cylskew'],
  ['headswitch', 'headswitch', '\t\t# microseconds'],
  ['track-to-track seek', 'trkseek', '\t# microseconds'],
  ['drivedata', 'drivedata', ' '],
];

export class LabelTextError extends Error {}

export function formatLabel(label: Label, path: string): string {
  const { numbers } = label;
  const flags = FLAGS.filter((_, bit) => (numbers.flags & (1 << bit)) !== 0).map((flag) => ` ${flag}`);
  const type = DISK_TYPES[numbers.type] ?? String(numbers.type);
  const head = `# ${path}:\ntype: ${type}\ndisk: ${label.typename}\nlabel: ${label.packname}\nflags:${flags.join('')}\n`;
  const rows = ROWS.map(([text, name, comment]) => `${text}: ${numbers[name]}${comment ?? ''}\n`);
  const used = label.partitions.flatMap((part, i) => (part.size === 0 ? [] : [partitionLine(label, part, i)]));
  return `${head}${rows.join('')}\n${label.partitions.length} partitions:\n#        size    offset     fstype [fsize bsize cpg/sgs]\n${used.join('')}`;
}

function partitionLine(label: Label, part: LabelPartition, index: number): string {
  const pad = (value: number | string, width: number) => String(value).padStart(width);
  const type = FS_TYPES[part.fstype] ?? String(part.fstype);
  const start = ` ${String.fromCharCode(97 + index)}: ${pad(part.size, 9)} ${pad(part.offset, 9)} ${pad(type, 10)}`;
  let detail = ' '.repeat(20);
  if (part.fstype === FFS || part.fstype === LFS)
    detail = ` ${pad(part.fsize, 5)} ${pad(part.fsize * part.frag, 5)} ${pad(part.cpg, 5)}  `;
  else if (part.fstype === 0) detail = ` ${pad(part.fsize, 5)} ${pad(part.fsize * part.frag, 5)}        `;
  else if (part.fstype === ISO9660) detail = ` ${pad(part.fsize, 6)}             `;
  return `${start}${detail}${cylinders(label.numbers.secpercyl, part)}\n`;
}

function cylinders(perCylinder: number, { offset, size }: LabelPartition): string {
  if (perCylinder === 0) return '';
  const last = offset + size - 1;
  const from = `${String(Math.floor(offset / perCylinder)).padStart(6)}${offset % perCylinder === 0 ? ' ' : '*'}`;
  const to = `${String(Math.floor(last / perCylinder)).padStart(6)}${(last + 1) % perCylinder === 0 ? '' : '*'}`;
  return `# (Cyl. ${from}- ${to})`;
}

/** As an entry of disktab(5). */
export function formatDisktab(label: Label, name: string): string {
  const n = label.numbers;
  const head = `${label.typename || name}|Automatically generated label:\\\n\t:dt=${DISK_TYPES[n.type] ?? 'unknown'}:se#${n.secsize}:ns#${n.nsectors}:nt#${n.ntracks}:sc#${n.secpercyl}:nc#${n.ncylinders}:\\\n\t:su#${n.secperunit}:rm#${n.rpm}:`;
  const rows = label.partitions.flatMap((part, i) => {
    if (part.size === 0) return [];
    const c = String.fromCharCode(97 + i);
    const type = part.fstype === 0 ? '' : `t${c}=${FS_TYPES[part.fstype] ?? part.fstype}:`;
    const ffs = part.fstype === FFS ? `b${c}#${part.fsize * part.frag}:f${c}#${part.fsize}:` : '';
    return [`\\\n\t:p${c}#${part.size}:o${c}#${part.offset}:${ffs}${type}`];
  });
  return `${head}${rows.join('')}\n`;
}

/** The label the text describes; what it leaves out is that of `base`. @throws LabelTextError with the line */
export function parseLabel(text: string, base: Label): Label {
  const label: Label = { ...base, numbers: { ...base.numbers }, partitions: [] };
  for (const [i, line] of text.split('\n').entries()) {
    const body = line.replace(/#.*$/, '').trim();
    if (body === '') continue;
    const fault = parseLine(label, body);
    if (fault !== undefined) throw new LabelTextError(`line ${i + 1}: ${fault}`);
  }
  return label;
}

/** What is wrong, or undefined. */
function parseLine(label: Label, line: string): string | undefined {
  const count = /^(\d+)\s+partitions:$/.exec(line);
  if (count !== null) {
    const n = Number(count[1]);
    if (n < 1 || n > MOST_PARTITIONS) return 'bad # of partitions';
    while (label.partitions.length < n) label.partitions.push(unusedPartition());
    return undefined;
  }
  const colon = line.indexOf(':');
  if (colon < 0) return 'too many/few fields: no colon';
  const name = line.slice(0, colon).trim();
  const value = line.slice(colon + 1).trim();
  if (/^[a-z]$/.test(name)) return parsePartition(label, name, value.split(/\s+/));
  if (name === 'disk') label.typename = value;
  else if (name === 'label') label.packname = value;
  else if (name === 'type') return parseType(label, value);
  else if (name === 'flags') return parseFlags(label, value);
  else return parseNumber(label, name, value);
  return undefined;
}

function parseType(label: Label, value: string): string | undefined {
  const named = DISK_TYPES.indexOf(value);
  const type = named >= 0 ? named : number(value, 0xffff);
  if (type === undefined) return `unknown disk type: ${value}`;
  label.numbers.type = type;
  return undefined;
}

function parseFlags(label: Label, value: string): string | undefined {
  label.numbers.flags = 0;
  for (const word of value.split(/\s+/).filter((w) => w !== '')) {
    const bit = FLAGS.indexOf(word);
    if (bit < 0) return `bad flag: ${word}`;
    label.numbers.flags |= 1 << bit;
  }
  return undefined;
}

function parseNumber(label: Label, name: string, value: string): string | undefined {
  const row = ROWS.find(([text]) => text === name);
  if (row === undefined) return `unknown field: ${name}`;
  const parsed = number(value.split(/\s+/)[0] ?? '', 0xffffffff);
  if (parsed === undefined) return `bad ${name}: ${value}`;
  label.numbers[row[1]] = parsed;
  return undefined;
}

function parsePartition(label: Label, letter: string, words: readonly string[]): string | undefined {
  const index = letter.charCodeAt(0) - 97;
  if (index >= MOST_PARTITIONS) return `bad partition name: ${letter}`;
  if (index >= label.partitions.length)
    return `partition name out of range a-${String.fromCharCode(96 + label.partitions.length)}: ${letter}`;
  const [size, offset] = words.slice(0, 2).map((word) => number(word, 0xffffffff));
  if (size === undefined || offset === undefined) return `bad partition size or offset`;
  const type = words[2] ?? '';
  const named = FS_TYPES.indexOf(type);
  const two = FS_TYPES.indexOf(`${type} ${words[3] ?? ''}`);
  const fstype = two >= 0 ? two : named >= 0 ? named : number(type, 255);
  if (fstype === undefined) return `unknown file system type: ${type}`;
  const [fsize = 0, bsize = 0, cpg = 0] = words.slice(two >= 0 ? 4 : 3).map((word) => number(word, 0xffffffff) ?? 0);
  const frag = fsize === 0 ? 0 : Math.floor(bsize / fsize);
  if (frag > 255 || cpg > 0xffff) return 'bad fragment size or cylinders/group';
  label.partitions[index] = { size, offset, fstype, fsize, frag, cpg };
  return undefined;
}

function number(text: string, most: number): number | undefined {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) return undefined;
  return Number(text) <= most ? Number(text) : undefined;
}
