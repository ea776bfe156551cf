import { EARLIER_LEADS } from "../../../packages/testing/src/sometimes/earlier-leads.ts";
import {
  appendAccepted,
  appendEntries,
  b,
  entries,
  env,
  follower,
  from,
  leader,
  probe,
} from "../../core/support/core.ts";
import { stepped, testRunPoints } from "../support/run-points.ts";

const cut = stepped([
  env({ log: [1, 1, 1] }),
  follower({ term: 1 }),
  from(b, appendEntries(2, { after: [1, 1], entries: entries([2], 2) })),
]);
const leadingAgain = leader({ term: 3, progress: { b: probe(3) } });
const ack = (match: number) =>
  stepped([env({ log: [1, 2, 3] }), leadingAgain, from(b, appendAccepted(1, match))]);
const following = follower({ term: 3, leader: b });
const asked = (term: number) =>
  stepped([env({ log: [1] }), following, from(b, appendEntries(term, { after: [1, 1] }))]);

testRunPoints(EARLIER_LEADS, [
  ["replication.cutAck", [cut, ack(2)], [cut, ack(1)]],
  ["replication.oldQuestion", [asked(1)], [asked(3)]],
]);
