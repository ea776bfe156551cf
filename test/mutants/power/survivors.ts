/** What is known about mutants that survived: what a run that shows them would need. */
export const NOTES: ReadonlyMap<string, string> = new Map([
  [
    "durable-for-a-replaced-entry",
    "A node reports only the end of its log in the same turn, so nothing is replaced in between. Only an exploration with `--async-disk` reports late.",
  ],
  [
    "durable-for-any-entry-there",
    "A node reports only the end of its log in the same turn, so nothing is replaced in between. Only an exploration with `--async-disk` reports late.",
  ],
  [
    "hand-over-asks-once",
    "It costs one hand-over when the request to stand is lost. That a hand-over may fail is allowed, so no check can blame it.",
  ],
  [
    "obituary-of-older-thread-counts",
    "It costs an election at most. It needs an obituary that comes later than a letter of the next thread, and a claim that knows which thread a letter came from.",
  ],
  [
    "late-letter-of-older-thread-counts",
    "It costs an election at most. It needs a letter of an older thread after one of the next, which the router drops.",
  ],
  [
    "obituaries-before-the-mail-of-their-turn",
    "It costs an election at most. It needs an obituary and a letter of the next thread in one turn.",
  ],
  [
    "obituaries-ignored",
    "It costs an election timeout after a death. No check measures how long a cluster has no leader.",
  ],
  [
    "dead-leader-waited-for",
    "It costs an election timeout after a death. No check measures how long a cluster has no leader.",
  ],
  [
    "dead-follower-not-probed",
    "It costs one heartbeat interval: the next heartbeat finds where the logs meet as well.",
  ],
  [
    "unknown-by-every-refusal",
    "It costs precision and no safety: no check compares an unknown outcome with what the client was answered.",
  ],
  [
    "timeouts-before-all-mail",
    "It needs a full turn, of 1,024 letters or of the bound that a scenario draws, with a heartbeat after it and a timeout at the same moment.",
  ],
  [
    "compaction-without-record",
    "After a restart the log has entries again that were compacted, as long as their segment is there. That costs memory; whether it can lose anything is open, because the snapshot covers them.",
  ],
  [
    "actors/storage/wal/wal-salvage:#append/bound-2",
    "What is salvaged of a damaged log falls into more pieces, so a node takes less of it at a time and gets the rest from others. It needs damage on all of them at the same entries.",
  ],
  [
    "busy-forever",
    "It needs more bytes in a log than the bound for uncommitted commands, which a scenario must draw small.",
  ],
  [
    "quorum-check-far-too-slow",
    "It needs a leader that no majority answers for longer than the limit of the check, and most partitions end earlier.",
  ],
]);
