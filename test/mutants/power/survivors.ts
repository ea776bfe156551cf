/** What a survivor shows. */
export const CLASSES = {
  second: "hidden by a second guard in a whole node",
  speed: "a loss of speed alone",
  hole: "a hole",
} as const;

/** What is known about a mutant that survived: which of {@link CLASSES} it is, and why, or what a run that shows it would need. */
export type Note = { readonly is: keyof typeof CLASSES; readonly why: string };

/** Notes about mutants that survived some sample. */
export const NOTES: ReadonlyMap<string, Note> = new Map<string, Note>([
  [
    "durable-for-a-replaced-entry",
    {
      is: "second",
      why: "A node reports only the end of its log in the same turn, so nothing is replaced in between. Only an exploration with `--async-disk` reports late.",
    },
  ],
  [
    "durable-for-any-entry-there",
    {
      is: "second",
      why: "A node reports only the end of its log in the same turn, so nothing is replaced in between. Only an exploration with `--async-disk` reports late.",
    },
  ],
  [
    "hand-over-asks-once",
    {
      is: "speed",
      why: "It costs one hand-over when the request to stand is lost. That a hand-over may fail is allowed, so no check can blame it.",
    },
  ],
  [
    "obituary-of-older-thread-counts",
    {
      is: "hole",
      why: "It costs an election, or frees votes in spite of a lease. That needs an obituary that is an election timeout late, leases, and a read in between.",
    },
  ],
  [
    "late-letter-of-older-thread-counts",
    {
      is: "speed",
      why: "It costs an election at most. It needs a letter of an older thread after one of the next, which the router drops.",
    },
  ],
  [
    "obituaries-before-the-mail-of-their-turn",
    {
      is: "speed",
      why: "It costs an election at most. It needs an obituary and a letter of the next thread in one turn.",
    },
  ],
  [
    "obituaries-ignored",
    {
      is: "speed",
      why: "It costs an election timeout after a death. No check measures how long a cluster has no leader.",
    },
  ],
  [
    "unknown-by-every-refusal",
    {
      is: "hole",
      why: "It costs precision and no safety: no check compares an unknown outcome with what the client was answered.",
    },
  ],
  [
    "timeouts-before-all-mail",
    {
      is: "hole",
      why: "It needs a full turn, of 1,024 letters or of the bound that a scenario draws, with a heartbeat after it and a timeout at the same moment.",
    },
  ],
  [
    "actors/storage/wal/wal-salvage:#append/bound-2",
    {
      is: "speed",
      why: "What is salvaged of a damaged log falls into more pieces, so a node takes less of it at a time and gets the rest from others. It needs damage on all of them at the same entries.",
    },
  ],
  [
    "busy-forever",
    {
      is: "hole",
      why: "It needs more bytes in a log than the bound for uncommitted commands, which a scenario must draw small.",
    },
  ],
  [
    "quorum-check-far-too-slow",
    {
      is: "hole",
      why: "It needs a leader that no majority answers for longer than the limit of the check, and most partitions end earlier.",
    },
  ],
  [
    "entries-after-an-old-sync",
    {
      is: "hole",
      why: "A server must win in the turn in which it saves its term and vote, and have a follower to send to: a lone voter with learners that starts again. Few seeds grow a cluster from one node and stop that node then.",
    },
  ],
  [
    "round-of-an-earlier-lead-confirms",
    {
      is: "hole",
      why: "A server must lead again while an answer to its earlier lead is on its way, and the number of that round must be larger than the present one.",
    },
  ],
  [
    "part-read-unchecked",
    {
      is: "second",
      why: "Recovery checks the newest snapshot before it is read, and a received one is checked when it is published. Only damage between that and the read gets by.",
    },
  ],
  [
    "starved-supervisor-ignored",
    {
      is: "speed",
      why: "It costs an election at most: timers decide nothing that safety depends on, and the mail that was held arrives when the thread that carries it continues, so the cluster is live. Only real threads have such a thread, and only with a `network` carrier or with faults on; in the simulation the network itself carries the mail. A violation would need a claim that no leader may change without a cause, and no paper promises that.",
    },
  ],
  [
    "core/fetch:askForEntries/order-3",
    {
      is: "second",
      why: "Requests for entries leave after the sync of their turn, and name only a term and the log as it is after the step. The log is written in the same turn, so no run of a node can tell which of the two effects comes first.",
    },
  ],
  [
    "part-of-a-received-snapshot-unchecked",
    {
      is: "second",
      why: "The checksum of the whole is looked at before the snapshot is used: a bad part costs that it is sent again.",
    },
  ],
  [
    "durable-survives-a-snapshot",
    {
      is: "hole",
      why: "A node must report the end of its log after a snapshot replaced it, with an index that it had before. In ten later trials blind search caught it eight times, after 49 runs in the median.",
    },
  ],
  [
    "actors/client/client-reads:again/condition-1",
    {
      is: "speed",
      why: "It costs a stale read for a named node a pause: such a read is asked again until its deadline.",
    },
  ],
  [
    "actors/storage/recovery/open-storage:partialSnapshots/bound-1",
    {
      is: "speed",
      why: "A snapshot that is on the disk twice, damaged both times, is offered twice to the repair, which asks for each part once.",
    },
  ],
  [
    "timeouts-of-failed-disk-kept",
    {
      is: "speed",
      why: "It costs an election at most: a timeout of the node before its disk failed counts once for the node after that.",
    },
  ],
  [
    "actors/storage/snapshot/partial-snapshot:derivedOutline/effect-1",
    {
      is: "speed",
      why: "A snapshot that is damaged at its end is not offered to others, although its parts are intact. It needs damage on all of them at the same parts.",
    },
  ],
  [
    "actors/node/applier:apply/effect-5",
    {
      is: "speed",
      why: "The memory of the last entries that were applied is kept until the next ones come.",
    },
  ],
  [
    "membership-of-received-snapshot-unchecked",
    {
      is: "second",
      why: "The checksum of the whole snapshot covers its membership, and is compared with the one that was announced.",
    },
  ],
  [
    "core/salvage:knownTerms/comparison-2",
    {
      is: "second",
      why: "One position more is collected, and the oldest is left out after that.",
    },
  ],
  [
    "answers-of-an-older-term",
    {
      is: "second",
      why: "An entry gives the same result on each node, whichever answers first.",
    },
  ],
  [
    "actors/client/client-session:#reached/bound-1",
    {
      is: "second",
      why: "A session opens at entry 1 or later, so counting its entries from 1 ends it as safely as from 0.",
    },
  ],
  [
    "error-on-publishing-received-swallowed",
    {
      is: "hole",
      why: "The sync or the rename of a snapshot must fail after its last part has come, and the node must restart before it takes another one. A later search caught it with its 310th seed, after 67.5 s.",
    },
  ],
]);
