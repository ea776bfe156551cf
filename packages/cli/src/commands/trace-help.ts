/** Printed after the commands by `kontiki trace --help`. */
export const traceHelp = `
Examples:
  $ kontiki trace show traces/n1-1.ndjson
  $ kontiki trace replay traces/n1-1.ndjson

"kontiki up --trace DIR" writes traces.`;

/** Printed after the options by `kontiki trace replay --help`. */
export const replayHelp = `
Examples:
  $ kontiki trace replay traces/n1-1.ndjson
  $ kontiki trace replay traces/n1-1.ndjson --json

The core of this version repeats the steps from the initial state in the trace. Every state and every
effect must be equal to that in the trace. It stops at the first step that differs, and names its line.

With --json:
  {"same":true,"steps":74,"differences":[]}
  {"same":false,"steps":7,"differences":[{"line":8,"path":"after.commit","text":"line 8, ..."}]}

Exit status: 0 all steps are the same, 1 a step differs, 2 bad usage, or the file is not a trace or
cannot be read; 130 interrupted by Ctrl-C.`;

/** Printed after the options by `kontiki trace show --help`. */
export const showHelp = `
Examples:
  $ kontiki trace show traces/n1-1.ndjson
  $ kontiki trace show traces/n1-1.ndjson --from 100 --count 20

A position in the log is INDEX@TERM. Role, term and commit are those after the step. Line 1 of a trace
is the node's initial state.

Exit status: 0 printed, 2 bad usage, or the file is not a trace or cannot be read; 130 interrupted by
Ctrl-C.`;
