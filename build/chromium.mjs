// SPDX-License-Identifier: BSD-2-Clause
/** The browser that tests and benchmarks drive, and how it is started: as root, without a screen, and asking nobody. */
export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
