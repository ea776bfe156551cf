import { crc32 } from "node:zlib";
import { sameSnapshot, type Message, type NodeId, type Snapshot } from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import type { CoreStep } from "../engine/observer.ts";
import type { DiskWitness } from "./disk-witness.ts";
import type { Report } from "./report.ts";

/** How many snapshots are remembered byte by byte: a cluster sends the newest few. */
const REMEMBERED = 8;

/** The beginning of a snapshot's file, as the first server that sent it has it. */
type Sent = {
  readonly bytes: Uint8Array;
  /** How much of the beginning is known. */
  known: number;
  /** Whether a server with a damaged disk has sent a part of it. */
  isDoubtful: boolean;
};

/** What a server has saved of a snapshot. */
type Saved = { readonly snapshot: Snapshot; size: number; checksum: number };

/**
 * Checks snapshots that are sent in parts (§7, Figure 13), byte by byte. All servers that send a snapshot send the same bytes.
 * A receiver saves them in order and without gaps, and takes a snapshot as intact only if its bytes are those that its
 * checksum was made of. A server whose disk is damaged may send bad bytes; its receiver must notice.
 */
export class PartClaims {
  readonly #report: Report;
  readonly #sent = new Map<string, Sent>();
  readonly #saved = new Map<NodeId, Saved>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** A message to another node has left the node of this disk. */
  posted({ node, isDamaged }: DiskWitness, message: Message<CommandBytes>): void {
    if (message.type !== "snapshotChunk") return;
    const { snapshot, offset, bytes } = message;
    if (isDamaged) this.#sentOf(snapshot).isDoubtful = true;
    else this.#compare(node, "sends", snapshot, offset, bytes);
  }

  /** A node's process has begun or ended: a snapshot that it was receiving is forgotten. */
  restarted(node: NodeId): void {
    this.#saved.delete(node);
  }

  onStep({ node, event, effects }: CoreStep): void {
    for (const effect of effects)
      if (effect.type === "saveChunk")
        this.#saves(node, effect.snapshot, effect.offset, effect.bytes);
    if (event.type === "snapshotReceived") this.#received(node, event.snapshot);
  }

  #saves(node: NodeId, snapshot: Snapshot, offset: number, bytes: Uint8Array): void {
    const before = offset === 0 ? undefined : this.#saved.get(node);
    const there = before !== undefined && sameSnapshot(before.snapshot, snapshot) ? before.size : 0;
    if (offset !== there)
      this.#says(
        `${node} saves ${textOf(snapshot)} from byte ${offset} on, but has ${there} bytes`,
      );
    this.#compare(node, "saves", snapshot, offset, bytes);
    const checksum = there === 0 ? 0 : (before?.checksum ?? 0);
    this.#saved.set(node, {
      snapshot,
      size: there + bytes.length,
      checksum: bytes.length === 0 ? checksum : crc32(bytes, checksum),
    });
  }

  #received(node: NodeId, snapshot: Snapshot): void {
    const saved = this.#saved.get(node);
    this.#saved.delete(node);
    const isIntact =
      saved !== undefined &&
      sameSnapshot(saved.snapshot, snapshot) &&
      saved.size === snapshot.size &&
      saved.checksum === snapshot.checksum;
    if (isIntact) return;
    const had =
      saved === undefined ? "nothing" : `${saved.size} bytes of ${textOf(saved.snapshot)}`;
    this.#says(
      `${node} takes ${textOf(snapshot)} as intact, but saved ${had}, and these are not its bytes`,
    );
  }

  #compare(
    node: string,
    does: string,
    snapshot: Snapshot,
    offset: number,
    bytes: Uint8Array,
  ): void {
    const sent = this.#sentOf(snapshot);
    if (sent.isDoubtful || offset > sent.known) return;
    const both = Math.min(sent.known - offset, bytes.length);
    const at = bytes.findIndex(
      (byte, place) => place < both && sent.bytes[offset + place] !== byte,
    );
    if (at !== -1)
      this.#says(
        `${node} ${does} another byte ${offset + at} of ${textOf(snapshot)} than was sent`,
      );
    const more = bytes.subarray(both, Math.max(both, sent.bytes.length - offset));
    sent.bytes.set(more, offset + both);
    sent.known = Math.max(sent.known, offset + both + more.length);
  }

  #sentOf(snapshot: Snapshot): Sent {
    const key = `${snapshot.index} ${snapshot.term} ${snapshot.size} ${snapshot.checksum}`;
    let sent = this.#sent.get(key);
    if (sent === undefined) {
      sent = { bytes: new Uint8Array(snapshot.size), known: 0, isDoubtful: false };
      this.#sent.set(key, sent);
      const [oldest] = this.#sent.keys();
      if (this.#sent.size > REMEMBERED && oldest !== undefined) this.#sent.delete(oldest);
    }
    return sent;
  }

  #says(text: string): void {
    this.#report({ check: "snapshot parts", text });
  }
}

function textOf({ index }: Snapshot): string {
  return `the snapshot up to ${index}`;
}
