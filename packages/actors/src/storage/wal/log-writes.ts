import {
  indexAfter,
  LOG_START,
  type Entry,
  type Index,
  type LogPosition,
  type Membership,
  type Term,
} from "@kontiki/core";
import type { CommandBytes } from "../storage.ts";
import type { RecordCursor } from "./record-cursor.ts";
import { readWrites, type LogChanges, type LogWrite } from "./wal-records.ts";

/**
 * The changes of a batch as a list, for a log with damaged parts. Commands are views of the cursor's bytes.
 *
 * @throws RecordError as {@link readWrites} does.
 */
export function writesOf(cursor: RecordCursor): readonly LogWrite[] {
  const writes = new Writes();
  readWrites(cursor, writes);
  return writes.all;
}

class Writes implements LogChanges {
  readonly all: LogWrite[] = [];
  /** The run that is being read, and the position of its next entry. */
  #run: Entry<CommandBytes>[] = [];
  #next: LogPosition = LOG_START;

  begin(index: Index, term: Term): void {
    this.#run = [];
    this.#next = { index, term };
    this.all.push({ type: "append", entries: this.#run });
  }

  command(bytes: Uint8Array, from: number, length: number): void {
    const command = new Uint8Array(bytes.buffer, bytes.byteOffset + from, length);
    this.#run.push({ type: "command", ...this.#position(), command });
  }

  noop(): void {
    this.#run.push({ type: "noop", ...this.#position() });
  }

  membership(membership: Membership): void {
    this.#run.push({ type: "membership", ...this.#position(), membership });
  }

  truncate(after: LogPosition): void {
    this.all.push({ type: "truncate", after });
  }

  compact(upTo: LogPosition): void {
    this.all.push({ type: "compact", upTo });
  }

  reset(base: LogPosition): void {
    this.all.push({ type: "reset", base });
  }

  #position(): LogPosition {
    const { index, term } = this.#next;
    this.#next = { index: indexAfter(index), term };
    return { index, term };
  }
}
