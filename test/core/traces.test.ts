/**
 * Golden traces: scripts of events for named servers, each with all that the servers did. Every file reads as a lesson in
 * one part of the protocol, and fails when any step of any server changes. All invariants are checked at every step.
 *
 * To write one, or when a change of the core changes one: write or keep the lines that are not indented, run
 * `pnpm test core/traces -u`, and read every line of the difference. Commit a changed trace only when you understand it.
 *
 * Lines of a script, with servers a, b, c:
 *
 *     cluster a b c FIELD=VALUE       begins anew with these voters; fields as in Config, yes and no for flags
 *     server d/1                      starts a server that belongs to no cluster yet, with a disk of uid 1
 *     disk a term 3 vote b log 1 1 2  restarts a with this on its disk: no-ops of these terms
 *     # words                         say what there is to see
 *     quiet, loud                     what is between them happens, and is not shown
 *     show                            one line for every server
 *
 *     timeout a                       its election timer runs out
 *     silent a                        it has not heard a leader for the shortest election timeout
 *     heartbeat a                     its heartbeat timer runs out
 *     propose a x y                   a client wants x and y in the log
 *     read a 7                        a client wants to read; `leased` behind it: under a lease
 *     change a voter d/1, remove c    an operator wants other members: voter, learner, promote D [for C], remove
 *     transfer a b                    an operator wants b to lead
 *     gone a b                        a hears for certain that b's process is gone
 *     durable a 3@1                   a hears from its disk, late or again
 *     compact a 2                     an operator wants the log compacted but for 2 entries before the snapshot
 *
 *     deliver                         all messages, and those that they lead to, until nobody has anything to say
 *     deliver a->b                    those under way now from a to b; `first` or `last` behind it: only that one
 *     drop a->*                       loses those from a to anybody
 *     cut a b | c                     nothing passes between these groups any more; heal: everything does again
 *
 *     crash a, restart a              the process ends, with what was not synced; it starts again from its disk
 *     damage a 2                      it restarts and finds its log damaged behind entry 2
 *     wipe a 1                        it restarts with an empty disk, which has uid 1
 *     slow a, sync a, fast a          its disk does a write only when told to, one at a time; at once again
 *     snapshot a 5                    a snapshot of its state as of entry 5 is durable; forget a: older ones are removed
 *     spoil a                         the next snapshot that it gets is broken
 *
 * Under a line stands what it led to: a server and what happened to it, behind `|` what of its state changed, then its
 * effects in their order. A position in a log is INDEX@TERM, a server with another disk than it began with is NAME/UID.
 * After each event come the sync of what was written and `durable`, and `replicate`; both are left out when they have
 * nothing to do. `append` and `save` are written before what stands below them, replies leave after the sync.
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
