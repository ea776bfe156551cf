/** Printed after the options by `kontiki replay --help`. */
export const replayHelp = `
Examples:
  $ kontiki replay k1-... --story
  $ kontiki replay k1-... --whole
  $ kontiki replay .kontiki/no-value-is-lost-5a38d294-1.token
  $ kontiki replay k1-... --html failure.html --json

A token is a word, or a file that holds it, as a failing test writes it. It has the scenario, its seed, and what shrinking removed. The same code gives the same run, on
any machine. Other code may give another run, which is reported. The exit status is that of the new
run, so a token shows whether a failure is repaired.

--story tells what the violated claim depends on: a walk back from the violation through the messages,
votes, entries, commitments, snapshots, crashes and faults that led to what the claim names. The line
above the story says how many of how many lines these are. --whole tells all lines. A page (--html)
shows the same lines, has all of them folded below, and lists the "sometimes" situations that the run
met.

--json: token, about, expected (check, hash), outcome ("reproduced" or "another"), verdict, violations
(check, text, at), doubts, hash; with --story or --whole also told (lines, of, about), story (at, node,
what, nodes) and sometimes (name, at).

Exit status: 0 valid, 1 violated, 2 bad usage or a bad token, 3 unknown, 4 an error of the tool, 130
interrupted by Ctrl-C.`;

/** Printed after the options by `kontiki shrink --help`. */
export const shrinkHelp = `
Examples:
  $ kontiki shrink k1-...
  $ kontiki shrink k1-... --time 60s --json

Removes faults, operations and nodes, gives settings their usual values, moves everything earlier and
shortens the rest, as long as the same check fails, until nothing more can be removed. What the violated claim depends on is printed as a story, one line for each transition, with
the token of what is left; --whole prints all lines. See kontiki replay --help.

--json: token, about, check, runs, isSmallest (false when it was ended early), violations, hash, told
(lines, of, about), story (the last four are empty when it was interrupted).

Exit status: 1 violated, 2 bad usage or a bad token, 4 an error of the tool, 130 interrupted by Ctrl-C.
If the token's failure does not occur again: 0 valid, 3 unknown; 3 also when --time was too short.`;
