import type { Edit } from "./edit.ts";

/**
 * A defect in what threads share, in what is packed into bytes, or in what a thread has no space for. The engines run no
 * threads, and what is packed wrongly on every node alike they cannot see, so a test of the same code must fail.
 */
export type TestedMutant = {
  /** A unique name: lowercase words with hyphens. */
  readonly name: string;
  /** What goes wrong, as a sentence. */
  readonly about: string;
  readonly edits: readonly Edit[];
  /** The file of tests that must fail, from the folder of the tests. */
  readonly test: string;
};

const BELL = "packages/actors/src/lanes/bell.ts";
const WRITER = "packages/actors/src/lanes/lane-writer.ts";
const READER = "packages/actors/src/lanes/lane-reader.ts";
const INBOX = "packages/actors/src/mailboxes/lane-inbox.ts";
const OUTBOX = "packages/actors/src/mailboxes/lane-outbox.ts";
const PORT = "packages/actors/src/threads/node-lane-port.ts";
const AWAITED = "packages/actors/src/node/awaited.ts";
const LETTERS = "packages/actors/src/node/outbox.ts";
const LARGE = "packages/actors/src/bytes/large-buffers.ts";
const ENCODER = "packages/actors/src/bytes/msgpack-writer.ts";
const FLAT = "packages/actors/src/bytes/flat-record.ts";
const RESULT = "packages/actors/src/sessions/result.ts";
const WAL_FORMAT = "packages/actors/src/storage/wal/wal-format.ts";

const BELLS: readonly TestedMutant[] = [
  {
    name: "ring-between-look-and-block-lost",
    about: "A thread that blocks reads the bell's counter only after it has looked.",
    edits: [
      {
        file: BELL,
        find: "Atomics.wait(this.#cells, RUNG, seen, ms)",
        replace: "Atomics.wait(this.#cells, RUNG, Atomics.load(this.#cells, RUNG), ms)",
      },
    ],
    test: "actors/lanes/bell.test.ts",
  },
  {
    name: "ring-between-look-and-event-loop-lost",
    about:
      "A thread that sleeps in its event loop reads the bell's counter only after it has looked.",
    edits: [
      {
        file: BELL,
        find: "Atomics.waitAsync(this.#cells, RUNG, seen)",
        replace: "Atomics.waitAsync(this.#cells, RUNG, Atomics.load(this.#cells, RUNG))",
      },
    ],
    test: "actors/lanes/bell.test.ts",
  },
  {
    name: "dozing-thread-not-woken",
    about: "What is urgent does not wake a thread that dozes.",
    edits: [{ file: BELL, find: "sleep === DOZING && isUrgent", replace: "false" }],
    test: "actors/lanes/bell.test.ts",
  },
  {
    name: "roused-too-little",
    about: "A thread that was roused goes on dozing.",
    edits: [
      {
        file: BELL,
        find: "Atomics.store(this.#cells, SLEEP, ASLEEP);",
        replace: "Atomics.store(this.#cells, SLEEP, DOZING);",
      },
    ],
    test: "actors/lanes/bell.test.ts",
  },
  {
    name: "dozing-leader-not-roused",
    about: "A leader that sends something in a timer's turn is not woken by the answers.",
    edits: [
      {
        file: PORT,
        find: "this.#lanes.rouse();",
        replace: "",
      },
    ],
    test: "actors/threads/direct-lanes.test.ts",
  },
  {
    name: "dozes-while-entries-are-not-committed",
    about: "A leader is not woken for answers that would let it commit.",
    edits: [{ file: AWAITED, find: "|| commit < last", replace: "" }],
    test: "actors/node/awaited.test.ts",
  },
  {
    name: "dozes-while-reads-wait",
    about: "A leader is not woken for answers that would let it answer a read.",
    edits: [{ file: AWAITED, find: "role.reads.length > 0 ||", replace: "" }],
    test: "actors/node/awaited.test.ts",
  },
  {
    name: "votes-can-wait",
    about: "A letter with a vote does not wake its receiver if there is an acceptance in it.",
    edits: [
      {
        file: LETTERS,
        find: "messages.every(isAcceptance)",
        replace: "messages.some(isAcceptance)",
      },
    ],
    test: "actors/node/outbox.test.ts",
  },
];

