import { giveBack } from "../bytes/large-buffers.ts";
import { decodeCopy, encode } from "../bytes/codec.ts";
import { NotPlainError } from "../bytes/plain-flaw.ts";
import { KontikiError, messageOf, StateMachineError } from "../errors.ts";
import { encodePlainPair } from "../bytes/plain-encoder.ts";
import { addSessions, isWhole, sessionParts } from "../sessions/session-parts.ts";
import type { Session } from "../sessions/session.ts";
import type { SessionsCopy } from "../sessions/sessions.ts";
import { restoreNow, restorePartsNow } from "../machine/restore-now.ts";
import type { StateMachine } from "../machine/state-machine.ts";

/** Increased when the parts change, so that an older program reports it instead of guessing. */
const FORMAT = 1;

/**
 * The kinds of parts: the first of a part's two fields. They come in this order; `head` and `ended` occur once each.
 */
const KIND = { head: 0, sessions: 1, ended: 2, whole: 3, piece: 4 } as const;

/**
 * Sessions and machine as of this call, as parts of bytes. They are read one by one while both continue; ending the
 * iteration early also ends the machine's.
 *
 * The machine's state is taken with `snapshotParts` if it has that, else with `snapshot`, as one part and at once.
 */
export function snapshotParts(
  machine: StateMachine,
  sessions: SessionsCopy,
): Generator<Uint8Array, void> {
  const state = machine.snapshotParts?.()[Symbol.iterator]() ?? wholeOf(machine);
  const parts = iterateParts(sessions, state);
  // Enters its `try`, so that an end before the first part also ends the machine's iteration.
  parts.next();
  return parts;
}

function* iterateParts(
  sessions: SessionsCopy,
  state: Iterator<unknown> | Uint8Array,
): Generator<Uint8Array, void> {
  try {
    yield new Uint8Array();
    yield encode([KIND.head, FORMAT]);
    yield* sessionBytes(sessions);
    if (state instanceof Uint8Array) yield state;
    else yield* pieceBytes(state);
  } finally {
    if (!(state instanceof Uint8Array)) state.return?.();
  }
}

function* pieceBytes(state: Iterator<unknown>): Generator<Uint8Array, void> {
  for (let next = state.next(); next.done !== true; next = state.next()) {
    yield stateBytes(KIND.piece, next.value, "part");
  }
}

/** The sessions as they are written to a snapshot: the same bytes for the same state. */
export function* sessionBytes({ open, ended }: SessionsCopy): Generator<Uint8Array> {
  for (const rows of sessionParts(open)) yield encode([KIND.sessions, rows]);
  yield encode([KIND.ended, ended]);
}

/**
 * The whole state of a machine as one part: the same bytes for the same state.
 *
 * @throws StateMachineError when it is not plain data.
 */
export function wholeOf(machine: StateMachine): Uint8Array {
  return stateBytes(KIND.whole, machine.snapshot(), "snapshot");
}

/** The state in the part that {@link wholeOf} made. */
export function stateIn(whole: Uint8Array): unknown {
  return openPart(whole, 1).content;
}

function stateBytes(kind: number, state: unknown, name: string): Uint8Array {
  try {
    // A copy, because a part may wait to be written while many others are encoded.
    const encoded = encodePlainPair(kind, state, name);
    const copy = new Uint8Array(encoded);
    giveBack(encoded);
    return copy;
  } catch (error) {
    if (!(error instanceof NotPlainError)) throw error;
    const text = `the state machine gave a snapshot that cannot be kept: ${error.message}`;
    throw new StateMachineError(text, { cause: error });
  }
}

/**
 * Restores what {@link snapshotParts} returned: restores the machine, and returns the sessions.
 *
 * @throws KontikiError that says what is wrong with the parts. The machine may be partly restored then.
 */
export function restoreParts(machine: StateMachine, parts: Iterable<Uint8Array>): SessionsCopy {
  const iterator = openParts(parts);
  try {
    const head = iterator.next();
    if (head.done === true || head.value.kind !== KIND.head)
      throw new KontikiError("a snapshot: its first part does not name its format");
    if (head.value.content !== FORMAT) {
      throw new KontikiError(
        `a snapshot of format ${String(head.value.content)}: this program reads only format ${FORMAT}`,
      );
    }
    const sessions = readSessions(iterator);
    restoreMachine(machine, iterator);
    return sessions;
  } finally {
    iterator.return();
  }
}

type Part = { readonly kind: unknown; readonly content: unknown };

function* openParts(parts: Iterable<Uint8Array>): Generator<Part, void> {
  let number = 0;
  for (const bytes of parts) {
    number += 1;
    yield openPart(bytes, number);
  }
}

function openPart(bytes: Uint8Array, number: number): Part {
  let part: unknown;
  try {
    // The machine may keep and change what it restores.
    part = decodeCopy(bytes);
  } catch (error) {
    throw new KontikiError(`a snapshot: part ${number} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (!Array.isArray(part) || part.length !== 2)
    throw new KontikiError(`a snapshot: part ${number} is not a kind and a content`);
  return { kind: part[0], content: part[1] };
}

function readSessions(parts: Iterator<Part>): SessionsCopy {
  const open: Session[] = [];
  for (let next = parts.next(); next.done !== true; next = parts.next()) {
    const { kind, content } = next.value;
    if (kind === KIND.sessions) addSessions(open, content);
    else if (kind === KIND.ended) return { open, ended: pairsOf(content) };
    else break;
  }
  throw new KontikiError("a snapshot: its sessions are incomplete");
}

function pairsOf(content: unknown): (readonly [number, number])[] {
  const isPair = (pair: unknown): boolean =>
    Array.isArray(pair) && pair.length === 2 && pair.every(isWhole);
  if (!Array.isArray(content) || !content.every(isPair))
    throw new KontikiError("a snapshot: its ended sessions are not pairs of numbers");
  return content as (readonly [number, number])[];
}

function restoreMachine(machine: StateMachine, parts: Iterator<Part>): void {
  const first = parts.next();
  if (first.done !== true && first.value.kind === KIND.whole) {
    const state = first.value.content;
    if (parts.next().done !== true)
      throw new KontikiError("a snapshot: there are parts after the complete state");
    return tryRestore(() => restoreNow(machine, state));
  }
  if (machine.restoreParts === undefined) {
    throw new KontikiError(
      "a snapshot: the state is in parts, and the state machine has no restoreParts",
    );
  }
  tryRestore(() => restorePartsNow(machine, piecesOf(first, parts)));
  if (parts.next().done !== true)
    throw new KontikiError("a snapshot: the state machine did not take all parts of its state");
}

function* piecesOf(first: IteratorResult<Part, void>, parts: Iterator<Part>): Generator<unknown> {
  for (let next = first; next.done !== true; next = parts.next() as IteratorResult<Part, void>) {
    if (next.value.kind !== KIND.piece)
      throw new KontikiError("a snapshot: a part of another kind is among the parts of the state");
    yield next.value.content;
  }
}

function tryRestore(restore: () => void): void {
  try {
    restore();
  } catch (error) {
    if (error instanceof KontikiError) throw error;
    throw new KontikiError(`a snapshot: the state machine cannot restore it: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
