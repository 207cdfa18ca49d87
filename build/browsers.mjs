// SPDX-License-Identifier: BSD-2-Clause
/** The browsers that tests and benchmarks drive; Chromium is started as root, without a screen, and asks nobody. */
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

export const FIREFOX = process.env['FIREFOX'] ?? '/usr/bin/firefox-esr';
