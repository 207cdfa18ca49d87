// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { HEAD_BYTES, imageKind, truncation } from './image_kind.ts';

function blank(size = HEAD_BYTES): { head: Uint8Array; view: DataView; text(at: number, value: string): void } {
  const head = new Uint8Array(size);
  const text = (at: number, value: string): void => head.set(new TextEncoder().encode(value), at);
  return { head, view: new DataView(head.buffer), text };
}

describe('imageKind', () => {
  it('knows ISO 9660 and its volume name', () => {
    const { head, view, text } = blank();
    text(16 * 2048 + 1, 'CD001');
    text(16 * 2048 + 40, 'INSTALL                         ');
    view.setUint32(16 * 2048 + 80, 500, true);
    view.setUint16(16 * 2048 + 128, 2048, true);
    const kind = imageKind(head, 500 * 2048);
    expect(kind).toMatchObject({ fs: 'cd9660', label: 'ISO 9660 "INSTALL"', mountable: true, accepted: true });
    expect(truncation(kind, 500 * 2048)).toBeUndefined();
    expect(truncation(kind, 250 * 2048)).toMatch(/Cut short.*50 %/);
  });

  it.each([
    [1, true, 8192],
    [1, false, 8192],
    [2, true, 65536],
    [2, false, 65536],
    [2, true, 8192],
  ] as const)('knows FFSv%i (little-endian %s) at %i', (version, little, at) => {
    const { head, view } = blank();
    view.setUint32(at + 1372, version === 1 ? 0x00011954 : 0x19540119, little);
    expect(imageKind(head, 1 << 20)).toMatchObject({
      fs: 'ffs',
      label: `FFSv${version}${little ? '' : ', big-endian'}`,
      mountable: true,
    });
  });

  it('knows FAT', () => {
    const { head, view } = blank();
    head.set([0xeb, 0x3c, 0x90]);
    view.setUint16(11, 512, true);
    head[16] = 2;
    view.setUint16(510, 0xaa55, true);
    expect(imageKind(head, 1 << 20)).toMatchObject({ fs: 'msdos', label: 'FAT', mountable: true, accepted: true });
  });

  it.each([
    [0, 0x2, 'ext2', true],
    [0x4, 0x2, 'ext3', true],
    [0x4, 0x242, 'ext4', true],
    [0x4, 0x246, 'ext4', false],
    [0x4, 0x2c2, 'ext4', false],
  ] as const)('knows ext2 with features %i and %i: %s', (compat, incompat, label, mountable) => {
    const ext = blank();
    ext.view.setUint16(1024 + 56, 0xef53, true);
    ext.view.setUint32(1024 + 4, 1024, true);
    ext.view.setUint32(1024 + 92, compat, true);
    ext.view.setUint32(1024 + 96, incompat, true);
    const kind = imageKind(ext.head, 1 << 20);
    expect(kind).toMatchObject({ fs: 'ext2fs', label, mountable, accepted: true, expectedSize: 1 << 20 });
    expect(kind.advice === undefined).toBe(mountable);
  });

  it('knows what it does not mount yet, and says so', () => {
    const gpt = blank();
    gpt.text(512, 'EFI PART');
    expect(imageKind(gpt.head, 1 << 20)).toMatchObject({ label: 'disk with GPT', mountable: false, accepted: true });
  });

  it('refuses what is no image, with advice', () => {
    expect(imageKind(new TextEncoder().encode('just a text\n'), 12)).toMatchObject({ accepted: false, label: 'text' });
    expect(imageKind(new Uint8Array(0), 0)).toMatchObject({ accepted: false, label: 'empty file' });
    expect(imageKind(Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0), 6).advice).toMatch(/gunzip/);
  });

  it('never throws on a short or random head', () => {
    for (let size = 0; size < 3000; size += 7) {
      const head = Uint8Array.from({ length: size }, (_unused, index) => (index * 37 + size) & 0xff);
      expect(() => imageKind(head, size)).not.toThrow();
    }
  });
});
