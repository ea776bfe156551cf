import type { Writable } from "node:stream";

/**
 * Writes all of `text` and waits until the stream accepts more.
 *
 * So a reader that is slower than the cluster slows the commands down, and memory stays bounded. A destroyed stream
 * accepts nothing; its owner learns the reason from its `error` event.
 */
export async function write(stream: Writable, text: string): Promise<void> {
  if (stream.destroyed || stream.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      for (const event of ["drain", "close", "error"]) stream.off(event, done);
      resolve();
    };
    for (const event of ["drain", "close", "error"]) stream.on(event, done);
  });
}

/** Waits until all output has left the process, or the stream is closed. */
export async function flushed(stream: Writable): Promise<void> {
  if (stream.destroyed) return;
  await new Promise<void>((resolve) => {
    stream.once("close", resolve);
    stream.write("", () => resolve());
  });
}

/** Makes all that is written in this turn of the event loop one write. */
export function gathered(stream: Writable): void {
  if (stream.writableCorked > 0 || stream.destroyed) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}
