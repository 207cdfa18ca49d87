// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from './command_line.ts';
import { FILE_COMMANDS } from './commands.ts';
import type { FileCommandName } from './names.ts';

/** [image, type, mount options, words for the program] of a command line. */
function parsed(text: string): unknown {
  const [name, ...words] = text.split(' ');
  const line = parseCommandLine(FILE_COMMANDS[name as FileCommandName], words);
  return line === undefined ? undefined : [line.image, line.type, line.options.join(), line.args.join(' ')];
}

describe('parseCommandLine', () => {
  it('finds the image behind options, with and without values', () => {
    expect(parsed('ls -lt d.img /etc')).toEqual(['d.img', undefined, '', '-lt /etc']);
    expect(parsed('touch -t 202001020304 d.img f')).toEqual(['d.img', undefined, '', '-t 202001020304 f']);
    expect(parsed('head -n 3 d.img f')).toEqual(['d.img', undefined, '', '-n 3 f']);
    expect(parsed('head -n3 d.img f')).toEqual(['d.img', undefined, '', '-n3 f']);
    expect(parsed('chmod -R d.img -w f')).toEqual(['d.img', undefined, '', '-R -w f']);
    expect(parsed('cat d.img - f')).toEqual(['d.img', undefined, '', '- f']);
    expect(parsed('ls -l')).toBeUndefined();
  });

  it('takes a type and options of mount in front of the image only', () => {
    expect(parsed('ls -t ufs -l d.img')).toEqual(['d.img', 'ffs', '', '-l']);
    expect(parsed('ls -t d.img')).toEqual(['d.img', undefined, '', '-t']);
    expect(parsed('touch -t ext4 -o log,noatime d.img f')).toEqual(['d.img', 'ext2fs', 'log,noatime', 'f']);
    expect(parsed('ls -o d.img')).toEqual(['d.img', undefined, '', '-o']);
    expect(parsed('ls d.img -t ffs')).toEqual(['d.img', undefined, '', '-t ffs']);
  });

  it('knows the bundles of tar', () => {
    expect(parsed('tar czf out.tgz d.img etc')).toEqual(['d.img', undefined, '', 'czf out.tgz etc']);
    expect(parsed('tar cbf 40 out.tar d.img')).toEqual(['d.img', undefined, '', 'cbf 40 out.tar']);
    expect(parsed('tar -xf in.tar --exclude *.o d.img -C usr')).toEqual([
      'd.img',
      undefined,
      '',
      '-xf in.tar --exclude *.o -C usr',
    ]);
  });

  it('completes what the plain program takes from its current directory', () => {
    expect(parsed('find d.img -name x')).toEqual(['d.img', undefined, '', '/ -name x']);
    expect(parsed('find -H d.img')).toEqual(['d.img', undefined, '', '-H /']);
    expect(parsed('df -h d.img')).toEqual(['d.img', undefined, '', '-h /']);
  });

  it('knows which commands write', () => {
    const writes = (name: FileCommandName, text: string): boolean => FILE_COMMANDS[name].writes(text.split(' '));
    expect([writes('tar', '-cf xx.tar'), writes('tar', 'xf a.tar'), writes('tar', '-zxf a')]).toEqual([
      false,
      true,
      true,
    ]);
    expect([writes('find', '/ -print'), writes('find', '/ -delete'), writes('get', 'f')]).toEqual([false, true, false]);
  });
});
