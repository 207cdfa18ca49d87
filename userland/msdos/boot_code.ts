// SPDX-License-Identifier: BSD-2-Clause
/**
 * What a PC runs when it starts from a disk that has no system: a message, a key, the next disk. 16-bit code at 0x7c00,
 * written for this file; the parameter block is laid over bytes 3 to 89 (FAT32) or 3 to 61.
 */

const MESSAGE = 'Non-system disk\r\nPress any key to reboot\r\n';

/** Assembled by hand; `message` is the address of the text. */
function code(message: number): number[] {
  return [
    0xfa, //                                  cli
    0x31,
    0xc0, //                            xor ax, ax
    0x8e,
    0xd8, //                            mov ds, ax
    0x8e,
    0xd0, //                            mov ss, ax
    0xbc,
    0x00,
    0x7c, //                      mov sp, 0x7c00
    0xfb, //                                  sti
    0xfc, //                                  cld
    0xbe,
    message & 0xff,
    message >> 8, //    mov si, message
    0xac, //                            next: lodsb
    0x84,
    0xc0, //                            test al, al
    0x74,
    0x09, //                            jz key
    0xb4,
    0x0e, //                            mov ah, 0x0e
    0xbb,
    0x07,
    0x00, //                      mov bx, 7
    0xcd,
    0x10, //                            int 0x10
    0xeb,
    0xf2, //                            jmp next
    0x31,
    0xc0, //                       key: xor ax, ax
    0xcd,
    0x16, //                            int 0x16
    0xcd,
    0x19, //                            int 0x19
  ];
}

/** @param start  first byte behind the parameter block */
function bootSector(start: number): Uint8Array {
  const sector = new Uint8Array(512);
  sector.set([0xeb, start - 2, 0x90]);
  const body = code(0);
  const text = start + body.length;
  sector.set(code(0x7c00 + text), start);
  for (let i = 0; i < MESSAGE.length; i++) sector[text + i] = MESSAGE.charCodeAt(i);
  sector.set([0x55, 0xaa], 510);
  return sector;
}

/** For FAT12 and FAT16, and for FAT32. */
export const BOOT_CODE = { narrow: bootSector(62), wide: bootSector(90) } as const;
