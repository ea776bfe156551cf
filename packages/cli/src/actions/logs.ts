import { KontikiError } from "@kontiki/actors";
import { existsSync } from "node:fs";
import { findCluster, Gone, type Found } from "../control/find-cluster.ts";
import { interruptible } from "../control/interruptible.ts";
import { readLog, recordOf } from "../control/read-log.ts";
import { Registry } from "../control/registry.ts";
import { timeText } from "../control/wall-clock.ts";
import { EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import { colorsFor, type Colors } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import { plainText } from "../render/quoting.ts";
import type { LogRecord } from "../control/event-log.ts";

export type LogsOptions = {
  readonly name?: string;
  readonly follow?: true;
  readonly json?: true;
};

/** Prints the log of a cluster, of all nodes or of one, and follows it if asked. Resolves to the exit status. */
export function logs(node: string | undefined, options: LogsOptions, host: Host): Promise<number> {
  return interruptible(host, () => printLog(node, options, host));
}

async function printLog(
  node: string | undefined,
  { name, follow, json }: LogsOptions,
  host: Host,
): Promise<number> {
  const { stdout, env, signal } = host;
  const { path, found } = await logOf(new Registry(env), name, new Notes(host), signal);
  const ended = new AbortController();
  const end = (): void => ended.abort();
  signal.addEventListener("abort", end, { once: true });
  try {
    if (node !== undefined && found !== undefined) expectNode(found, node);
    if (follow === true && found !== undefined) void found.connection.ended().then(end);
    else end();
    const colors = colorsFor(stdout, env);
    for await (const line of readLog(path, ended.signal)) {
      if (signal.aborted) break;
      const record = recordOf(line);
      if (record === undefined || (node !== undefined && record.node !== node)) continue;
      await write(stdout, json === true ? `${line}\n` : `${textOf(record, colors)}\n`);
    }
    return interruptedStatus(signal) ?? EXIT_OK;
  } finally {
    signal.removeEventListener("abort", end);
    found?.connection.close();
  }
}

/** Where the log is: of a cluster that runs, or what one of this name has left. @throws KontikiError */
async function logOf(
  registry: Registry,
  name: string | undefined,
  notes: Notes,
  signal: AbortSignal,
): Promise<{ readonly path: string; readonly found: Found | undefined }> {
  try {
    const found = await findCluster(registry, name, signal);
    const { log } = found.hello;
    if (log !== null) return { path: log, found };
    found.connection.close();
    throw new KontikiError(`${found.entry.name} keeps no log: start it with --log or --detach`);
  } catch (error) {
    const left = name === undefined ? undefined : registry.logOf(name);
    if (signal.aborted || left === undefined || !existsSync(left)) throw error;
    if (error instanceof Gone) notes.note(error.message);
    return { path: left, found: undefined };
  }
}

function expectNode({ hello: { nodes } }: Found, node: string): void {
  if (nodes.includes(node)) return;
  throw new KontikiError(`there is no node ${node}; there are ${nodes.join(", ")}`);
}

function textOf({ time, msg, level }: LogRecord, colors: Colors): string {
  const paint = level >= 50 ? colors.red : level >= 40 ? colors.yellow : String;
  return `${colors.dim(timeText(time))} ${paint(plainText(msg))}`;
}
