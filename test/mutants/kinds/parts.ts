import type { Variant } from "../planted.ts";

const RECEIVE = "packages/core/src/receive-snapshot.ts";
const FILES = "packages/actors/src/storage/snapshot/snapshot-files.ts";
const RECEIVED = "packages/actors/src/storage/snapshot/received-snapshot.ts";
const SCAN = "packages/actors/src/storage/snapshot/snapshot-scan.ts";
const READER = "packages/actors/src/storage/snapshot/snapshot-reader.ts";
const GAP = {
  file: RECEIVE,
  find: "if (offset !== received || !fits)",
  replace: "if (offset < received || !fits)",
} as const;
const CONTINUES = {
  file: FILES,
  find: "const continues = sameSnapshot(received.snapshot, snapshot) && received.received === offset;",
  replace: "const continues = sameSnapshot(received.snapshot, snapshot);",
} as const;
const PART = {
  file: SCAN,
  find: `if (this.#partChecksum !== this.#parts.at(-1)?.crc)
          throw new SnapshotFormatError(this.#frameAt, "a part is bad");`,
  replace: "",
} as const;
const END = {
  file: SCAN,
  find: "if (!bytes.equals(this.#end.subarray(from, from + bytes.length)))",
  replace: "if (bytes.length === 0 && from < 0)",
} as const;
const WHOLE = {
  file: RECEIVED,
  find: "sameSnapshot(found, this.snapshot) &&",
  replace: "found.index === this.snapshot.index &&",
} as const;

/** Variants of: a snapshot that is sent in parts (§7, Figure 13). */
export const PARTS: readonly Variant[] = [
  {
    id: "gap-between-parts-in-the-core",
    about: "The core accepts a part that leaves a gap; the store does not.",
    edits: [GAP],
  },
  {
    id: "gap-between-parts",
    about: "A part that leaves a gap is accepted; the checksums still find it at the end.",
    edits: [GAP, CONTINUES],
  },
  {
    id: "gap-between-parts-unchecked",
    about: "A part that leaves a gap is accepted, and no checksum is looked at.",
    edits: [GAP, CONTINUES, PART, END, WHOLE],
  },
  {
    id: "part-of-a-received-snapshot-unchecked",
    about: "The checksum of a part is not looked at.",
    edits: [PART],
  },
  {
    id: "whole-received-snapshot-unchecked",
    about: "The checksum of a whole received snapshot is not looked at.",
    edits: [WHOLE],
  },
  {
    id: "parts-and-whole-unchecked",
    about: "Neither the checksums of parts nor that of the whole are looked at.",
    edits: [PART, END, WHOLE],
  },
  {
    id: "part-read-unchecked",
    about: "A part that is read from a file is used although its checksum does not match.",
    edits: [
      {
        file: READER,
        find: 'if (crc32(part) !== frame.crc) throw new SnapshotFormatError(offset, "a part is bad");',
        replace: "",
      },
    ],
  },
  {
    id: "membership-of-received-snapshot-unchecked",
    about: "A received snapshot may hold another membership than was announced.",
    edits: [
      {
        file: RECEIVED,
        find: `const isSame =
        sameSnapshot(found, this.snapshot) &&
        sameMembership(found.membership, this.snapshot.membership);
      return isSame`,
        replace: `void sameMembership;
      return sameSnapshot(found, this.snapshot)`,
      },
    ],
  },
  {
    id: "broken-snapshot-installed",
    about: "A snapshot whose parts do not fit together is installed.",
    edits: [
      {
        file: "packages/actors/src/node/performer.ts",
        find: 'if (saved === "broken") this.followUps.push({ type: "snapshotBroken", snapshot });',
        replace:
          'if (saved === "broken") this.followUps.push({ type: "snapshotReceived", snapshot });',
      },
    ],
  },
  {
    id: "error-on-publishing-received-swallowed",
    about: "An error while a received snapshot is made durable is swallowed.",
    edits: [
      {
        file: RECEIVED,
        find: 'if (outcome === "whole") this.#file.publish(snapshotName(this.snapshot));',
        replace: `if (outcome === "whole")
      try {
        this.#file.publish(snapshotName(this.snapshot));
      } catch {
        // Planted.
      }`,
      },
    ],
  },
  {
    id: "error-on-publishing-own-swallowed",
    about: "An error while a node's own snapshot is made durable is swallowed.",
    edits: [
      {
        file: "packages/actors/src/storage/snapshot/written-snapshot.ts",
        find: "this.#file.publish(snapshotName(at));",
        replace: `try {
      this.#file.publish(snapshotName(at));
    } catch {
      // Planted.
    }`,
      },
    ],
  },
  {
    id: "parts-of-two-snapshots-mixed",
    about: "A part of another snapshot continues the one that is being received.",
    edits: [
      {
        file: RECEIVE,
        find: `return receiving !== undefined && sameSnapshot(receiving.snapshot, snapshot)
    ? receiving
    : undefined;`,
        replace: "void sameSnapshot;\n  return snapshot.index > 0 ? receiving : undefined;",
      },
      {
        file: FILES,
        find: "const continues = sameSnapshot(received.snapshot, snapshot) && received.received === offset;",
        replace: "const continues = received.received === offset;",
      },
      PART,
      END,
      WHOLE,
    ],
  },
  {
    id: "received-snapshot-before-its-last-part",
    about: "The last part is acknowledged as part of the log before the snapshot is durable.",
    edits: [
      {
        file: RECEIVE,
        find: "effects: receiving.received === snapshot.size ? [save] : [save, reply],",
        replace:
          "effects: receiving.received === snapshot.size ? [send<C>(from, acceptedUpTo(state, snapshot.index)), save] : [save, reply],",
      },
    ],
  },
  {
    id: "new-snapshot-removed-instead-of-old",
    about: "When old snapshots are removed, the oldest ones stay.",
    edits: [
      {
        file: FILES,
        find: "const names = [...this.#files.keys()].sort((a, b) => indexOf(b) - indexOf(a));",
        replace: "const names = [...this.#files.keys()].sort((a, b) => indexOf(a) - indexOf(b));",
      },
    ],
  },
  {
    id: "older-snapshot-found-first",
    about: "A start takes the oldest intact snapshot instead of the newest.",
    edits: [
      {
        file: READER,
        find: ".sort((a, b) => b.at.index - a.at.index || b.at.term - a.at.term)",
        replace: ".sort((a, b) => a.at.index - b.at.index || a.at.term - b.at.term)",
      },
    ],
  },
  {
    id: "part-of-another-snapshot-sent",
    about: "A part is read from the newest file, although another snapshot is being sent.",
    edits: [
      {
        file: FILES,
        find: `if (!this.#keeps(snapshot)) return undefined;
    return this.#disk.readRange(snapshotName(snapshot), offset, maxBytes);`,
        replace: `if (!this.#keeps(snapshot)) return undefined;
    return this.#disk.readRange(snapshotName(this.#newest ?? snapshot), offset, maxBytes);`,
      },
    ],
  },
  {
    id: "last-part-not-written",
    about: "A received snapshot is published without its last part.",
    edits: [
      {
        file: RECEIVED,
        find: "    this.#file.append(bytes);",
        replace: '    if (outcome !== "whole") this.#file.append(bytes);',
      },
    ],
  },
  {
    id: "received-snapshot-not-published",
    about: "A received snapshot is taken as intact, and its file never gets its name.",
    edits: [
      {
        file: RECEIVED,
        find: 'if (outcome === "whole") this.#file.publish(snapshotName(this.snapshot));',
        replace: "void snapshotName;",
      },
    ],
  },
];
