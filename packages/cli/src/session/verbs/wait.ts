/**
 * Verbs that wait: wait, sleep.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { CommandFailed } from "../answer.ts";
import { shorten } from "../arguments.ts";
import { showsOk } from "../shows.ts";
import { verb } from "../verb.ts";

const TIMEOUT_DEFAULT_MS = 30_000;

/** Its answer is the leader; undefined once all nodes agree. */
export const wait = verb({
  name: "wait",
  usage: "leader|converged [--timeout MS]",
  summary: "wait until there is a leader, or all nodes agree; at most 30 s",
  example: "wait converged --timeout 5000",
  arity: [1, 3],
  reads: true,
  completes: [() => ["leader", "converged"]],
  run: async ({ cluster, signal }, args): Promise<string | undefined> => {
    const condition = args.word().text;
    const timeoutMs = args.option("--timeout") ? args.milliseconds(1) : TIMEOUT_DEFAULT_MS;
    if (args.left > 0) throw args.unknown("wait");
    switch (condition) {
      case "leader":
        return cluster.leader({ timeoutMs, signal });
      case "converged":
        await cluster.converged({ timeoutMs, signal });
        return undefined;
      default:
        throw new CommandFailed(`wait takes "leader" or "converged", not ${shorten(condition)}`);
    }
  },
  text: (leader) => leader ?? "ok",
  json: (leader) => leader ?? null,
});

export const sleep = verb({
  name: "sleep",
  usage: "MS",
  summary: "do nothing for MS milliseconds",
  example: "sleep 500",
  arity: [1, 1],
  reads: true,
  order: "paces",
  run: ({ signal }, args) => delay(args.milliseconds(0), undefined, { signal }),
  ...showsOk,
});
