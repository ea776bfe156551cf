/** Printed after the options by `kontiki run --help`. */
export const runHelp = `
Examples:
  $ kontiki run --list
  $ kontiki run figure_8 --seeds 1000
  $ kontiki run my-scenario.yaml --until-fail
  $ kontiki run figure_8 --seed 7 --report reports
  $ kontiki run --time 60s
  $ kontiki run all --time 8h --jobs 2 --shard 3/16
  $ kontiki run reliable_churn --engine workers --seeds 3
  $ kontiki run kill --engine hosts --seed 1

A scenario is a file (.yaml, .ts, .js) or the name of a shipped one; "all" is every shipped one, and so
is no name: each runs with every seed, and swarm once more after each of them, with other seeds. Each
seed draws its own faults and operations, and in swarm also the settings of the cluster; the same seed
gives the same run on any machine. Without
--seeds and --seed, 100 seeds run, and the first is random and printed. --seed alone runs that one.
With --time, --until-fail or --until-doubt, runs continue until then. With --shard, the machines of a fleet share the
seeds and run none twice. A campaign that is not cut short gives the same result with any number of
--jobs. On worker threads and on hosts time and order are real: there a seed determines the faults and
operations, but not their results.

--engine hosts: each node is in a process of its own, with mail over a NATS server, which is started from
the PATH, or that of --nats. A crash is kill -9, a pause SIGSTOP; in a partition no message passes from
one host to another. Clients are in this process, on a host without nodes, and reach all nodes by the
same server; partitions do not concern them. A new member gets a process of its own, which takes longer to
start than a thread. Nothing is left running, also when this process is killed. docs/hosts.md has the
table of faults.

--guided is for long campaigns: half of the runs are new seeds, and the others change a few things in
plans that met something new: faults, operations, nodes, settings, length, chance. It has as many runs
as without, and gives the same result with any number of --jobs. --corpus implies it; the folder may be
given again, to continue, and several machines may share it. The seed of a finding is that of the plan
before changes: only the token reproduces the run.

A violation is printed with a token: kontiki replay reproduces it, kontiki shrink makes it small. Both
tell what the violated claim depends on, and with --whole everything; so does the page of --html. Events
per second and speedup (virtual by real time) are those of one job.

--report DIR keeps at most 100 runs, whatever their verdict, each in DIR/SCENARIO-SEED: summary.json
(operations, latencies and throughput over time, times without a success, leaders, faults and what each
cost, messages, coverage), history.jsonl for "kontiki check", report.html, one page that opens offline,
traces for "kontiki view DIR/SCENARIO-SEED/traces", and logs, a file of JSON lines for each node. DIR/latest
is a link to the newest. "kontiki compare" puts two of them side by side.

"Sometimes" situations are those in which a rule decides, such as a vote that is withheld. For each
subject the table has how many of them the runs met, the one that the fewest runs met, and the first of
these runs: its number in this campaign, its scenario and its seed. Below are those that no run met; one
scenario alone lists only a few. --seeds 12 is 2,100 runs, which meet nearly all.

--json: verdict, engine, seeds (first, count, shard), jobs, elapsedMs, endedBy (null, "time",
"interruption", "job" or "scenario"), sometimes (situation: number of runs that met it; null on worker threads and hosts),
firstMet (situation: run, seed, changes and scenario of the first of them),
and scenarios: scenario, runs, asDrawn (runs whose plan --guided did not change), valid, violated,
unknown, events, virtualMs, busyMs, coverage (name: count, 0 for an event that never occurred), expected
(name: runs that reached what some runs must reach), sometimes (those met), findings (check, text, at,
seed, runs, hash, token), doubts (seed, text).

Exit status: 0 valid, 1 violated, 2 bad usage or a broken scenario, 3 unknown: a run did not show what
its scenario expects of each run, none of 50 or more what it expects of some, no run ended, or --time ended before the runs of --seeds; 4 an error of the
tool, 130 interrupted by Ctrl-C.`;
