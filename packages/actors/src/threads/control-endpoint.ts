import type { MessagePort } from "node:worker_threads";
import { index, type Entry, type LogView } from "@kontiki/core";
import { expose } from "comlink";
import { eachCommand } from "../sessions/run.ts";
import { KontikiError } from "../errors.ts";
import type { NodeActor } from "../node/node-actor.ts";
import type { NodeRunner } from "../node/node-runner.ts";
import type { Orders } from "../node/orders.ts";
import type { EncodedLogLine, NodeControl } from "../mail/protocol.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** Answers control calls about a node on each of its ports, between two of its turns. `stop` releases everything it holds. */
export function exposeControl(
  ports: readonly MessagePort[],
  runner: NodeRunner,
  orders: Orders,
  stop: () => void,
): void {
  const actor = (): NodeActor => {
    if (runner.actor === undefined) throw new KontikiError("its disk cannot be used");
    return runner.actor;
  };
  const control: NodeControl = {
    hasten: () => runner.hasten(),
    stop() {
      stop();
      // The answer must leave first.
      setImmediate(() => {
        for (const port of ports) port.close();
      });
    },
    log: (from, max) => logLines(actor().log, from, max),
    digest: () => actor().digest(),
    digestAt: (at, waitMs) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => resolve(undefined), waitMs);
        timer.unref();
        actor().digestAt(index(at), (digest) => {
          clearTimeout(timer);
          if (digest instanceof Error) reject(digest);
          else resolve(digest);
        });
      }),
    changeMembership: (changes) => orders.changeMembership(changes),
    transfer: (target) => orders.transfer(target),
    snapshot: () => orders.snapshot(),
    compact() {
      runner.order({ type: "compact", keptEntries: 0 });
      return { first: actor().log.firstIndex };
    },
  };
  for (const port of ports) expose(control, port);
}

/** The lines of entries from `from` on, until they are `max` or more: an entry is never divided. */
function logLines(
  log: LogView<CommandBytes>,
  from: number,
  max: number,
): readonly EncodedLogLine[] {
  const first = Math.max(from, log.firstIndex);
  if (first > log.lastIndex || max < 1) return [];
  const to = Math.min(log.lastIndex, first + max - 1);
  const lines: EncodedLogLine[] = [];
  for (const entry of log.slice(index(first), index(to), Number.MAX_SAFE_INTEGER)) {
    if (lines.length >= max) break;
    lines.push(...linesOf(entry));
  }
  return lines;
}

/** The lines of an entry: one, or one for each command of a run. */
function linesOf(entry: Entry<CommandBytes>): readonly EncodedLogLine[] {
  const { index: at, term } = entry;
  switch (entry.type) {
    case "noop":
      return [{ type: "noop", index: at, term }];
    case "membership":
      return [{ type: "membership", index: at, term, membership: entry.membership }];
    case "command":
      return eachCommand(entry.command).map(({ client, sequence, payload }) => ({
        type: "command",
        index: at,
        term,
        client,
        sequence,
        // A copy, because a port would copy all that the log keeps with it.
        payload: new Uint8Array(payload),
      }));
    default:
      return entry satisfies never;
  }
}
