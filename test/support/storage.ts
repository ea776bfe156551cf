/**
 * Logs as plain values, disks that fail where a test says, and what a crash may leave of them.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { index, INITIAL_HARD_STATE, nodeId, term, type Entry, type HardState } from "@kontiki/core";
import * as fc from "fast-check";
import { onTestFinished } from "vitest";
import type { Disk, DiskFile } from "../../packages/actors/src/disk.ts";
import { MemoryDisk } from "../../packages/actors/src/memory-disk.ts";
import { createWal, openWal } from "../../packages/actors/src/open-wal.ts";
import type { Recovered } from "../../packages/actors/src/storage.ts";
import type { SystemCalls } from "../../packages/actors/src/system-calls.ts";
import type { LogWrite } from "../../packages/actors/src/wal-records.ts";
import type { Wal, WalOptions } from "../../packages/actors/src/wal.ts";

/** What a log says, with commands as text. */
export type Content = { readonly hard: HardState; readonly entries: readonly string[] };

export type Batch = readonly LogWrite[];

export const EMPTY: Content = { hard: INITIAL_HARD_STATE, entries: [] };

export function command(at: number, of: number, text: string): Entry<Uint8Array> {
  return {
    type: "command",
    index: index(at),
    term: term(of),
    command: new TextEncoder().encode(text),
  };
}

export function noop(at: number, of: number): Entry<Uint8Array> {
  return { type: "noop", index: index(at), term: term(of) };
}

export function append(...entries: Entry<Uint8Array>[]): LogWrite {
  return { type: "append", entries };
}

export function truncate(after: number): LogWrite {
  return { type: "truncate", after: index(after) };
}

export function hardState(of: number, vote?: string): LogWrite {
  const votedFor = vote === undefined ? undefined : nodeId(vote);
  return { type: "hardState", hard: { term: term(of), votedFor } };
}

export function contentOf({ hard, entries }: Recovered): Content {
  return { hard, entries: entries.map(textOf) };
}

/** The contents after 0, 1, 2 ... batches. */
export function contentsAfter(batches: readonly Batch[]): Content[] {
  const contents = [EMPTY];
  for (const batch of batches) contents.push(batch.reduce(written, contents.at(-1) ?? EMPTY));
  return contents;
}

export function write(wal: Wal, batch: Batch): void {
  for (const part of batch) {
    if (part.type === "hardState") wal.saveHardState(part.hard);
    else if (part.type === "append") wal.append(part.entries);
    else wal.truncate(part.after);
  }
}

/** Writes each batch and makes it durable. */
export function writeAll(wal: Wal, batches: readonly Batch[]): void {
  for (const batch of batches) {
    write(wal, batch);
    wal.flush();
    wal.sync();
  }
}

/** A disk that holds a log of these batches, each of them durable. */
export function diskWith(batches: readonly Batch[], options: WalOptions = {}): MemoryDisk {
  const disk = memoryDisk();
  createWal(disk);
  const { wal } = openWal(disk, options);
  writeAll(wal, batches);
  wal.close();
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
  return {
    list: () => Object.keys(files).sort(),
    read: (name) => files[name] ?? refuse(),
    pathOf: (name) => name,
    create: refuse,
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
      commands: fc.array(fc.option(fc.string({ maxLength: 9 })), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ type: fc.constant("truncate" as const), drop: fc.nat(3) }),
  );
  const turn = fc.array(wish, { minLength: 1, maxLength: 3 });
  return fc.array(turn, { minLength: 1, maxLength: bounds.max }).map((turns) => {
    const node = { term: 0, vote: undefined as string | undefined, length: 0 };
    return turns.map((wishes) => wishes.map((one) => granted(one, node)));
  });
}

type Wish =
  | { readonly type: "vote"; readonly newTerm: boolean; readonly node: number }
  | { readonly type: "append"; readonly commands: readonly (string | null)[] }
  | { readonly type: "truncate"; readonly drop: number };

function granted(
  wish: Wish,
  node: { term: number; vote: string | undefined; length: number },
): LogWrite {
  switch (wish.type) {
    case "vote":
      if (wish.newTerm) node.vote = undefined;
      if (wish.newTerm) node.term += 1;
      node.vote ??= `n${wish.node}`;
      return hardState(node.term, node.vote);
    case "append": {
      const entries = wish.commands.map((text) => {
        node.length += 1;
        return text === null ? noop(node.length, node.term) : command(node.length, node.term, text);
      });
      return append(...entries);
    }
    case "truncate":
      node.length = Math.max(0, node.length - wish.drop);
      return truncate(node.length);
    default:
      return wish satisfies never;
  }
}

function written(content: Content, part: LogWrite): Content {
  if (part.type === "hardState") return { ...content, hard: part.hard };
  if (part.type === "truncate")
    return { ...content, entries: content.entries.slice(0, part.after) };
  return { ...content, entries: [...content.entries, ...part.entries.map(textOf)] };
}

function textOf(entry: Entry<Uint8Array>): string {
  const text = entry.type === "noop" ? "noop" : `"${new TextDecoder().decode(entry.command)}"`;
  return `${entry.index}@${entry.term} ${text}`;
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
  pathOf = (name: string): string => this.#inner.pathOf(name);
  create = (name: string, content: Uint8Array): void =>
    this.#spend(() => this.#inner.create(name, content));
  remove = (name: string): void => this.#spend(() => this.#inner.remove(name));

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
