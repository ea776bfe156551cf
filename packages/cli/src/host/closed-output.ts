import { readSync } from "node:fs";
import { Writable } from "node:stream";
import { isNullDevice } from "./descriptor.ts";

/**
 * A stand-in for a standard output that was closed (`>&-`), whose first write fails; undefined when it is open.
 *
 * Node opens /dev/null for reading and writing in place of a closed descriptor, before any program can see it; shells open
 * it for writing only. A parent process may have opened it in the first way too, to discard everything: then
 * standard error is /dev/null as well, and only the exit status counts.
 */
export function closedOutput(): Writable | undefined {
  if (!isNullDevice(1) || isNullDevice(2) || !isReadable(1)) return undefined;
  return new Writable({
    write(_chunk, _encoding, done) {
      done(new Error("it is closed; use > /dev/null to discard it"));
    },
  });
}

function isReadable(fd: number): boolean {
  try {
    readSync(fd, new Uint8Array(1));
    return true;
  } catch {
    return false;
  }
}
