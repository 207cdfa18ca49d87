// SPDX-License-Identifier: BSD-2-Clause
import type { Termios } from '../librump/structs.ts';

const BRKINT = 0x2;
const ICRNL = 0x100;
const IXON = 0x200;
const ECHO = 0x8;
const ISIG = 0x80;
const ICANON = 0x100;
const IEXTEN = 0x400;
const VMIN = 16;
const VTIME = 17;

/** Prompt text without escape sequences. */
export function visibleText(prompt: string): string {
  return prompt.replace(/\x1b\[[0-9;]*[A-Za-z]|\x1b\][^\x07]*\x07/g, '');
}

/** Termios for the editor: every key at once, no echo, no signals; output processing stays. */
export function rawModes(modes: Termios): Termios {
  const cc = [...modes.cc];
  cc[VMIN] = 1;
  cc[VTIME] = 0;
  return {
    ...modes,
    iflag: modes.iflag & ~(BRKINT | ICRNL | IXON),
    lflag: modes.lflag & ~(ECHO | ICANON | ISIG | IEXTEN),
    cc,
  };
}
