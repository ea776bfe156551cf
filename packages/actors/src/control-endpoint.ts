import { createHash } from "node:crypto";
import type { MessagePort } from "node:worker_threads";
import { index, type Entry } from "@kontiki/core";
import { expose } from "comlink";
import { decode, encode } from "./codec.ts";
import { headerOf, payloadOf } from "./command.ts";
import type { NodeActor } from "./node-actor.ts";
import type { LogLine, NodeControl } from "./protocol.ts";
import type { CommandBytes } from "./storage.ts";

/** Answers control calls about a node, between two of its turns. `stop` lets go of all it holds. */
export function exposeControl(port: MessagePort, actor: NodeActor, stop: () => void): void {
  const control: NodeControl = {
    stop() {
      stop();
      // The answer must leave first.
      setImmediate(() => port.close());
    },
    log(from, max) {
      const last = actor.log.lastIndex;
      if (from > last || max < 1) return [];
      const to = Math.min(last, from + max - 1);
      return actor.log
        .slice(index(Math.max(1, from)), index(to), Number.MAX_SAFE_INTEGER)
        .map(lineOf);
    },
    digest() {
      const { applied, state } = actor.snapshot();
      return { applied, sha256: createHash("sha256").update(encode(state)).digest("hex") };
    },
  };
  expose(control, port);
}

function lineOf(entry: Entry<CommandBytes>): LogLine {
  const { index: at, term } = entry;
  if (entry.type === "noop") return { type: "noop", index: at, term };
  const { client, sequence } = headerOf(entry.command);
  return {
    type: "command",
    index: at,
    term,
    client,
    sequence,
    command: decode(payloadOf(entry.command)),
  };
}
