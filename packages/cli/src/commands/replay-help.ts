/** Printed after the options by `kontiki replay --help`. */
export const replayHelp = `
Examples:
  $ kontiki replay k1-... --story
  $ kontiki replay .kontiki/no-value-is-lost-5a38d294-1.token
  $ kontiki replay k1-... --html failure.html --json

A token is a word, or a file that holds it, as a failing test writes it. It has the scenario, its seed, and what shrinking removed. The same code gives the same run, on
any machine. Other code may give another run, which is reported. The exit status is that of the new
run, so a token shows whether a failure is repaired.

--json: token, about, expected (check, hash), outcome ("reproduced" or "another"), verdict, violations
(check, text, at), doubts, hash; with --story also story (at, node, what, nodes).

Exit status: 0 valid, 1 violated, 2 bad usage or a bad token, 3 unknown, 4 an error of the tool, 130
interrupted by Ctrl-C.`;

/** Printed after the options by `kontiki shrink --help`. */
export const shrinkHelp = `
Examples:
  $ kontiki shrink k1-...
  $ kontiki shrink k1-... --time 60s --json

Removes faults, operations and nodes, and shortens the rest, as long as the same check fails, until
nothing more can be removed. The rest is printed as a story, one line for each transition, with its
token.

--json: token, about, check, runs, isSmallest (false when it was ended early), violations, hash, story
(the last three are empty when it was interrupted).

Exit status: 1 violated, 2 bad usage or a bad token, 4 an error of the tool, 130 interrupted by Ctrl-C.
If the token's failure does not occur again: 0 valid, 3 unknown; 3 also when --time was too short.`;
