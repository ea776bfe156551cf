import { EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import { runMaelstrom } from "../maelstrom/run-maelstrom.ts";
import { Notes } from "../output/notes.ts";

export type MaelstromOptions = {
  readonly data?: string;
  readonly electionTimeout: number;
  readonly heartbeat: number;
  readonly timeout: number;
};

/** Runs one node under Maelstrom until its input ends. Resolves to the exit status. */
export async function maelstrom(options: MaelstromOptions, host: Host): Promise<number> {
  const run = {
    data: options.data,
    electionTimeoutMs: options.electionTimeout,
    heartbeatMs: options.heartbeat,
    timeoutMs: options.timeout,
  };
  await runMaelstrom(run, new Notes(host, "kontiki: "), host);
  return interruptedStatus(host.signal) ?? EXIT_OK;
}
