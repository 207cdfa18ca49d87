// SPDX-License-Identifier: BSD-2-Clause
/**
 * Hands an image to the user: raw, packed with gzip, or as qcow2, which leaves out what is empty (docs/adr/0007-export-formats.md).
 * It goes to a file the user picks where the browser lets pages write files, else to a download whose pieces the browser keeps
 * on disk; the image is never in memory as a whole.
 */
import { writeQcow2 } from '../../workers/stores/formats/qcow2_write';
import { isZero } from '../../workers/stores/record_store';
import type { DiskView } from '../kernel_api';
import { saveFile } from '../save_file';
import { viewPieces } from './image_view';

export type ExportFormat = 'raw' | 'gzip' | 'qcow2';

type Bytes = Uint8Array<ArrayBuffer>;

/** A file being written: anywhere, but 0 may come last. */
interface Target {
  write(at: number, bytes: Bytes): Promise<void>;
  /** The file has this length and is handed over. */
  finish(size: number): Promise<void>;
  abort(): Promise<void>;
}

type PickerWindow = Window & {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>;
};

const ENDING = { raw: '', gzip: '.gz', qcow2: '.qcow2' };

/** Tests take downloads; a picker window cannot be scripted. */
const PLAIN = new URLSearchParams(location.search).has('testing');

function nameFor(name: string, format: ExportFormat): string {
  const stem = name.replace(/\.(?:gz|zst|zip|qcow2|vmdk|vhd)$/i, '');
  return `${/\.[a-z0-9]{2,5}$/i.test(stem) ? stem : `${stem}.img`}${ENDING[format]}`;
}

/** Must be called while a click is handled. Rejects with AbortError when the user picks no file. */
export async function openTarget(name: string, format: ExportFormat): Promise<Target> {
  const fileName = nameFor(name, format);
  const pick = (window as PickerWindow).showSaveFilePicker;
  if (PLAIN || pick === undefined) return downloadTarget(fileName);
  const handle = await pick.call(window, { suggestedName: fileName });
  const file = await handle.createWritable();
  return {
    write: (position, data) => file.write({ type: 'write', position, data }),
    finish: async (size) => {
      await file.truncate(size);
      await file.close();
    },
    abort: () => file.abort(),
  };
}

/** Pieces as blobs, which browsers put on disk; what is missing between them is empty. */
function downloadTarget(name: string): Target {
  const parts = new Map<number, Blob>();
  return {
    write: async (at, bytes) => void parts.set(at, new Blob([bytes])),
    finish: async (size) => {
      const whole: Blob[] = [];
      let end = 0;
      for (const [at, part] of [...parts].sort(([a], [b]) => a - b)) {
        whole.push(...zeros(at - end), part);
        end = at + part.size;
      }
      whole.push(...zeros(size - end));
      saveFile(new Blob(whole), name);
    },
    abort: async () => parts.clear(),
  };
}

const HOLE = 1 << 20;
const hole = new Blob([new Uint8Array(HOLE)]);

function zeros(length: number): Blob[] {
  const out: Blob[] = [];
  for (let left = length; left > 0; left -= HOLE) out.push(left >= HOLE ? hole : hole.slice(0, left));
  return out;
}

/** Write all of a view; closes it. */
export async function exportImage(
  view: DiskView,
  format: ExportFormat,
  target: Target,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    await target.finish(await writeAs(format, view, counted(view, progress, signal), target));
  } catch (error) {
    await target.abort().catch(() => undefined);
    throw error;
  }
}

async function* counted(
  view: DiskView,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): AsyncGenerator<Bytes> {
  let done = 0;
  for await (const piece of viewPieces(view, signal)) {
    yield piece;
    done += piece.length;
    progress(done, view.size);
  }
}

/** Answers the length of the file. */
async function writeAs(
  format: ExportFormat,
  view: DiskView,
  pieces: AsyncGenerator<Bytes>,
  target: Target,
): Promise<number> {
  let end = 0;
  if (format === 'qcow2') {
    const sink = {
      write: async (at: number, bytes: Bytes): Promise<void> => {
        end = Math.max(end, at + bytes.length);
        await target.write(at, bytes);
      },
    };
    await writeQcow2(view.size, pieces, sink, isZero);
    return end;
  }
  const bytes = format === 'gzip' ? gzip(pieces) : split(pieces);
  for await (const piece of bytes) {
    if (format === 'gzip' || !isZero(piece)) await target.write(end, piece);
    end += piece.length;
  }
  return end;
}

/** Small enough that a file keeps its holes. */
async function* split(pieces: AsyncGenerator<Bytes>): AsyncGenerator<Bytes> {
  for await (const piece of pieces) for (let at = 0; at < piece.length; at += HOLE) yield piece.subarray(at, at + HOLE);
}

/** Small pieces of the compressor joined: a blob each would be many. */
async function* gzip(pieces: AsyncGenerator<Bytes>): AsyncGenerator<Bytes> {
  const source = new ReadableStream<Bytes>({
    pull: async (controller) => {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void (await pieces.return(undefined)),
  });
  const reader = source.pipeThrough(new CompressionStream('gzip')).getReader();
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const joined = (): Bytes => {
    const out = new Uint8Array(size);
    let at = 0;
    for (const part of waiting) {
      out.set(part, at);
      at += part.length;
    }
    waiting = [];
    size = 0;
    return out;
  };
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    waiting.push(next.value as Bytes);
    size += next.value.length;
    if (size >= HOLE) yield joined();
  }
  if (size > 0) yield joined();
}
