// SPDX-License-Identifier: BSD-2-Clause
/** The archive is not what tar writes. */
export class TarError extends Error {}