const LARGE_LETTERS: readonly TestedMutant[] = [
  {
    name: "large-memory-lent-twice",
    about: "Memory that was given back twice is lent for two values at the same time.",
    edits: [{ file: LARGE, find: "this.#lent.delete(memory);", replace: "" }],
    test: "actors/bytes/large-buffers.test.ts",
  },
  {
    name: "encoder-forgets-where-it-was",
    about: "After a large value the encoder goes on at the start of the memory that others are in.",
    edits: [
      {
        file: ENCODER,
        find: "else if (isLarge) this.#sharedAt = this.#start;",
        replace: "else if (isLarge) this.#sharedAt = 0;",
      },
    ],
    test: "actors/bytes/large-buffers.test.ts",
  },
  {
    name: "waiting-frame-shares-the-letters-memory",
    about:
      "A letter that waits for room in a lane is not copied, although its memory is used again.",
    edits: [
      {
        file: WRITER,
        find: "  const body = new Uint8Array(content + meta.length);",
        replace: `  if (meta.length === 0 && content === bytes.length) return bytes;
  const body = new Uint8Array(content + meta.length);`,
      },
    ],
    test: "actors/bytes/large-buffers.test.ts",
  },
];

const LANES: readonly TestedMutant[] = [
  {
    name: "frame-published-before-its-bytes",
    about: "The count of written bytes is stored before the bytes of a frame.",
    edits: [
      {
        file: WRITER,
        find: `this.#put(FRAME_BYTES, bytes);
    this.#put(FRAME_BYTES + content, meta);
    this.#publish(needed);`,
        replace: `this.#publish(needed);
    this.#put(FRAME_BYTES - needed, bytes);
    this.#put(FRAME_BYTES + content - needed, meta);`,
      },
    ],
    test: "actors/lanes/lane.test.ts",
  },
  {
    name: "frame-read-before-published",
    about: "A frame is read when its header is there, whether or not its bytes are published.",
    edits: [{ file: READER, find: "if (this.#look() < needed) {", replace: "if (false) {" }],
    test: "actors/lanes/lane.test.ts",
  },
  {
    name: "part-taken-for-a-whole-frame",
    about: "A frame of which only the first part has come is read as if it were all there.",
    edits: [
      {
        file: READER,
        find: "if (part.got < body.length) return undefined;",
        replace: "",
      },
    ],
    test: "actors/lanes/lane.test.ts",
  },
  {
    name: "room-granted-once-and-used-up",
    about:
      "A writer that fills the room which its reader made at once does not ask for more, and sleeps.",
    edits: [{ file: WRITER, find: "&& written !== this.#written;", replace: "&& written < 0;" }],
    test: "actors/lanes/lane.test.ts",
  },
  {
    name: "lane-of-an-older-incarnation-written",
    about: "A node writes to the lane of a thread that is gone.",
    edits: [{ file: OUTBOX, find: "if (direct.writer.isCut) {", replace: "if (false) {" }],
    test: "actors/threads/cut-lanes.test.ts",
  },
  {
    name: "lane-of-an-older-incarnation-kept",
    about:
      "A node goes on writing to the lane that it has when it gets one to a later incarnation.",
    edits: [
      {
        file: OUTBOX,
        find: "this.#direct.set(node, {",
        replace: "if (!this.#direct.has(node)) this.#direct.set(node, {",
      },
    ],
    test: "actors/threads/cut-lanes.test.ts",
  },
  {
    name: "obituary-of-an-older-incarnation-ends-a-lane",
    about: "The obituary of a thread is taken for that of the node's first lane, whichever it is.",
    edits: [
      {
        file: INBOX,
        find: "each.node === letter.node && each.incarnation === letter.incarnation,",
        replace: "each.node === letter.node && each.incarnation !== letter.incarnation,",
      },
    ],
    test: "actors/threads/cut-lanes.test.ts",
  },
  {
    name: "obituary-before-the-last-letters",
    about: "What a dead thread had sent is delivered after its obituary.",
    edits: [
      {
        file: INBOX,
        find: "if (source !== undefined && frame !== undefined) {\n      const last",
        replace: "if (source === undefined && frame !== undefined) {\n      const last",
      },
    ],
    test: "actors/threads/cut-lanes.test.ts",
  },
  {
    name: "request-for-room-forgotten-after-the-ring",
    about:
      "A reader clears the writer's request for room only after it has rung: it may clear the next one.",
    edits: [
      {
        file: READER,
        find: "    Atomics.store(cells, WANTS_ROOM, 0);\n    this.#bell.ring();",
        replace: "    this.#bell.ring();\n    Atomics.store(cells, WANTS_ROOM, 0);",
      },
    ],
    test: "actors/lanes/lane.test.ts",
  },
  {
    name: "waiting-letter-counts-nowhere",
    about: "A letter that waits in its actor's thread no longer counts in the mailbox.",
    edits: [
      {
        file: INBOX,
        find: "this.#keep(slot, 1, bytes.length);",
        replace: "this.#mailbox.taken(slot, bytes.length);",
      },
    ],
    test: "actors/runtime/mailbox.test.ts",
  },
  {
    name: "waiting-letters-of-the-dead-counted-as-lost",
    about: "Letters that wait in their receiver's thread count as lost when their sender has died.",
    edits: [
      {
        file: INBOX,
        find: "this.#mailbox.settle(slot, this.#kept?.[slot])",
        replace: "this.#mailbox.settle(slot)",
      },
    ],
    test: "actors/runtime/mailbox.test.ts",
  },
];

