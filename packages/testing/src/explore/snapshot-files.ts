import { sameSnapshot, type Effect } from "@kontiki/core";
import type { ExploredNode, ExploredPacket, ExploredSnapshot } from "./explored-node.ts";

/** The parts of a snapshot: each is one byte, its number. */
export const PARTS = 2;

/** How many snapshots a disk keeps. */
const KEPT = 2;

/** The disk with one more snapshot. Its file is durable at once. */
export function withFile(disk: ExploredNode["disk"], file: ExploredSnapshot): ExploredNode["disk"] {
  return { ...disk, files: [...(disk.files ?? []), file].slice(-KEPT) };
}

/** The message with a part of a snapshot; undefined when the disk no longer has it. */
export function partOf(
  { files = [] }: ExploredNode["disk"],
  { term, snapshot, offset }: Effect<string> & { readonly type: "sendChunk" },
): Pick<ExploredPacket, "message" | "content"> | undefined {
  const file = files.find((each) => sameSnapshot(each.snapshot, snapshot));
  if (file === undefined) return undefined;
  const bytes = Uint8Array.of(offset);
  const message = { type: "snapshotChunk", term, snapshot, offset, bytes } as const;
  return { message, content: file.content };
}

/** What has arrived of a snapshot after one more part; undefined when the part does not continue what was saved. */
export function incomingAfter(
  incoming: ExploredNode["incoming"],
  { snapshot, offset, bytes }: Effect<string> & { readonly type: "saveChunk" },
  content: ExploredPacket["content"] = [],
): ExploredNode["incoming"] {
  const known = offset === 0 ? undefined : incoming;
  const isNext = offset === (known?.received ?? 0) && bytes[0] === offset;
  const continues = known === undefined || sameSnapshot(known.snapshot, snapshot);
  return isNext && continues ? { snapshot, content, received: offset + bytes.length } : undefined;
}
