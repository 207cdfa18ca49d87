// SPDX-License-Identifier: BSD-2-Clause
/** Why an image cannot be used: one line for the person, further lines with what to do. */
export class ImageError extends Error {}
