/**
 * Logs and snapshots as plain values, disks that fail where a test says, and what a crash may leave of them.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  index,
  INITIAL_HARD_STATE,
  initialMembership,
  LOG_START,
  nodeId,
  term,
  type Entry,
  type HardState,
  type Index,
  type LogPosition,
  type Membership,
  type Snapshot,
} from "@kontiki/core";
import * as fc from "fast-check";
import { onTestFinished } from "vitest";
import type { Disk, DiskFile, NewFile } from "../../../packages/actors/src/storage/disk/disk.ts";
import { MemoryDisk } from "../../../packages/actors/src/storage/disk/memory-disk.ts";
import { createWal, hasWal } from "../../../packages/actors/src/storage/wal/open-wal.ts";
import {
  openStorage,
  type OpenedStorage,
} from "../../../packages/actors/src/storage/recovery/open-storage.ts";
import type { SystemCalls } from "../../../packages/actors/src/storage/disk/system-calls.ts";
import type { WalOptions } from "../../../packages/actors/src/storage/wal/wal.ts";

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

/** What a storage says that was just opened. */
export function contentOf({ recovered, snapshots }: OpenedStorage): Content {
  const { hard, base, entries, horizon, snapshot } = recovered;
  const parts = snapshot === undefined ? undefined : [...snapshots.parts(snapshot)];
  const text = parts?.map((part) => new TextDecoder().decode(part));
  return { hard, base, entries: entries.map(textOf), horizon, snapshot: text };
}

