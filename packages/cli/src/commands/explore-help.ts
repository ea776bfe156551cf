/** What `kontiki explore --help` says after the options. */
export const exploreHelp = `
Examples:
  $ kontiki explore
  $ kontiki explore --crashes 2 --time 10m --memory 4096
  $ kontiki explore --terms 3 --search depth --json

Within these bounds any timer may run out at any time, messages come in any order, and of what is sent
beyond --inflight any part is lost. A message that is never delivered is one that stays in flight. What
must hold is looked at in every state; what a search should meet, such as a leader, is counted, so that
a search that met nothing does not pass. Each bound makes the search larger by a factor: begin small.

A violation is told as a story, a line a transition, with a column for each node: role, term, commit,
the terms of its entries, those that are not on disk in round brackets.

--json: verdict, bounds, ended ("exhausted", "violated", "states", "memory", "stopped"), states,
unreduced (without symmetry), transitions, depth, bytes, sometimes (what happened: in how many
transitions), never (what should have been met and was not), violation (null, or text, token,
actions, story), elapsedMs.

Exit status: 0 valid: all was seen and held, 1 violated, 2 bad usage, 3 unknown: time or memory was
used up, or what should be met was not; 4 an error of the tool, 130 interrupted by Ctrl-C.`;
