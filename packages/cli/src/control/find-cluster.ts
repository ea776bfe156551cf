import { KontikiError } from "@kontiki/actors";
import { existsSync, realpathSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { Connection, Silent } from "./connection.ts";
import type { Hello } from "./protocol.ts";
import type { Registered, Registry } from "./registry.ts";
import { socketIn } from "./socket-path.ts";

/** A cluster whose process listens, and the connection to it. */
export type Listening = { readonly entry: Registered; readonly connection: Connection };

/** A cluster that answers, and what it says of itself. */
export type Found = Listening & { readonly hello: Hello };

/** A cluster that is registered, and whose process was killed. */
export class Gone extends KontikiError {}

/**
 * Connects to a cluster by its name or its data directory; without one, to the only one that runs.
 *
 * @param signal ends the wait for its first answer.
 * @throws KontikiError when there is none, when several run and none was named, or when it does not answer in time.
 */
export async function findCluster(
  registry: Registry,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<Found> {
  const found = await listening(registry, wanted);
  try {
    return { ...found, hello: await greet(found, signal) };
  } catch (error) {
    found.connection.close();
    throw error;
  }
}

/**
 * Asks a cluster what it is, which it answers at once whatever its commands do.
 *
 * @param signal closes the connection.
 * @throws KontikiError when it does not answer in time, one line with what to do, or when `signal` aborts.
 */
export async function greet({ entry, connection }: Listening, signal: AbortSignal): Promise<Hello> {
  const stop = (): void => connection.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (signal.aborted) stop();
    return await connection.hello();
  } catch (error) {
    if (signal.aborted) throw new KontikiError("interrupted", { cause: error });
    const { name, pid } = entry;
    if (error instanceof KontikiError && !(error instanceof Silent))
      throw new KontikiError(`${name}: ${error.message} (${entry.socket})`, { cause: error });
    if (!(error instanceof Silent)) throw error;
    const [process, which] = pid === 0 ? ["its process", "PID"] : [`its process ${pid}`, pid];
    throw new KontikiError(
      `${name}: ${error.message}: ${process} is stopped or very busy; "kill -CONT ${which}" lets a stopped one continue`,
      { cause: error },
    );
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function listening(registry: Registry, wanted: string | undefined): Promise<Listening> {
  if (wanted !== undefined) return named(registry, wanted);
  const gone: Registered[] = [];
  const running = await runningClusters(registry, (entry) => gone.push(entry));
  const [first, ...others] = running;
  if (first !== undefined && others.length === 0) return first;
  for (const { connection } of running) connection.close();
  if (first === undefined) {
    const ended = gone.map(goneText).join("; ");
    throw new KontikiError(
      ended === "" ? 'no cluster runs here: "kontiki up --detach" starts one' : ended,
    );
  }
  const names = running.map(({ entry }) => entry.name).join(", ");
  throw new KontikiError(`${running.length} clusters run: ${names}; choose one with --name`);
}

async function named(registry: Registry, wanted: string): Promise<Listening> {
  const known = registry.find(wanted) ?? inDirectory(registry, wanted);
  const connection = known && (await Connection.open(known.socket));
  if (known !== undefined && connection !== undefined) return { entry: known, connection };
  if (known !== undefined && registry.find(known.name) !== undefined) {
    forget(registry, known);
    throw new Gone(goneText(known));
  }
  const names = registry.list().map(({ name }) => name);
  const hint = names.length === 0 ? "none is registered" : `registered: ${names.join(", ")}`;
  throw new KontikiError(`no cluster ${wanted} runs (${hint})`);
}

/** A directory's cluster is found by its socket even if it is not registered, as in another container. */
function inDirectory(registry: Registry, path: string): Registered | undefined {
  if (!existsSync(path)) return undefined;
  const data = realpathSync(resolve(path));
  const known = registry.list().find((entry) => entry.data === data);
  return known ?? { name: path, pid: 0, data, socket: socketIn(data), log: null, startedAt: 0 };
}

/** All whose processes listen. Entries of clusters that were killed are removed, and reported to `onGone`. */
export async function runningClusters(
  registry: Registry,
  onGone: (entry: Registered) => void = () => undefined,
): Promise<readonly Listening[]> {
  const tried = registry.list().map(async (entry): Promise<readonly Listening[]> => {
    const connection = await Connection.open(entry.socket);
    if (connection !== undefined) return [{ entry, connection }];
    forget(registry, entry);
    onGone(entry);
    return [];
  });
  return (await Promise.all(tried)).flat();
}

/** What became of a cluster whose entry is there and whose process is not. */
export function goneText({ name, pid, data }: Registered): string {
  const left = data === null ? "" : `; its data is in ${data}`;
  return `${name} ended without stopping: process ${pid} is gone${left}`;
}

/** Removes what a cluster that was killed has left, besides its data and its log. */
export function forget(registry: Registry, entry: Registered): void {
  registry.remove(entry);
  rmSync(entry.socket, { force: true });
}
