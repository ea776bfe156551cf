import type { Fetched, FetchReply, FetchRequest, Lack, LogPosition } from "@kontiki/core";
import type { CommandBytes } from "../storage/storage.ts";
import { entriesFromWire, entriesToWire } from "./wire-entries.ts";
import {
  fieldsOf,
  flagAt,
  indexAt,
  termAt,
  wholeAt,
  WireError,
  type Fields,
} from "./wire-fields.ts";
import { snapshotFromWire, snapshotToWire } from "./wire-snapshot.ts";

const ANSWER = { entries: 0, snapshot: 1, lack: 2 } as const;
const LACKS: readonly Lack[] = ["damaged", "absent", "unproven"];

/** Encodes a request for entries: the position before them, then the known positions, index and term in turn. */
export function fetchRequestToWire({ after, known }: FetchRequest): Fields {
  return [after.index, after.term, known.flatMap(({ index, term }) => [index, term])];
}

/** Decodes a request for entries. @throws WireError or AssertionError */
export function fetchRequestFromWire(
  fields: Fields,
  at: number,
): Pick<FetchRequest, "after" | "known"> {
  const after = { index: indexAt(fields, at), term: termAt(fields, at + 1) };
  const known = positionsOf(fieldsOf(fields[at + 2], "a list of positions"));
  let before = after;
  for (const position of known) {
    if (position.index <= before.index || position.term < before.term)
      throw new WireError("known positions are in the order of the log");
    before = position;
  }
  if (known.length === 0) throw new WireError("the end of a lost log is known");
  return { after, known };
}

/** Encodes the answer to a request for entries. */
export function fetchReplyToWire({ after, answer }: FetchReply<CommandBytes>): Fields {
  const kind = ANSWER[answer.type];
  switch (answer.type) {
    case "entries":
      return [after, kind, answer.prevTerm ?? null, entriesToWire(answer.entries)];
    case "snapshot":
      return [after, kind, snapshotToWire(answer.snapshot), answer.intact];
    case "lack":
      return [after, kind, LACKS.indexOf(answer.why)];
    default:
      return answer satisfies never;
  }
}

/** Decodes the answer to a request for entries. @throws WireError or AssertionError */
export function fetchReplyFromWire(
  fields: Fields,
  at: number,
): Pick<FetchReply<CommandBytes>, "after" | "answer"> {
  return { after: indexAt(fields, at), answer: answerFromWire(fields, at) };
}

function answerFromWire(fields: Fields, at: number): Fetched<CommandBytes> {
  const after = indexAt(fields, at);
  switch (fields[at + 1]) {
    case ANSWER.entries: {
      const prevTerm = fields[at + 2] === null ? undefined : termAt(fields, at + 2);
      const entries = entriesFromWire(after, fields[at + 3]);
      if (entries.length === 0) throw new WireError("an answer with entries has some");
      return { type: "entries", prevTerm, entries };
    }
    case ANSWER.snapshot: {
      const snapshot = snapshotFromWire(fields[at + 2]);
      return { type: "snapshot", snapshot, intact: flagAt(fields, at + 3) };
    }
    case ANSWER.lack: {
      const why = LACKS[wholeAt(fields, at + 2)];
      if (why === undefined) throw new WireError("there is no such reason to lack an entry");
      return { type: "lack", why };
    }
    default:
      throw new WireError("there is no such answer to a request for entries");
  }
}

function positionsOf(flat: Fields): readonly LogPosition[] {
  if (flat.length % 2 !== 0) throw new WireError("positions are pairs");
  return Array.from({ length: flat.length / 2 }, (_, at) => ({
    index: indexAt(flat, 2 * at),
    term: termAt(flat, 2 * at + 1),
  }));
}
