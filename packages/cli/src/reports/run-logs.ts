import type { KeptRun } from "@kontiki/testing";
import { hostname } from "node:os";
import { INFO, levelOf, type LogRecord } from "../control/event-log.ts";
import { eventText } from "../render/event-text.ts";

/** The log of what happened to no node in particular. */
const CLUSTER = "cluster";

/** Which run it is: its name in each line. */
type Logged = Pick<KeptRun, "log" | "begunAt"> & { readonly name: string };

/**
 * The logs of a run by node, in the shape of pino: one JSON object a line, as `kontiki up --log` writes them. The time is that
 * of the run; in a simulation it begins in 1970.
 */
export function runLogs({ log, begunAt, name }: Logged): Readonly<Record<string, string>> {
  const host = hostname();
  const lines = new Map<string, string[]>();
  for (const { at, node, event, what } of log) {
    const record: LogRecord = {
      level: typeof what === "string" ? INFO : levelOf(what),
      time: Math.round(begunAt + at),
      pid: process.pid,
      hostname: host,
      name,
      ...(typeof what === "object" && { ...what, type: undefined }),
      ...(node !== "" && { node }),
      event,
      msg: typeof what === "string" ? what : (eventText(what) ?? event),
    };
    const file = node === "" ? CLUSTER : node;
    const own = lines.get(file) ?? [];
    own.push(JSON.stringify(record));
    lines.set(file, own);
  }
  return Object.fromEntries([...lines].map(([node, own]) => [node, `${own.join("\n")}\n`]));
}
