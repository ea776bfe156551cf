import { type MailCarrier } from "@kontiki/actors";
import { expect, test } from "vitest";
import {
  commandsIn,
  commonLog,
  nextEvent,
  PATIENT,
  put,
  start,
  valueOf,
} from "./support/clusters.ts";

/** The nodes that nobody hears and that hear nobody. */
class Cut {
  readonly nodes = new Set<string>();
  readonly carry: MailCarrier = (letter, deliver) => {
    if (!this.nodes.has(letter.from) && !this.nodes.has(letter.to)) deliver(letter);
  };
}

test("a leader that is cut off is replaced, and cannot have anything committed", async () => {
  const cut = new Cut();
  const cluster = await start({ nodes: 3, network: cut.carry });
  const old = await cluster.leader(PATIENT);
  valueOf(await cluster.propose(put("a", "1")));
  await cluster.converged(PATIENT);
  const next = nextEvent(cluster, "leader", ({ node }) => node !== old);
  cut.nodes.add(old);
  await next;
  valueOf(await cluster.propose(put("a", "2")));
  expect(
    valueOf(await cluster.read({ type: "get", key: "a" }, { node: old, consistency: "stale" })),
  ).toBe("1");

  cut.nodes.clear();
  await commonLog(cluster);
  expect(valueOf(await cluster.get("a"))).toBe("2");
});

test("letters that arrive late, twice or never do no harm", async () => {
  let letters = 0;
  const cluster = await start({
    nodes: 3,
    network(letter, deliver) {
      letters += 1;
      if (letters % 10 === 0) return;
      for (const ms of letters % 5 === 0 ? [1, 3, 8] : [letters % 7])
        setTimeout(() => deliver(letter), ms);
    },
  });
  const commands = Array.from({ length: 100 }, (_, at) => put(`k${at % 7}`, String(at)));
  for (const command of commands) valueOf(await cluster.propose(command));
  expect(commandsIn(await commonLog(cluster))).toEqual(commands);
});

test("clients reach all nodes, whatever the network does", async () => {
  const asked = new Set<string>();
  const cluster = await start({
    nodes: 3,
    network(letter, deliver) {
      asked.add(letter.from).add(letter.to);
      deliver(letter);
    },
  });
  valueOf(await cluster.propose(put("a", "1")));
  await cluster.converged(PATIENT);
  expect([...asked].toSorted()).toEqual(["n1", "n2", "n3"]);
});
