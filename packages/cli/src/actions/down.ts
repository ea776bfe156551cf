import { KontikiError } from "@kontiki/actors";
import { readFileSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { findCluster } from "../control/find-cluster.ts";
import { interruptible } from "../control/interruptible.ts";
import { REQUESTS } from "../control/protocol.ts";
import { purge as purgeData } from "../control/purge.ts";
import { Registry } from "../control/registry.ts";
import { EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";

export type DownOptions = {
  readonly name?: string;
  readonly purge?: true;
  readonly json?: true;
};

/** How long a cluster may take to stop, and its process to end after that. */
const STOP_MS = 30_000;
const EXIT_MS = 5000;
const LOOK_EVERY_MS = 10;

/** Stops a cluster of another process gracefully, and removes its data if asked. Resolves to the exit status. */
export function down(options: DownOptions, host: Host): Promise<number> {
  return interruptible(host, () => stop(options, host));
}

async function stop({ name, purge, json }: DownOptions, host: Host): Promise<number> {
  const { stdout, env, signal } = host;
  const notes = new Notes(host);
  const registry = new Registry(env);
  const { entry, connection, hello } = await findCluster(registry, name, signal);
  const close = (): void => connection.close();
  signal.addEventListener("abort", close, { once: true });
  const timer = setTimeout(close, STOP_MS);
  try {
    const { pid, data } = hello;
    connection.send(REQUESTS.down);
    await notes.during("stopping the nodes ...", connection.ended());
    const interrupted = interruptedStatus(signal);
    if (interrupted !== undefined) return interrupted;
    if (!(await hasEnded(pid)))
      throw new KontikiError(
        `${entry.name} does not stop: process ${pid} still runs; its log tells more ("kontiki logs")`,
      );
    const left = purge === true ? [".err", ".log"] : [".err"];
    for (const ending of left) rmSync(registry.pathOf(entry.name, ending), { force: true });
    const kept = purge === true && data !== null ? purgeData(data) : [];
    const value = { name: entry.name, pid, data, purged: purge === true, kept };
    const except =
      kept.length === 0 ? "" : `, but for what is not the cluster's: ${kept.join(", ")}`;
    const what = purge === true && data !== null ? `; ${data} removed${except}` : "";
    await write(
      stdout,
      json === true ? `${JSON.stringify(value)}\n` : `${entry.name} stopped${what}\n`,
    );
    return EXIT_OK;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", close);
    connection.close();
  }
}

/** Its lock is free and its output complete only when the process has ended. */
async function hasEnded(pid: number): Promise<boolean> {
  for (let waited = 0; waited < EXIT_MS; waited += LOOK_EVERY_MS) {
    if (!isAlive(pid)) return true;
    await delay(LOOK_EVERY_MS);
  }
  return false;
}

/** A process that has ended stays in the table of processes until its parent has looked at its status. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return !/\) [ZX] /.test(stat);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "EPERM" || (code === "ENOENT" && process.platform !== "linux");
  }
}
