/** Printed after the options by `kontiki explore --help`. */
export const exploreHelp = `
Examples:
  $ kontiki explore
  $ kontiki explore joint
  $ kontiki explore lease --crashes 1
  $ kontiki explore --crashes 2 --time 10m --memory 4096
  $ kontiki explore --inflight 3 --hashes --memory 8192
  $ kontiki explore --terms 3 --search depth --json
  $ kontiki explore --nodes 2 --crashes 0 --damage 1
  $ kontiki explore --logs 1,22,1 --terms 3 --crashes 0
  $ kontiki explore --reads 1 --crashes 0 --inflight 1
  $ kontiki explore --reads 1 --leases --quorum-beats 2 --heartbeats 1 --crashes 0 --inflight 1
  $ kontiki explore --changes 1 --voters 2 --crashes 0 --proposals 0
  $ kontiki explore --transfers 1 --crashes 0 --inflight 1
  $ kontiki explore --snapshots 1 --proposals 0 --inflight 1
  $ kontiki explore --wipes 1 --nodes 2
  $ kontiki explore --obituaries 1 --crashes 0 --inflight 1
  $ kontiki explore --pre-vote --quorum-beats 1 --heartbeats 2 --crashes 0 --inflight 1

Instances are explorations with names and recorded numbers of states, for each bound and for some pairs
of bounds. The small ones take about a second each, the large ones up to half a minute:
  default one-node four-nodes four-checked three-terms diverged figure-8 ten-entries drop duplicate
  heartbeat async-disk
  async-crash damage damage-majority read read-crash lease change joint two-changes transfer
  failed-transfer obituary pre-vote pre-vote-logs pre-vote-promises snapshot wipe wipe-three change-pre-vote read-change
  lease-transfer change-crash change-transfer change-snapshot obituary-crash snapshot-heartbeat
  wipe-snapshot
  large-read large-lease large-lease-crash large-change large-change-crash large-change-read large-change-snapshot
  large-change-four large-transfer large-snapshot large-snapshots large-wipe-crash large-wipe
  large-pre-vote large-damage-minority

Within these bounds any timer may expire at any time, and messages arrive in any order. Beyond
--inflight, any of the sent messages may be lost; a message that is never delivered stays in flight.
Every state is checked. Events that a search should meet, such as the election of a leader, are
counted, so that a search that met none of them does not pass. Each bound makes the search larger by a
factor: begin small.

Each bound from --damage on switches on a part of the protocol:
  --damage      A node crashes and finds that its disk has lost one entry of its log. It knows where its
                log ended, votes and repairs itself by that, and may take from others only what it had.
  --reads       A client reads from any node. The answer must cover all that any node knew to be
                committed when the client asked. With --leases a leader may answer alone, unless a node
                has heard nothing for an election timeout after the round on which the lease depends.
  --changes     Adds, removes or replaces a node, or changes two at once through a joint membership. With
                --voters some nodes are no members at first.
  --transfers   A leader hands over leadership to any node.
  --snapshots   A node takes a snapshot and compacts its log; others receive it in two parts.
  --wipes       A node crashes and restarts with an empty disk, and rejoins.
  --obituaries  A node hears that another one is dead. The report may be wrong, except about a leader that
                it follows.
With --logs the nodes begin with these logs, all in the term of the last entry of any, so that a search
reaches what comes after a long run. They must be logs that a run can leave behind, as Figure 7 of the
paper shows some; only Log Matching is checked.
Heartbeats are needed for whatever must be sent again. Symmetry is not used with --changes, --wipes,
--voters or --logs.

Each step is also checked against rules of the paper and the dissertation that need do no harm in the run
at hand: which answers confirm a round, what resets a timer, when a transfer ends. With --no-rules only
properties are checked: the runs that are found then lose or corrupt something.

A violation is printed as a story, one line for each transition, with a column for each node: role,
term, commit index, the terms of its entries; entries that are not on disk are in parentheses. {bc|ab}
is a membership with the voters b and c, joint with the outgoing a and b; {ab+c} has the learner c. ..2
stands for a compacted log, up to its last entry.

By default seen states are stored completely. With --hashes only a hash of each is, of 76 bits, and the
states that wait are: some 15 bytes a state in a large search, so that 100 million states take less than
2 GiB. Two states with equal hashes are taken for one. The chance that this happened to any of n states is
below n (n + 1) / 2 / 2^76, if hashes are as good as random: 7e-8 for 100 million. The result states it.

--memory limits what the search allocates, as it counts it; the process takes some 100 MiB more. A search
that reaches it is unknown: it prints how many states it saw, how many of them wait, and up to how many
transitions all runs are checked.

--json: verdict, instance and asRecorded (whether the counts are the recorded ones; both absent without
an instance), bounds (with the way of the search), ended ("exhausted", "violated", "states",
"memory", "stopped"), states, unreduced (without symmetry), transitions, depth, depthChecked (all runs of
so many transitions were checked; absent when all states were seen), waiting (states that were not
expanded), bytes, hashes (bits, and missed: the chance; absent without --hashes), sometimes (how
many transitions met each event that the bounds allow), firstMet (the least depth of each of them, and
of each situation that campaigns count), never (events that should be met and were not),
violation (null, or text, token, actions, story), elapsedMs.

Exit status: 0 valid: every state was checked; 1 violated, 2 bad usage, 3 unknown: time or memory ran
out, or an expected event was not met; 4 an error of the tool, 130 interrupted by Ctrl-C.`;
