/** What follows the commands in `kontiki trace --help`. */
export const traceHelp = `
Examples:
  $ kontiki trace show traces/n1-1.ndjson
  $ kontiki trace replay traces/n1-1.ndjson`;

/** What follows the options in `kontiki trace replay --help`. */
export const replayHelp = `
Examples:
  $ kontiki trace replay traces/n1-1.ndjson
  $ kontiki trace replay traces/n1-1.ndjson --json

The core of this version does the steps again from what the trace begins with. Every state and every effect must
come out as the trace has them. It stops at the first step that differs, and says in which line.

With --json:
  {"same":true,"steps":74,"differences":[]}
  {"same":false,"steps":7,"differences":[{"line":8,"path":"after.commit","text":"line 8, ..."}]}

Exit status: 0 all the same, 1 a step differs, 2 bad usage, 4 the file is no trace or cannot be read.`;

/** What follows the options in `kontiki trace show --help`. */
export const showHelp = `
Examples:
  $ kontiki trace show traces/n1-1.ndjson
  $ kontiki trace show traces/n1-1.ndjson --from 100 --count 20

A position in the log is INDEX@TERM. Role, term and commit are those after the step. Line 1 of a trace says what
the node began with.

Exit status: 0 printed, 2 bad usage, 4 the file is no trace or cannot be read, 130 interrupted by Ctrl-C.`;