/** The same for a disk, which is opened for it. */
export function contentOn(disk: Disk): Content {
  const opened = openStorage(disk);
  const content = contentOf(opened);
  opened.storage.close();
  return content;
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

/** The parts of the snapshot that a test takes of an entry. */
export function partsAt({ index: at, term: of }: LogPosition): readonly string[] {
  return [`the state at ${at}`, "", `of term ${of}, `.repeat(at)];
}

/** Takes a snapshot of an entry. */
export function takeSnapshot({ snapshots }: OpenedStorage, at: LogPosition): Snapshot {
  const writer = snapshots.begin(at, MEMBERS);
  for (const part of partsAt(at)) writer.write(new TextEncoder().encode(part));
  return writer.finish();
}

/** A snapshot as another node has it, and the bytes of its file. */
export function snapshotFile(at: LogPosition): { snapshot: Snapshot; bytes: Uint8Array } {
  const disk = memoryDisk();
  createWal(disk);
  const opened = openStorage(disk);
  const snapshot = takeSnapshot(opened, at);
  const bytes = opened.snapshots.read(snapshot, 0, snapshot.size) ?? new Uint8Array();
  return { snapshot, bytes };
}

export function write(opened: OpenedStorage, batch: Batch): void {
  for (const part of batch) writePart(opened, part);
}

function writePart(opened: OpenedStorage, part: Write): void {
  const { storage, snapshots } = opened;
  switch (part.type) {
    case "hardState":
      return storage.saveHardState(part.hard);
    case "append":
      return storage.append(part.entries);
    case "truncate":
      return storage.truncate(part.after);
    case "compact":
      takeSnapshot(opened, part.at);
      if (part.upTo > 0) storage.compact(part.upTo);
      return snapshots.removeOld();
    case "install": {
      const { snapshot, bytes } = snapshotFile(part.at);
      const middle = Math.floor(bytes.length / 2);
      snapshots.receive(snapshot, 0, bytes.subarray(0, middle));
      snapshots.receive(snapshot, middle, bytes.subarray(middle));
      storage.reset(part.at);
      return snapshots.removeOld();
    }
    case "forgetHorizon":
      return storage.forgetHorizon();
    default:
      part satisfies never;
  }
}

/** Writes each batch and makes it durable. */
export function writeAll(opened: OpenedStorage, batches: readonly Batch[]): void {
  for (const batch of batches) {
    write(opened, batch);
    opened.storage.flush();
    opened.storage.sync();
  }
}

/**
 * Runs a node's life on a disk until it is over, or something is thrown that `isEnd` is true of. Says how many batches
 * were written, and made durable.
 */
export function live(
  disk: Disk,
  batches: readonly Batch[],
  segmentBytes: number,
  isEnd: (cause: unknown) => boolean,
): [number, number] {
  let flushed = 0;
  let synced = 0;
  try {
    if (!hasWal(disk)) createWal(disk);
    const opened = openStorage(disk, { segmentBytes });
    for (const batch of batches) {
      write(opened, batch);
      flushed += 1;
      opened.storage.flush();
      opened.storage.sync();
      synced += 1;
    }
    opened.storage.close();
  } catch (cause) {
    if (!isEnd(cause)) throw cause;
  }
  return [flushed, synced];
}

/** A disk that holds a log of these batches, each of them durable. */
export function diskWith(batches: readonly Batch[], options: WalOptions = {}): MemoryDisk {
  const disk = memoryDisk();
  createWal(disk);
  const opened = openStorage(disk, options);
  writeAll(opened, batches);
  opened.storage.close();
  return disk;
}

/** A disk with these files. */
export function memoryDisk(files: Readonly<Record<string, Uint8Array>> = {}): MemoryDisk {
  const disk = new MemoryDisk({ maxFileBytes: 1024 * 1024 });
  for (const [name, bytes] of Object.entries(files)) disk.create(name, bytes);
  return disk;
}

/** A disk with these files, which fails a test that changes them. Quicker to make than others. */
export function frozenDisk(files: Readonly<Record<string, Uint8Array>>): Disk {
  const refuse = (): never => {
    throw new Error("this disk is only read");
  };
  const read = (name: string): Uint8Array => files[name] ?? refuse();
  return {
    list: () => Object.keys(files).sort(),
    read,
    readRange: (name, offset, length) =>
      Uint8Array.from(read(name).subarray(offset, offset + length)),
    pathOf: (name) => name,
    tidy: () => {},
    create: refuse,
    begin: refuse,
    open: refuse,
    remove: refuse,
  };
}

export function filesOf(disk: Disk): Record<string, Uint8Array> {
  return Object.fromEntries(disk.list().map((name) => [name, disk.read(name)]));
}

/** Batches that follow each other as those of a node do. */
export function batchesOf(bounds: { readonly max: number }): fc.Arbitrary<Batch[]> {
  const wish = fc.oneof(
    fc.record({ type: fc.constant("vote" as const), newTerm: fc.boolean(), node: fc.nat(2) }),
    fc.record({
      type: fc.constant("append" as const),
      commands: fc.array(
        fc.oneof(fc.string({ maxLength: 9 }), fc.constantFrom("noop" as const, 7 as const)),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    fc.record({ type: fc.constant("truncate" as const), drop: fc.nat(3) }),
  );
  const snapshot = fc.record({
    type: fc.constantFrom("compact" as const, "compact" as const, "install" as const),
    ahead: fc.nat(4),
    kept: fc.nat(3),
  });
  const turn = fc
    .record({
      wishes: fc.array(wish, { minLength: 1, maxLength: 3 }),
      snapshot: fc.option(snapshot, { freq: 1 }),
      after: fc.array(wish, { maxLength: 1 }),
    })
    .map(({ wishes, snapshot: taken, after }) => [
      ...wishes,
      ...(taken === null ? [] : [taken]),
      ...after,
    ]);
  return fc.array(turn, { minLength: 1, maxLength: bounds.max }).map((turns) => {
    const node: Model = { term: 0, vote: undefined, base: 0, terms: [0], snapshot: 0 };
    return turns.map((wishes) => wishes.flatMap((one) => granted(one, node)));
  });
}

type Wish =
  | { readonly type: "vote"; readonly newTerm: boolean; readonly node: number }
  | { readonly type: "append"; readonly commands: readonly (string | 7)[] }
  | { readonly type: "truncate"; readonly drop: number }
  | { readonly type: "compact" | "install"; readonly ahead: number; readonly kept: number };

/** What is known of a node whose batches are made up: `terms` are those of the entries from `base` on. */
type Model = {
  term: number;
  vote: string | undefined;
  base: number;
  terms: number[];
  snapshot: number;
};

function granted(wish: Wish, node: Model): Write[] {
  const last = node.base + node.terms.length - 1;
  switch (wish.type) {
    case "vote":
      if (wish.newTerm) node.vote = undefined;
      if (wish.newTerm) node.term += 1;
      node.vote ??= `n${wish.node}`;
      return [hardState(node.term, node.vote)];
    case "append": {
      const entries = wish.commands.map((text, place) => {
        node.terms.push(node.term);
        const at = last + 1 + place;
        if (text === 7) return members(at, node.term);
        return text === "noop" ? noop(at, node.term) : command(at, node.term, text);
      });
      return [append(...entries)];
    }
    case "truncate": {
      const after = Math.max(node.snapshot, last - wish.drop);
      node.terms.length = after - node.base + 1;
      return [truncate(after)];
    }
    case "compact": {
      const at = Math.min(last, node.snapshot + 1 + wish.ahead);
      if (at <= node.snapshot) return [];
      const of = node.terms[at - node.base] ?? 0;
      node.snapshot = at;
      const upTo = Math.max(node.base, at - wish.kept);
      node.terms = node.terms.slice(upTo - node.base);
      const isMore = upTo > node.base;
      node.base = upTo;
      return [compact(at, of, isMore ? upTo : 0)];
    }
    case "install": {
      const at = node.snapshot + 1 + wish.ahead;
      node.snapshot = at;
      node.base = at;
      node.terms = [node.term];
      return [install(at, node.term)];
    }
    default:
      return wish satisfies never;
  }
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

/** What a node comes back with that has this snapshot beside its log. */
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

/** The machine stopped here. */
export class PowerLoss extends Error {}

/** A disk whose machine loses power after `budget` operations that change it. */
export class CuttingDisk implements Disk {
  readonly #inner: Disk;
  #left: number;

  constructor(inner: Disk, budget: number) {
    this.#inner = inner;
    this.#left = budget;
  }

  list = (): string[] => this.#inner.list();
  read = (name: string): Uint8Array => this.#inner.read(name);
  readRange = (name: string, offset: number, length: number): Uint8Array<ArrayBuffer> =>
    this.#inner.readRange(name, offset, length);
  pathOf = (name: string): string => this.#inner.pathOf(name);
  create = (name: string, content: Uint8Array): void =>
    this.#spend(() => this.#inner.create(name, content));
  remove = (name: string): void => this.#spend(() => this.#inner.remove(name));
  tidy = (): void => this.#inner.tidy();

  begin(temporary: string): NewFile {
    const file = this.#inner.begin(temporary);
    return {
      append: (bytes) => this.#spend(() => file.append(bytes)),
      publish: (name) => this.#spend(() => file.publish(name)),
      abandon: () => file.abandon(),
    };
  }

  open(name: string): DiskFile {
    const file = this.#inner.open(name);
    return {
      append: (bytes) => this.#spend(() => file.append(bytes)),
      rewrite: (offset, bytes) => this.#spend(() => file.rewrite(offset, bytes)),
      sync: () => this.#spend(() => file.sync()),
      truncate: (length) => this.#spend(() => file.truncate(length)),
      close: () => file.close(),
    };
  }

  #spend(act: () => void): void {
    if (this.#left === 0) throw new PowerLoss();
    this.#left -= 1;
    act();
  }
}

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(join(tmpdir(), "kontiki-test-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What `node:fs` throws. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as the test wants it`), { code });
}

/** `node:fs`, except that `before` hears of each call first, and may throw in its place. */
export function watchedCalls(
  before: (call: keyof SystemCalls, path: unknown) => void,
): SystemCalls {
  const watched = Object.entries(fs).map(([name, call]: [string, unknown]) => [
    name,
    (...given: unknown[]): unknown => {
      before(name as keyof SystemCalls, given[0]);
      return Reflect.apply(call as (...all: unknown[]) => unknown, undefined, given);
    },
  ]);
  return Object.fromEntries(watched) as SystemCalls;
}

/**
 * `node:fs` for a process that is killed at its call number `budget`. It syncs nothing, which is
 * quick, and which nobody misses whose machine stays up.
 */
export function mortalCalls(budget: number): SystemCalls {
  let left = budget;
  const calls = watchedCalls(() => {
    if (left <= 0) throw new PowerLoss();
    left -= 1;
  });
  return { ...calls, fdatasyncSync: () => {}, fsyncSync: () => {} };
}
