// SPDX-License-Identifier: BSD-2-Clause
import { textWidth } from './char_width.ts';

const INDENT = 5;

/** A manual page in Markdown as terminal text: headings bold, `code` and **strong** bold, _words_ underlined. */
export function renderPage(markdown: string, width: number, escapes: boolean): string {
  const out: string[] = [];
  const bold = (s: string) => (escapes ? `\x1b[1m${s}\x1b[m` : s);
  const under = (s: string) => (escapes ? `\x1b[4m${s}\x1b[m` : s);
  const inline = (s: string) =>
    s.replace(
      /`([^`]+)`|\*\*([^*]+)\*\*|(?<![\w*_])[_*]([^_*\s][^_*]*)[_*](?!\w)/g,
      (_, code?: string, strong?: string, em?: string) => (em === undefined ? bold(code ?? strong ?? '') : under(em)),
    );
  let paragraph: string[] = [];
  let indent = INDENT;
  const flush = () => {
    if (paragraph.length > 0) out.push(...fill(paragraph.join(' '), width, indent, inline));
    paragraph = [];
    indent = INDENT;
  };
  let code = false;
  for (const line of markdown.replace(/<!--[\s\S]*?-->\s*/g, '').split('\n')) {
    if (line.startsWith('```')) {
      flush();
      code = !code;
    } else if (code || line.startsWith('    ')) {
      flush();
      out.push(' '.repeat(INDENT + (code ? 4 : 0)) + line);
    } else if (line.startsWith('#')) {
      flush();
      const title = line.replace(/^#+ */, '');
      if (line.startsWith('# ')) out.push(bold(title));
      else {
        if (out[out.length - 1] !== '') out.push('');
        out.push(bold(title));
      }
    } else if (/^[-*] /.test(line)) {
      flush();
      paragraph = [line.slice(2)];
      indent = INDENT + 4;
      // "`-a`: text" hangs the text beside the option.
      const m = /^(`[^`]+`(?:,? `[^`]+`)*)[:]? +[-–—]? *(.*)$/.exec(line.slice(2));
      if (m) {
        const label = (m[1] as string).replace(/`/g, '');
        const text = fill(m[2] as string, width, INDENT + 12, inline);
        const first = text[0] ?? '';
        if (label.length <= 10) {
          out.push(`${' '.repeat(INDENT)}${bold(label)}${' '.repeat(12 - label.length)}${first.trimStart()}`);
          out.push(...text.slice(1));
        } else out.push(`${' '.repeat(INDENT)}${bold(label)}`, ...text);
        paragraph = [];
        indent = INDENT;
      }
    } else if (line.trim() === '') {
      flush();
      if (out[out.length - 1] !== '') out.push('');
    } else paragraph.push(line.trim());
  }
  flush();
  return `${out.join('\n').trimEnd()}\n`;
}

function fill(text: string, width: number, indent: number, inline: (s: string) => string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && textWidth(strip(line)) + 1 + textWidth(strip(word)) > width - indent) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines.map((l) => ' '.repeat(indent) + inline(l));
}

function strip(text: string): string {
  return text.replace(/[`*]/g, '');
}
