/** Logs and snapshots of a node as plain values, and what they contain after each batch. */
import {
  index,
  initialMembership,
  INITIAL_HARD_STATE,
  LOG_START,
  nodeId,
  term,
  type Entry,
  type HardState,
  type Index,
  type LogPosition,
  type Membership,
} from "@kontiki/core";

/** What a node's disk says, with entries as text. */
export type Content = {
  readonly hard: HardState;
  readonly base: LogPosition;
  readonly entries: readonly string[];
  readonly horizon: LogPosition | undefined;
  /** The newest snapshot, as its parts say. */
  readonly snapshot: readonly string[] | undefined;
};

/** Something that a turn does. A snapshot is durable at once, the others with the turn's batch. */
export type Write =
  | { readonly type: "hardState"; readonly hard: HardState }
  | { readonly type: "append"; readonly entries: readonly Entry<Uint8Array>[] }
  | { readonly type: "truncate"; readonly after: Index }
  /** Takes a snapshot of an entry that the log holds, and compacts the log up to `upTo`, 0 for not at all. */
  | { readonly type: "compact"; readonly at: LogPosition; readonly upTo: Index }
  /** Receives a snapshot, and empties the log. */
  | { readonly type: "install"; readonly at: LogPosition }
  | { readonly type: "forgetHorizon" };

/** What a turn does: its batch. */
export type Batch = readonly Write[];

export const EMPTY: Content = {
  hard: INITIAL_HARD_STATE,
  base: LOG_START,
  entries: [],
  horizon: undefined,
  snapshot: undefined,
};

export const MEMBERS: Membership = {
  ...initialMembership([nodeId("n1"), nodeId("n2")]),
  learners: [nodeId("n3")],
  promotions: [{ node: nodeId("n3"), replaces: nodeId("n2") }],
  uids: { [nodeId("n3")]: 4 },
  lastUid: 7,
};

export function position(at: number, of: number): LogPosition {
  return { index: index(at), term: term(of) };
}

export function command(at: number, of: number, text: string): Entry<Uint8Array> {
  return { type: "command", ...position(at, of), command: new TextEncoder().encode(text) };
}

export function noop(at: number, of: number): Entry<Uint8Array> {
  return { type: "noop", ...position(at, of) };
}

export function members(at: number, of: number, membership = MEMBERS): Entry<Uint8Array> {
  return { type: "membership", ...position(at, of), membership };
}

export function append(...entries: Entry<Uint8Array>[]): Write {
  return { type: "append", entries };
}

export function truncate(after: number): Write {
  return { type: "truncate", after: index(after) };
}

export function compact(at: number, of: number, upTo = at): Write {
  return { type: "compact", at: position(at, of), upTo: index(upTo) };
}

export function install(at: number, of: number): Write {
  return { type: "install", at: position(at, of) };
}

export function hardState(of: number, vote?: string): Write {
  const votedFor = vote === undefined ? undefined : nodeId(vote);
  return { type: "hardState", hard: { term: term(of), votedFor } };
}

/** The parts of the snapshot that a test takes of an entry. */
export function partsAt({ index: at, term: of }: LogPosition): readonly string[] {
  return [`the state at ${at}`, "", `of term ${of}, `.repeat(at)];
}

/** The contents after 0, 1, 2 ... batches. */
export function contentsAfter(batches: readonly Batch[]): Content[] {
  const contents = [EMPTY];
  for (const batch of batches) contents.push(batch.reduce(written, contents.at(-1) ?? EMPTY));
  return contents;
}

/** What a disk says that a crash left in the middle of a batch: its snapshot may be there already. */
export function contentWithin(before: Content, batch: Batch): Content {
  return batch.reduce(
    (content, part) =>
      part.type === "install" || part.type === "compact" ? repaired(content, part.at) : content,
    before,
  );
}

function written(content: Content, part: Write): Content {
  const { base, entries } = content;
  switch (part.type) {
    case "hardState":
      return { ...content, hard: part.hard };
    case "append":
      return { ...content, entries: [...entries, ...part.entries.map(textOf)] };
    case "truncate":
      return { ...content, entries: entries.slice(0, part.after - base.index) };
    case "compact": {
      const snapshot = partsAt(part.at);
      const count = part.upTo - base.index;
      if (part.upTo === 0) return { ...content, snapshot };
      const of = termOf(entries[count - 1] ?? "");
      return {
        ...content,
        base: position(part.upTo, of),
        entries: entries.slice(count),
        snapshot,
      };
    }
    case "install":
      return { ...content, base: part.at, entries: [], snapshot: partsAt(part.at) };
    case "forgetHorizon":
      return { ...content, horizon: undefined };
    default:
      return part satisfies never;
  }
}

/** The contents that a node recovers if it has this snapshot besides its log. */
export function repaired(content: Content, at: LogPosition): Content {
  const { base, entries } = content;
  const snapshot = partsAt(at);
  const found =
    at.index === base.index ? base.term : termOf(entries[at.index - base.index - 1] ?? "");
  if (at.index >= base.index && found === at.term) return { ...content, snapshot };
  const { hard } = content;
  const isLater = at.term > hard.term;
  return {
    ...content,
    hard: isLater ? { term: at.term, votedFor: undefined } : hard,
    base: at,
    entries: [],
    snapshot,
  };
}

function termOf(text: string): number {
  return Number(/@([0-9]+)/.exec(text)?.[1] ?? NaN);
}

export function textOf(entry: Entry<Uint8Array>): string {
  const place = `${entry.index}@${entry.term}`;
  switch (entry.type) {
    case "noop":
      return `${place} noop`;
    case "command":
      return `${place} "${new TextDecoder().decode(entry.command)}"`;
    case "membership":
      return `${place} ${JSON.stringify(entry.membership)}`;
    default:
      return entry satisfies never;
  }
}
