import type { Variant } from "../planted.ts";

const RUN = "packages/actors/src/sessions/run.ts";
const SESSIONS = "packages/actors/src/sessions/sessions.ts";
const RESULTS = "packages/actors/src/sessions/packed-results.ts";
const PROPOSALS = "packages/actors/src/client/client-proposals.ts";
const APPLIER = "packages/actors/src/node/applier.ts";

/** Variants of: runs of commands in one entry, and their answers in ranges. Tests of the same folders catch them all. */
export const RUNS: readonly Variant[] = [
  {
    id: "run-accepted-unchecked",
    about: "A run gets into a log whatever its count and its lengths are.",
    edits: [
      { file: RUN, find: "return !isRun(bytes) || isWellFormed(bytes);", replace: "return true;" },
    ],
  },
  {
    id: "run-lengths-may-end-early",
    about: "A run is accepted although its lengths do not add up to its bytes.",
    edits: [{ file: RUN, find: "return at === length;", replace: "return at <= length;" }],
  },
  {
    id: "run-of-one-too-many",
    about: "A run is split one command too late.",
    edits: [
      {
        file: RUN,
        find: "count < RUN_COMMANDS_MAX &&",
        replace: "count <= RUN_COMMANDS_MAX &&",
      },
    ],
  },
  {
    id: "run-of-a-length-too-many",
    about: "A run is split as if lengths took no bytes.",
    edits: [
      {
        file: RUN,
        find: "this.#bytes + LENGTH_BYTES + sizeOf(payload) <= RUN_BYTES_MAX",
        replace: "this.#bytes + sizeOf(payload) <= RUN_BYTES_MAX",
      },
    ],
  },
  {
    id: "run-over-a-gap",
    about: "A run holds commands whose numbers are not consecutive.",
    edits: [
      {
        file: RUN,
        find: "sequence === this.#first + count &&",
        replace: "sequence >= this.#first + count &&",
      },
    ],
  },
  {
    id: "run-of-two-sessions",
    about: "A run holds commands of another session.",
    edits: [{ file: RUN, find: "client === this.#client &&", replace: "" }],
  },
  {
    id: "run-copied-over-a-gap",
    about: "Commands that are not next to each other in memory are copied as if they were.",
    edits: [
      {
        file: RUN,
        find: "if (next?.bytes !== last?.bytes || next?.from !== (last?.to ?? 0) + LENGTH_BYTES) break;",
        replace: "if (next?.bytes !== last?.bytes) break;",
      },
    ],
  },
  {
    id: "repeat-at-the-end-of-a-run",
    about: "The last command that a session remembers is applied again when it is repeated.",
    edits: [
      {
        file: SESSIONS,
        find: "place < results.length ? results[place]",
        replace: "place + 1 < results.length ? results[place]",
      },
    ],
  },
  {
    id: "repeat-as-its-run",
    about: "A run is applied as a whole if its last command was not applied before.",
    edits: [
      {
        file: SESSIONS,
        find: "if (known !== undefined) return known;",
        replace: "if (known !== undefined && results.at(-1) === known) return known;",
      },
    ],
  },
  {
    id: "answers-shifted-at-the-node",
    about: "The answers of a range begin with the next command.",
    edits: [
      {
        file: RESULTS,
        find: "if (this.#count === 0) this.#first = sequence;",
        replace: "if (this.#count === 0) this.#first = sequence + 1;",
      },
    ],
  },
  {
    id: "answers-shifted-at-the-client",
    about: "After an answer that is not needed, commands get the answers before theirs.",
    edits: [
      {
        file: PROPOSALS,
        find: "[from, fromAt] = [sequence + 1, reader.at];",
        replace: "[from, fromAt] = [sequence + 1, at];",
      },
    ],
  },
  {
    id: "turn-counts-entries",
    about: "What is applied in a turn is bounded by entries, however many commands they hold.",
    edits: [
      {
        file: APPLIER,
        find: "count += this.#applyEntry(entry);",
        replace: "count += Math.min(1, this.#applyEntry(entry));",
      },
    ],
  },
];
