/** What `kontiki replay --help` says after the options. */
export const replayHelp = `
Examples:
  $ kontiki replay k1-... --story
  $ kontiki replay k1-... --html failure.html --json

A token holds the scenario, its seed, and what was taken away by shrinking. The same code gives the
same run again, on any machine. Other code may give another: that is told, and the exit status is that
of the run at hand, so that a token tells whether a failure is mended.

--json: token, about, expected (check, hash), outcome ("reproduced" or "another"), verdict, violations
(check, text, at), doubts, hash; with --story story (at, node, what, nodes).

Exit status: 0 valid, 1 violated, 2 bad usage or no token, 3 unknown, 4 an error of the tool, 130
interrupted by Ctrl-C.`;

/** What `kontiki shrink --help` says after the options. */
export const shrinkHelp = `
Examples:
  $ kontiki shrink k1-...
  $ kontiki shrink k1-... --time 60s --json

Takes faults, operations and nodes away, and shortens what is left, as long as the same check fails,
until nothing more can go. What is left is told as a story, a line a transition, with its token.

--json: token, about, check, runs, isSmallest (false when it was ended before), violations, hash, story
(the last three empty when it was interrupted).

Exit status: 1 violated, 2 bad usage or no token, 4 an error of the tool, 130 interrupted by Ctrl-C;
0 or 3 when the token's failure does not come again, 3 as well when --time was too short to see.`;