const PACKED: readonly TestedMutant[] = [
  {
    name: "exhaustion-taken-for-a-result",
    about:
      "A stack that is too small for a command gives a result, which another node may not have.",
    edits: [
      {
        file: RESULT,
        find: "    refuseExhaustion(error);\n    return encodeError",
        replace: "    return encodeError",
      },
    ],
    test: "actors/sessions/exhaustion.test.ts",
  },
  {
    name: "batch-without-its-checksum",
    about: "A batch of the log is accepted whatever its checksum is.",
    edits: [
      {
        file: WAL_FORMAT,
        find: "if (crc32(bytes.subarray(offset + 8, end)) !== crc) return undefined;",
        replace: "",
      },
    ],
    test: "actors/storage/wal/wal-damage.test.ts",
  },
  {
    name: "record-longer-than-its-bytes",
    about: "A record that goes on after the end of its command is accepted.",
    edits: [{ file: FLAT, find: "return at === to ? record", replace: "return at <= to ? record" }],
    test: "actors/bytes/flat-record.test.ts",
  },
  {
    name: "text-taken-for-ascii",
    about: "A text that is not ASCII is decoded as if each of its bytes were a character.",
    edits: [
      {
        file: FLAT,
        find: "if (at > to || !isAscii(bytes, begin, at)) return undefined;",
        replace: "if (at > to) return undefined;",
      },
    ],
    test: "actors/bytes/flat-record.test.ts",
  },
  {
    name: "name-of-another-record",
    about: "Two names that share a place in the table of names are taken for one.",
    edits: [
      {
        file: FLAT,
        find: "for (let i = 0; i < length; i += 1) if (name[i] !== bytes[at + i]) return false;",
        replace: "",
      },
    ],
    test: "actors/bytes/flat-record.test.ts",
  },
];

/** All of them. Those of runs and their answers are in `kinds/runs.ts`. */
export const TESTED_MUTANTS: readonly TestedMutant[] = [
  ...BELLS,
  ...LARGE_LETTERS,
  ...LANES,
  ...PACKED,
];
