// SPDX-License-Identifier: BSD-2-Clause
export function buildBorder(options?: { readonly own?: boolean }): Promise<string>;
