/** Printed after the options by `kontiki campaign --help`. */
export const campaignHelp = `
Examples:
  $ kontiki campaign start figure_8 --seeds 1e6 --nats nats://127.0.0.1:4222 --name fig8
  $ kontiki worker --nats nats://127.0.0.1:4222
  $ kontiki campaign watch fig8 --nats nats://127.0.0.1:4222
  $ kontiki campaign report fig8 --nats nats://127.0.0.1:4222

A NATS server with JetStream (nats-server -js) keeps the work and the results. Any number of workers, on
any machines that reach it, take ranges of seeds. A campaign survives the death of any worker, of the
command that started it, and a restart of the server; its result is that of kontiki run with these seeds.
docs/fleet.md tells how to run a fleet and what it costs.`;

/** Printed after the options by `kontiki campaign start --help`. */
export const startHelp = `
Examples:
  $ kontiki campaign start figure_8 --seeds 1e6 --nats nats://127.0.0.1:4222
  $ kontiki campaign start all --seeds 1000 --nats nats://nats:4222 --creds fleet.creds --name nightly
  $ kontiki campaign start my-scenario.yaml --seeds 1e5 --until-fail --nats nats://127.0.0.1:4222

The command ends as soon as the server has the campaign. YAML files travel with it. A module (.ts, .js) does not:
each worker must have the same file at the same path, and refuses the campaign if it has not. Workers
also refuse a campaign that another version of the code started.

A range has at most 10,000 runs by default, and there are 200 ranges if there are as many seeds. A worker that dies loses
the runs of the ranges that it holds: another one runs them again after --redeliver-after. A range that was given
out --deliveries times without a result is an error of the tool, never a verdict.

--guided: each range is a guided campaign of its own that begins with plans which other ranges kept. Which
plans these are depends on what ended before, so two guided campaigns differ.

--json: the object that "kontiki campaign status --json" prints.

Exit status: 0 started, 2 bad usage, a broken scenario or a name that is taken, 4 an error of the tool, such as
no server, 130 interrupted by Ctrl-C.`;

/** Printed after the options by `kontiki campaign status --help`. */
export const statusHelp = `
Examples:
  $ kontiki campaign status --nats nats://127.0.0.1:4222
  $ kontiki campaign status fig8 --nats nats://127.0.0.1:4222 --json

--json: name, state ("running", "finished" or "stopped"), verdict, code, scenarios, seeds (first, count), ranges
(done, all, seeds in each), runs (done, all, violated), perSecond, workers (host, pid, jobs, busy, runs,
perSecond), findings (scenario, check, text, seed, runs, token), errors (range, reason), dropped (repeated
results, strange messages), coverage (name: count), elapsedMs (from the first result to the last), bytes (of
the results on the server).

Exit status: 0, 2 bad usage or no such campaign, 4 an error of the tool, such as no server, 130 interrupted by
Ctrl-C.`;

/** Printed after the options by `kontiki campaign watch --help`. */
export const watchHelp = `
Examples:
  $ kontiki campaign watch fig8 --nats nats://127.0.0.1:4222
  $ kontiki campaign watch fig8 --nats nats://127.0.0.1:4222 --json | jq .runs

Prints each violation once, with its token, and at the end one line. It may be interrupted and begun again, anywhere.

--json: the object of "kontiki campaign status --json" for each change, without workers.

Exit status: 0 valid, 1 violated, 2 bad usage or no such campaign, 3 unknown, such as a campaign that was
stopped, 4 an error of the tool, 130 interrupted by Ctrl-C.`;

/** Printed after the options by `kontiki campaign report --help`. */
export const reportHelp = `
Examples:
  $ kontiki campaign report fig8 --nats nats://127.0.0.1:4222
  $ kontiki campaign report fig8 --nats nats://127.0.0.1:4222 --json

Prints what "kontiki run" prints with these seeds, of the results that are there. The jobs are those of all
workers that brought results; the time is from the first result to the last.

--json: the object of "kontiki run --json"; endedBy is "now" for a campaign that runs, "stop" for one that was
stopped, "job" after an error of the tool.

Exit status: 0 valid, 1 violated, 2 bad usage or no such campaign, 3 unknown, also while it runs, 4 an error
of the tool, 130 interrupted by Ctrl-C.`;

/** Printed after the options by `kontiki campaign stop --help`. */
export const stopHelp = `
Examples:
  $ kontiki campaign stop fig8 --nats nats://127.0.0.1:4222
  $ kontiki campaign stop fig8 --remove --nats nats://127.0.0.1:4222

Workers end their runs of it at once. Its results stay on the server, for "report", until --remove.

--json: name, removed, runs (done, all).

Exit status: 0 stopped, 2 bad usage or no such campaign, 4 an error of the tool, 130 interrupted by Ctrl-C.`;

/** Printed after the options by `kontiki worker --help`. */
export const workerHelp = `
Examples:
  $ kontiki worker --nats nats://127.0.0.1:4222
  $ kontiki worker --nats tls://nats.example.org --creds fleet.creds --jobs 8
  $ kontiki worker --nats nats://nats:4222 --until-idle

Takes ranges of seeds from all campaigns on the server, those with the first name first, and waits for campaigns
when there are none. It may be killed at any time: its ranges are given to others. Ctrl-C and SIGTERM give
them back at once. It refuses campaigns that another version of the code started, and says so.

--json: jobs, ranges and runs that it brought results of, broken (ranges that it reported as errors), refused
(names of campaigns).

Exit status: 0 nothing is left (--until-idle), 2 bad usage, 4 an error of the tool, such as no server, 130
interrupted by Ctrl-C, 143 by SIGTERM.`;
