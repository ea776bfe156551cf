import { crc32 } from "#platform";
import { sameSnapshot, type Message, type NodeId, type Snapshot } from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import type { CoreStep, Happening } from "../engine/observer.ts";
import type { DiskWitness } from "./disk-witness.ts";
import { fileOf } from "./file-witness.ts";
import type { Report } from "./report.ts";
import { differsAt } from "./same-bytes.ts";
import { SnapshotContents } from "./snapshot-contents.ts";

/** The parts of a snapshot that a server has accepted, in order. */
type Accepted = { readonly snapshot: Snapshot; readonly bytes: Uint8Array; size: number };

type Published = Happening & { readonly type: "published" };

/**
 * Checks snapshots on disks and in parts (§7, Figure 13), byte by byte, with our own copy of each file:
 *
 * - a part that is sent is what the sender's file has there;
 * - parts are accepted in order, without gaps, and are what the senders' files have;
 * - a file that gets the name of a received snapshot is what was accepted;
 * - a snapshot is taken as intact only if its file is durable and has its size, its checksum, and the bytes of its senders.
 *
 * A server whose file is damaged may send bad bytes until it finds that, and its receiver must notice.
 */
export class PartClaims {
  readonly #report: Report;
  readonly #contents = new SnapshotContents();
  readonly #accepted = new Map<NodeId, Accepted>();
  /** Snapshots of which bad bytes were sent. */
  readonly #doubtful = new Set<string>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** A message to another node has left the node of this disk. */
  posted(disk: DiskWitness, message: Message<CommandBytes>): void {
    if (message.type !== "snapshotChunk" && message.type !== "fetchedChunk") return;
    const { type, snapshot, offset, bytes } = message;
    if (type === "fetchedChunk") return this.#compare(disk.node, "sends", snapshot, offset, bytes);
    const file = disk.files.of(snapshot);
    if (file === undefined)
      return this.#says(`${disk.node} sends ${textOf(snapshot)}, which is not on its disk`);
    const at = differsAt(file.subarray(offset, offset + bytes.length), bytes);
    if (at === undefined) return;
    if (disk.files.isDamaged(fileOf(snapshot))) this.#doubtful.add(keyOf(snapshot));
    else
      this.#says(
        `${disk.node} sends another byte ${offset + at} of ${textOf(snapshot)} than its file has`,
      );
  }

  /** A node's process has begun or ended: a snapshot that it was receiving is forgotten. */
  restarted(node: NodeId): void {
    this.#accepted.delete(node);
  }

  /** A file of the disk of this node has got its name. If it completes a received snapshot, the last part was just accepted. */
  published({ files, node }: DiskWitness, { name, bytes, isDurable }: Published): void {
    const accepted = this.#accepted.get(node);
    files.published(name, this.#contents.keep(name, bytes), isDurable);
    if (accepted?.size !== accepted?.snapshot.size || accepted === undefined) return;
    if (fileOf(accepted.snapshot) !== name) return;
    const at = differsAt(accepted.bytes, bytes);
    if (at !== undefined)
      this.#says(
        `${node} publishes ${textOf(accepted.snapshot)} with another byte ${at} than it accepted`,
      );
  }

  onStep({ node, event, effects }: CoreStep, disk: DiskWitness | undefined): void {
    for (const effect of effects)
      if (effect.type === "saveChunk")
        this.#saves(node, effect.snapshot, effect.offset, effect.bytes);
    if (event.type === "snapshotReceived") this.#received(node, event.snapshot);
    if (event.type !== "snapshotReceived" && event.type !== "snapshotTaken") return;
    if (disk !== undefined && disk.files.of(event.snapshot) === undefined)
      this.#says(
        `${node} takes ${textOf(event.snapshot)} as durable, but no file on its disk has this name, size and checksum`,
      );
  }

  #saves(node: NodeId, snapshot: Snapshot, offset: number, bytes: Uint8Array): void {
    const before = offset === 0 ? undefined : this.#accepted.get(node);
    const continued = before !== undefined && sameSnapshot(before.snapshot, snapshot);
    const there = continued ? before.size : 0;
    if (offset !== there)
      this.#says(
        `${node} saves ${textOf(snapshot)} from byte ${offset} on, but has ${there} bytes`,
      );
    if (!this.#doubtful.has(keyOf(snapshot))) this.#compare(node, "saves", snapshot, offset, bytes);
    const accepted = continued
      ? before
      : { snapshot, bytes: new Uint8Array(snapshot.size), size: 0 };
    accepted.bytes.set(bytes.subarray(0, Math.max(0, snapshot.size - there)), there);
    accepted.size = there + bytes.length;
    this.#accepted.set(node, accepted);
  }

  #received(node: NodeId, snapshot: Snapshot): void {
    const accepted = this.#accepted.get(node);
    this.#accepted.delete(node);
    const isIntact =
      accepted !== undefined &&
      sameSnapshot(accepted.snapshot, snapshot) &&
      accepted.size === snapshot.size &&
      crc32(accepted.bytes) === snapshot.checksum;
    if (isIntact) return this.#compare(node, "installs", snapshot, 0, accepted.bytes);
    const had =
      accepted === undefined ? "nothing" : `${accepted.size} bytes of ${textOf(accepted.snapshot)}`;
    this.#says(
      `${node} takes ${textOf(snapshot)} as intact, but saved ${had}, and these are not its bytes`,
    );
  }

  /** Compares bytes with the file from which the snapshot was first sent. */
  #compare(
    node: string,
    does: string,
    snapshot: Snapshot,
    offset: number,
    bytes: Uint8Array,
  ): void {
    const file = this.#contents.of(snapshot);
    const at = file && differsAt(file.subarray(offset, offset + bytes.length), bytes);
    if (at !== undefined)
      this.#says(
        `${node} ${does} another byte ${offset + at} of ${textOf(snapshot)} than its first file has`,
      );
  }

  #says(text: string): void {
    this.#report({ check: "snapshot parts", text });
  }
}

function keyOf({ index, term, size, checksum }: Snapshot): string {
  return `${index} ${term} ${size} ${checksum}`;
}

function textOf({ index }: Snapshot): string {
  return `the snapshot up to ${index}`;
}
