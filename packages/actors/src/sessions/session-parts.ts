import { KontikiError } from "../errors.ts";
import { keptResult } from "./result.ts";
import { newSession, type Session } from "./session.ts";

/** The approximate bytes of results in one part; a larger result has its own part. */
const PART_BYTES = 64 * 1024;

/** The assumed size of a session besides its results, and of a result besides its bytes. */
const ROW_BYTES = 32;

/** A session, or the rest of one that did not fit into the previous part: [client, reached, usedAt, floor, pairs]. */
type Row = readonly [number, number, number, number, (number | Uint8Array)[]];

/** Sessions as plain data in parts of bounded size, in order. Results are a flat list of distances and bytes. */
export function* sessionParts(sessions: Iterable<Session>): Generator<readonly Row[]> {
  let rows: Row[] = [];
  let bytes = 0;
  for (const session of sessions) {
    let row = rowOf(session);
    rows.push(row);
    bytes += ROW_BYTES;
    for (const [distance, result] of session.results.entries()) {
      if (result === undefined) continue;
      if (bytes >= PART_BYTES) {
        yield rows;
        row = rowOf(session);
        rows = [row];
        bytes = ROW_BYTES;
      }
      row[4].push(distance, result);
      bytes += ROW_BYTES + result.length;
    }
    if (bytes < PART_BYTES) continue;
    yield rows;
    rows = [];
    bytes = 0;
  }
  if (rows.length > 0) yield rows;
}

/** Appends the sessions of a part to those of earlier parts. @throws KontikiError for an invalid part. */
export function addSessions(sessions: Session[], part: unknown): void {
  if (!Array.isArray(part)) throw new KontikiError("a snapshot: its sessions are not a list");
  for (const row of part as readonly unknown[]) addRow(sessions, row);
}

function rowOf({ client, reached, usedAt, floor }: Session): Row {
  return [client, reached, usedAt, floor, []];
}

function addRow(sessions: Session[], row: unknown): void {
  if (!isRow(row)) throw new KontikiError("a snapshot: one of its sessions is invalid");
  const [client, reached, usedAt, floor, pairs] = row;
  let session = sessions.at(-1);
  if (session?.client !== client) {
    session = newSession(client, reached, usedAt, floor);
    sessions.push(session);
  }
  for (let at = 0; at < pairs.length; at += 2) {
    const [distance, result] = [pairs[at], pairs[at + 1]];
    if (!isWhole(distance) || !(result instanceof Uint8Array))
      throw new KontikiError(`a snapshot: the results of session ${client} are invalid`);
    session.results[distance] = keptResult(result);
  }
}

function isRow(row: unknown): row is Row {
  if (!Array.isArray(row) || row.length !== 5) return false;
  return row.slice(0, 4).every(isWhole) && Array.isArray(row[4]);
}

/** Whether a value is an integer of 0 or more. */
export function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
