// SPDX-License-Identifier: BSD-2-Clause
/** xterm.js in two parts: what the prompt needs, and what can follow it. */
export async function loadXterm() {
  const [{ Terminal }, { FitAddon }] = await Promise.all([import('@xterm/xterm'), import('@xterm/addon-fit')]);
  return { Terminal, FitAddon };
}

export async function loadAddons() {
  const [{ SearchAddon }, { SerializeAddon }, { WebLinksAddon }] = await Promise.all([
    import('@xterm/addon-search'),
    import('@xterm/addon-serialize'),
    import('@xterm/addon-web-links'),
  ]);
  return { SearchAddon, SerializeAddon, WebLinksAddon };
}
