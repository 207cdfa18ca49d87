// SPDX-License-Identifier: BSD-2-Clause
/** Names of the commands in commands.ts, for the entry, which loads no program that it does not run. */
// biome-ignore format: a table
export const FILE_COMMAND_NAMES = ['cat', 'chflags', 'chgrp', 'chmod', 'chown', 'cksum', 'cmp', 'cp', 'df', 'du', 'find', 'get', 'grep', 'head', 'hexdump', 'ln', 'ls', 'md5', 'mkdir', 'mkfifo', 'mknod', 'mv', 'put', 'readlink', 'rm', 'rmdir', 'sha256', 'stat', 'tail', 'tar', 'touch', 'wc'] as const;

export type FileCommandName = (typeof FILE_COMMAND_NAMES)[number];

export function isFileCommand(word: string): word is FileCommandName {
  return (FILE_COMMAND_NAMES as readonly string[]).includes(word);
}

/** Programs for images that are not mounted. */
// biome-ignore format: a table
export const DISK_TOOL_NAMES = ['disklabel', 'dumpfs', 'fdisk', 'fsck', 'fsck_ext2fs', 'fsck_ffs', 'fsck_msdos', 'fsck_v7fs', 'gpt', 'mbr', 'newfs', 'newfs_ext2fs', 'newfs_msdos', 'newfs_v7fs', 'tunefs'] as const;

export type DiskToolName = (typeof DISK_TOOL_NAMES)[number];

export function isDiskTool(word: string): word is DiskToolName {
  return (DISK_TOOL_NAMES as readonly string[]).includes(word);
}
