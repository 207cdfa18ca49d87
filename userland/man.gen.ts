// SPDX-License-Identifier: BSD-2-Clause
export const MAN_PAGES: Readonly<Record<string, string>> = {};
