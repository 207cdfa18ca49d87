// SPDX-License-Identifier: BSD-2-Clause
/** Hand a blob to the user as a download. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The click has taken its own reference by the next task.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
