import { availableParallelism, hostname } from "node:os";
import type { Engines } from "../engines/engines.ts";
import type { ServerOptions } from "../fleet/server-options.ts";
import { withFleet } from "../fleet/with-fleet.ts";
import { EXIT_OK, type Host } from "../host/host.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import { counted } from "../render/quantities.ts";

export type WorkerOptions = ServerOptions & {
  readonly jobs?: number;
  readonly untilIdle?: true;
  readonly json?: true;
};

/** `kontiki worker`: runs ranges of all campaigns of a server, until it is interrupted. */
export function work(options: WorkerOptions, host: Host, engines: Engines): Promise<number> {
  const notes = new Notes(host, "kontiki: ");
  return withFleet(options, host, notes, async (fleet) => {
    const jobs = options.jobs ?? availableParallelism();
    notes.note(`working with ${counted(jobs, "job")}; Ctrl-C gives back what is not done`);
    const done = await fleet.work({
      jobs,
      host: hostname(),
      startJob: (spec) => engines.startJob(spec),
      signal: host.signal,
      untilIdle: options.untilIdle ?? false,
      onNote: (line) => notes.problem(line),
    });
    const { ranges, runs, broken, refused } = done;
    const text =
      options.json === true
        ? JSON.stringify({ jobs, ranges, runs, broken, refused })
        : `${counted(ranges, "range")}, ${counted(runs, "run")}`;
    await write(host.stdout, `${text}\n`);
    return EXIT_OK;
  });
}
