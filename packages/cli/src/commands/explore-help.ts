/** Printed after the options by `kontiki explore --help`. */
export const exploreHelp = `
Examples:
  $ kontiki explore
  $ kontiki explore --crashes 2 --time 10m --memory 4096
  $ kontiki explore --terms 3 --search depth --json
  $ kontiki explore --nodes 2 --crashes 0 --damage 1

Within these bounds any timer may expire at any time, and messages arrive in any order. Beyond
--inflight, any of the sent messages may be lost; a message that is never delivered stays in flight.
Every state is checked. Events that a search should meet, such as the election of a leader, are
counted, so that a search that met none of them does not pass. Each bound makes the search larger by a
factor: begin small.

With --damage a node crashes and finds that its disk has lost one entry of its log. It knows where its
log ended, votes and repairs itself by that, and may take from others only what it had.

A violation is printed as a story, one line for each transition, with a column for each node: role,
term, commit index, the terms of its entries; entries that are not on disk are in parentheses.

--json: verdict, bounds, ended ("exhausted", "violated", "states", "memory", "stopped"), states,
unreduced (without symmetry), transitions, depth, bytes, sometimes (how many transitions met each
event), never (events that should be met and were not), violation (null, or text, token, actions,
story), elapsedMs.

Exit status: 0 valid: every state was checked; 1 violated, 2 bad usage, 3 unknown: time or memory ran
out, or an expected event was not met; 4 an error of the tool, 130 interrupted by Ctrl-C.`;
