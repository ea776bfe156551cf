import { KontikiError } from "@kontiki/actors";
import { rmSync } from "node:fs";
import { Connection } from "../control/connection.ts";
import { isAnswered } from "../control/dial.ts";
import { startDetached } from "../control/detach.ts";
import { detachedArgs } from "../host/detached-args.ts";
import { reachText } from "../gateway/reach.ts";
import { reachOf } from "../control/hosted-cluster.ts";
import type { Hello } from "../control/protocol.ts";
import { Registry } from "../control/registry.ts";
import { EXIT_FAILED, EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import { CheckFailure } from "../output/check-failure.ts";
import { messageOf } from "../output/error-text.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import type { UpOptions } from "./up.ts";

/** How long a cluster may take to say whether it has a leader, in ms: "wait leader" takes half of it at most. */
const LEADER_MS = 60_000;

/** Starts a cluster in a process of its own, tells how to reach it, and resolves to the exit status. */
export async function upDetached(
  options: UpOptions,
  argv: readonly string[],
  host: Host,
): Promise<number> {
  const notes = new Notes(host);
  const registry = new Registry(host.env);
  const data = options.memory === true ? undefined : options.data;
  const entry = await reachOf({ name: options.name, data, log: options.log }, registry);
  if (entry.data !== null && (await isAnswered(entry.socket)))
    throw new KontikiError(`a cluster runs in ${entry.data} already: "kontiki ps" lists it`);
  const log = options.log ?? registry.pathOf(entry.name, ".log");
  // That of an earlier cluster with this name.
  if (options.log === undefined) rmSync(log, { force: true });
  const output = registry.pathOf(entry.name, ".err");
  const args = detachedArgs(argv, { name: entry.name, log });
  const started = startDetached({ args, socket: entry.socket, output }, host.signal);
  try {
    let hello = await notes.during("starting the nodes ...", started);
    if (options.wait === "leader") hello = await waitForLeader(entry.socket, notes, host);
    await write(host.stdout, options.json === true ? `${JSON.stringify(hello)}\n` : textOf(hello));
    return EXIT_OK;
  } catch (error) {
    const interrupted = interruptedStatus(host.signal);
    if (interrupted !== undefined) return interrupted;
    notes.problem(`kontiki: ${messageOf(error)}`);
    return error instanceof CheckFailure ? error.status : EXIT_FAILED;
  }
}

async function waitForLeader(socket: string, notes: Notes, { signal }: Host): Promise<Hello> {
  const connection = await Connection.open(socket);
  if (connection === undefined) throw new KontikiError("the cluster ended before it had a leader");
  const stop = (): void => connection.close();
  signal.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(stop, LEADER_MS);
  try {
    const waited = connection.request("wait leader");
    const reply = await notes.during("waiting for a leader ...", waited);
    if ("ok" in reply && !reply.ok) throw new KontikiError(`it runs, but ${reply.error}`);
    return await connection.hello();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    connection.close();
  }
}

function textOf({ name, nodes, pid, data, http, page }: Hello): string {
  const count = `${nodes.length} ${nodes.length === 1 ? "node" : "nodes"}`;
  const place = data === null ? "in memory" : `in ${data}`;
  const reach = http === null ? "" : `${reachText(http)}\n`;
  const seen = page === null ? "" : `page: ${page}\n`;
  return `${name}: ${count}, logs ${place}, process ${pid}\n${reach}${seen}`;
}
