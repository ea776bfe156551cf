import { readTrace, readTraceFile, type Trace } from "@kontiki/actors";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { badInput } from "../output/check-failure.ts";
import { messageOf } from "../output/error-text.ts";
import { counted } from "../render/quantities.ts";
import type { Recording } from "./recording.ts";
import { mergeTraces } from "./merge-traces.ts";

/** The name of a trace: the node, and the number of its start. */
const NAME = /^(.+)-(\d{1,15})\.ndjson$/;

/**
 * Records what the traces in a folder hold. They hold no times, so the events are in an order in which each letter is
 * sent before it is received.
 *
 * @throws CheckFailure when it holds no trace, or one that cannot be read.
 */
export function recordTraces(folder: string): Recording {
  const files = tracesIn(folder);
  if (files.length === 0)
    throw badInput(`${folder} holds no trace: a trace is a file such as n1-1.ndjson`);
  const byNode = new Map<string, (() => Trace)[]>();
  for (const { node, file } of files)
    byNode.set(node, [...(byNode.get(node) ?? []), () => open(join(folder, file))]);
  try {
    const events = mergeTraces(byNode);
    return {
      format: 1,
      title: `traces in ${basename(folder)}: ${counted(byNode.size, "node")}, ${counted(files.length, "start")}`,
      about:
        "Traces hold no times: the order is one in which each letter is sent before it is received.",
      source: "traces",
      clock: "events",
      command: `kontiki view ${folder}`,
      nodes: [...byNode.keys()],
      electionTimeoutMs: undefined,
      judged: undefined,
      opensAt: undefined,
      events,
    };
  } catch (error) {
    throw badInput(`${folder}: ${messageOf(error)}`);
  }
}

function tracesIn(folder: string): readonly { readonly node: string; readonly file: string }[] {
  return readdirSync(folder)
    .flatMap((file) => {
      const [, node = "", number = ""] = NAME.exec(file) ?? [];
      return node === "" ? [] : [{ node, file, number: Number(number) }];
    })
    .toSorted((one, other) =>
      one.node === other.node ? one.number - other.number : one.node < other.node ? -1 : 1,
    );
}

function open(path: string): Trace {
  try {
    return readTrace(readTraceFile(path));
  } catch (error) {
    throw new Error(`${basename(path)}: ${messageOf(error)}`, { cause: error });
  }
}
