/** What `kontiki run --help` says after the options. */
export const runHelp = `
Examples:
  $ kontiki run --list
  $ kontiki run figure_8 --seeds 1000
  $ kontiki run my-scenario.yaml --until-fail
  $ kontiki run all --time 8h --jobs 2 --shard 3/16
  $ kontiki run reliable_churn --engine workers --seeds 3

A scenario is a file (.yaml, .ts, .js), the name of one that is shipped, or all of those. Each seed
draws faults and operations of its own; the same seed gives the same run, on any machine. Without
--seeds and --seed the first of 100 seeds is random and told; --seed alone is that one. With --time or
--until-fail seeds go on until then. A machine of a fleet takes its part by --shard: whatever the others do, no seed is run twice.
A campaign that is not cut short gives the same result with any number of --jobs. On worker threads
time and order are real: there a seed fixes what is done, not what comes of it.

A violation is told with a token: kontiki replay runs it again, kontiki shrink makes it small. Rates
are those of one job.

--json: verdict, engine, seeds (first, count, shard), jobs, elapsedMs, endedBy (null, "time",
"interruption" or "job"), and scenarios: scenario, runs, valid, violated, unknown, events, virtualMs,
busyMs, coverage (name: count, 0 for what never happened), findings (check, text, at, seed, runs,
hash, token), doubts (seed, text).

Exit status: 0 valid, 1 violated, 2 bad usage or a broken scenario, 3 unknown: a run did not show what
its scenario expects, or none ended; 4 an error of the tool, 130 interrupted by Ctrl-C.`;
