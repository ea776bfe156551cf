/**
 * Golden traces: scripts of events for named servers, each with everything that the servers did. Every file reads as a
 * lesson on one part of the protocol, and fails when any step of any server changes. All invariants are checked at
 * every step.
 *
 * To write one, or to update it after a change of the core: write or keep the lines that are not indented, run `pnpm
 * test core/traces -u`, and read every line of the difference. Commit a changed trace only when you understand it.
 *
 * Lines of a script, with servers a, b, c:
 *
 *     cluster a b c FIELD=VALUE       starts a new cluster of these voters; fields as in Config, yes and no for flags
 *     server d/1                      starts a server that belongs to no cluster yet, with a disk of uid 1
 *     disk a term 3 vote b log 1 1 2  restarts a with this on its disk: no-ops of these terms
 *     # text                          explains what happens
 *     quiet, loud                     the lines between them run, and are not shown
 *     show                            one line for every server
 *
 *     timeout a                       its election timer fires
 *     silent a                        it has not heard a leader for the shortest election timeout
 *     heartbeat a                     its heartbeat timer fires
 *     propose a x y                   a client wants x and y in the log
 *     read a 7                        a client wants to read; with `leased` at the end: under a lease
 *     change a voter d/1, remove c    an operator requests other members: voter, learner, promote D [for C], remove
 *     transfer a b                    an operator requests b as leader
 *     gone a b                        a learns that b's process is certainly gone
 *     durable a 3@1                   a's disk reports, late or again
 *     compact a 2                     an operator requests compaction but for 2 entries before the snapshot
 *
 *     deliver                         all messages, and those that they lead to, until there are no more
 *     deliver a->b                    those in flight now from a to b; with `first` or `last` at the end: only that one
 *     drop a->*                       loses those from a to any server
 *     cut a b | c                     no more messages pass between these groups; heal: all pass again
 *
 *     crash a, restart a              the process ends, and unsynced writes are lost; it starts again from its disk
 *     damage a 2                      it restarts and finds its log damaged after entry 2
 *     wipe a 1                        it restarts with an empty disk, which has uid 1
 *     slow a, sync a, fast a          its disk writes only on `sync`, one write at a time; at once again after `fast`
 *     snapshot a 5                    a snapshot of its state as of entry 5 is durable; forget a: older ones are removed
 *     spoil a                         the next snapshot that it receives is broken
 *
 * The lines under a script line show what it led to: a server and its event, after `|` the changes of its state, then
 * its effects in order. A position in a log is INDEX@TERM; a server with a later disk than its first is NAME/UID. After
 * each event come the sync of what was written and `durable`, and `replicate`; both are left out when they do nothing.
 * `append` and `save` are written before the effects below them; replies leave after the sync.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { traced } from "./support/script/trace-text.ts";

const FOLDER = new URL("traces/", import.meta.url);

test.each(readdirSync(FOLDER))("%s", async (name) => {
  const file = fileURLToPath(new URL(name, FOLDER));
  await expect(traced(readFileSync(file, "utf8"))).toMatchFileSnapshot(file);
});
