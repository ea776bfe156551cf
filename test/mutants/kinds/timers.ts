import type { Variant } from "../planted.ts";

const ACTOR = "packages/actors/src/node/node-actor.ts";
const RUNNER = "packages/actors/src/node/node-runner.ts";
const STARTS = "packages/actors/src/node/peer-starts.ts";
const TIMERS = "packages/actors/src/node/timers.ts";
const STALE = "if (epoch !== this.timer.epoch) return;";

/** Variants of: timeouts and news of dead threads that are out of date. */
export const TIMERS_AND_OBITUARIES: readonly Variant[] = [
  {
    id: "stale-silence-counts",
    about: "A silence in the mailbox counts although the leader was heard meanwhile.",
    edits: [
      {
        file: ACTOR,
        find: STALE,
        replace: 'if (epoch !== this.timer.epoch && type !== "silence") return;',
      },
    ],
  },
  {
    id: "stale-timeout-counts",
    about:
      "A timeout in the mailbox counts although its timer was reset; a stale silence does not.",
    edits: [
      {
        file: ACTOR,
        find: STALE,
        replace: 'if (epoch !== this.timer.epoch && type === "silence") return;',
      },
    ],
  },
  {
    id: "timeouts-before-messages",
    about: "A timeout counts although a heartbeat is in the same mailbox.",
    edits: [
      {
        file: ACTOR,
        find: `for (const event of eventsOf(read.messages, gone)) this.#step(event);
    for (const timeout of read.timeouts) this.#onTimeout(timeout);`,
        replace: `for (const timeout of read.timeouts) this.#onTimeout(timeout);
    for (const event of eventsOf(read.messages, gone)) this.#step(event);`,
      },
    ],
  },
  {
    id: "timeouts-before-all-mail",
    about: "A timeout counts although there is mail that was not read yet.",
    edits: [
      {
        file: RUNNER,
        find: "if (!full && this.#timeouts.length > 0) letters.push(...this.#timeouts.splice(0));",
        replace: "if (this.#timeouts.length > 0) letters.push(...this.#timeouts.splice(0));",
      },
    ],
  },
  {
    id: "timeouts-of-failed-disk-kept",
    about: "Timeouts of a node whose disk failed count for the node that is recovered from it.",
    edits: [{ file: RUNNER, find: "this.#timeouts.length = 0;", replace: "" }],
  },
  {
    id: "starved-supervisor-ignored",
    about: "A timeout counts although no mail could arrive meanwhile.",
    edits: [
      {
        file: TIMERS,
        find: "if (this.#clock.pulses() - before < due) this.#whenQuiet(ms, callback);",
        replace: "if (this.#clock.pulses() - before < 0 * due) this.#whenQuiet(ms, callback);",
      },
    ],
  },
  {
    id: "election-timeouts-not-random",
    about: "All election timeouts have the same length.",
    edits: [
      {
        file: TIMERS,
        find: "const rest = electionTimeoutMs * (this.#clock.random() + patience);",
        replace: "this.#clock.random();\n        const rest = electionTimeoutMs * patience;",
      },
    ],
  },
  {
    id: "obituary-of-older-thread-counts",
    about: "An obituary of an older thread counts although its successor was heard.",
    edits: [
      {
        file: STARTS,
        find: "return incarnation >= (this.#incarnations.get(node) ?? 0) && term <= stage;",
        replace: "return incarnation >= 0 * (this.#incarnations.get(node) ?? 0) && term <= stage;",
      },
    ],
  },
  {
    id: "obituary-of-recovered-node-counts",
    about: "A late obituary of a node whose disk failed counts although the node leads since.",
    edits: [
      {
        file: STARTS,
        find: "return incarnation >= (this.#incarnations.get(node) ?? 0) && term <= stage;",
        replace:
          "return incarnation >= (this.#incarnations.get(node) ?? 0) && (term <= stage || stage >= 0);",
      },
    ],
  },
  {
    id: "late-letter-of-older-thread-counts",
    about: "A late letter of an older thread makes its obituary count.",
    edits: [
      {
        file: STARTS,
        find: "this.#incarnations.set(node, Math.max(incarnation, this.#incarnations.get(node) ?? 0));",
        replace: "this.#incarnations.set(node, incarnation);",
      },
    ],
  },
  {
    id: "obituaries-before-the-mail-of-their-turn",
    about: "An obituary counts although a letter of a later thread is in the same turn.",
    edits: [
      { file: ACTOR, find: "this.#peers.heard(read.heard);", replace: "" },
      {
        file: ACTOR,
        find: "for (const event of eventsOf(read.messages, gone)) this.#step(event);",
        replace:
          "this.#peers.heard(read.heard);\n    for (const event of eventsOf(read.messages, gone)) this.#step(event);",
      },
    ],
  },
  {
    id: "obituaries-ignored",
    about: "No obituary counts.",
    edits: [
      {
        file: ACTOR,
        find: "read.obituaries.filter((each) => this.#peers.counts(each, this.state.term));",
        replace: "read.obituaries.filter(() => false);",
      },
    ],
  },
  {
    id: "obituary-of-any-node-ends-leader",
    about: "The death of any node counts as that of the leader.",
    edits: [
      {
        file: "packages/core/src/step.ts",
        find: 'if (role.type !== "follower" || role.leader !== node) return unchanged(state);',
        replace: 'if (role.type !== "follower") return unchanged(state);',
      },
    ],
  },
];
