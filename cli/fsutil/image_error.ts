// SPDX-License-Identifier: BSD-2-Clause
/** Why an image cannot be used: one line for the person, further lines with what to do. */
export class ImageError extends Error {}

/** The file has no file system as it is: it may be packed, or in a format of a virtual machine. */
export class NoFileSystem extends ImageError {}
