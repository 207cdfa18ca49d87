// SPDX-License-Identifier: BSD-2-Clause
export const CHROMIUM: string;
export const CHROMIUM_ARGS: string[];
export const FIREFOX: string;
