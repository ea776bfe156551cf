/** Printed after the options by `kontiki view --help`. */
export const viewHelp = `
Examples:
  $ kontiki view figure_8 --seed 7
  $ kontiki view my-scenario.yaml --export run.html
  $ kontiki view k1-...#1234
  $ kontiki view traces/

A token or a scenario is run in simulation and recorded; a folder of traces ("kontiki up --trace DIR"
writes them) is read. The page shows the run moment by moment: nodes on a ring with roles, terms, timers
and letters on their way; the logs side by side; events and letters from top to bottom; elections,
faults, crashes and violations on one time axis. It plays, pauses, steps and jumps; "?" lists its keys.
Its address names the moment: #STEP, here or in the browser, is the number of an event.

Of a scenario in YAML or its token, the page runs the simulation itself, in the browser: "Fork" (key k)
changes what happens after the moment that is shown - a fault, the fate of a letter on its way, the seed
- and runs on. All before it stays the same. The address and a command with a new token name the result.

Without --export the page is served on the loopback interface until Ctrl-C. With --export it is one
file that needs no network and no server.

Traces hold no times: their events are in an order in which each letter is sent before it is received.

Exit status: 0 the page was written, 2 bad usage, a bad token, scenario or trace, or a port that cannot
be used, 4 an error of the tool, 130 interrupted by Ctrl-C.`;
