import { describe, expect, it } from "vitest";
import { index, LOG_START, nodeId, term, type Entry } from "@kontiki/core";
import {
  Applier,
  KeyValue,
  type CommandBytes,
  type NodeActor,
  type NodeLimits,
} from "@kontiki/actors/node";
import { Committed } from "../../../packages/testing/src/claims/committed.ts";
import { PlacedEntries } from "../../../packages/testing/src/claims/placed.ts";
import { SessionClaims } from "../../../packages/testing/src/claims/session-claims.ts";
import { ShadowLog } from "../../../packages/testing/src/claims/shadow-log.ts";
import { openingCommand } from "../../../packages/actors/src/sessions/command.ts";
import { operation } from "../support/stage.ts";

type Limits = NodeLimits["sessions"];

const N1 = nodeId("n1");
const MACHINE = (): KeyValue => new KeyValue();
const OPENING: Entry<CommandBytes> = {
  type: "command",
  index: index(1),
  term: term(1),
  command: openingCommand(7, 0),
};
const LOG: readonly Entry<CommandBytes>[] = [
  OPENING,
  operation(2, 1, { client: 7, sequence: 1 }, { type: "put", key: "a", value: "1" }),
  operation(3, 1, { client: 7, sequence: 2 }, { type: "append", key: "a", value: "2" }),
];

/** The claims about a cluster that has committed the log, and their reports. */
function committed(
  entries = LOG,
  limits?: Limits,
): { readonly claims: SessionClaims; readonly reports: string[] } {
  const reports: string[] = [];
  const report = ({ check, text }: { check: string; text: string }): void =>
    void reports.push(`${check}: ${text}`);
  const all = new Committed([N1], report);
  const placed = new PlacedEntries(report);
  const log = new ShadowLog();
  log.reset(LOG_START);
  for (const entry of entries) log.append(placed.place("n1", entry, log.last.term));
  all.advance({ node: "n1", term: 1, leads: true, log }, 0, entries.length);
  return { claims: new SessionClaims(MACHINE, limits, all, report), reports };
}

/** A node that has applied these entries, up to the last of them. */
function applied(entries: readonly Entry<CommandBytes>[], limits?: Limits): NodeActor {
  const applier = new Applier(MACHINE(), limits);
  applier.apply({ slice: () => entries }, index(entries.length), entries.length, undefined);
  return { digest: () => ({ applied: applier.applied, sha256: applier.digest() }) } as NodeActor;
}

const WRONG =
  "snapshots equal replay: n1 restores a snapshot and has applied all up to entry 3, but its state and its clients' sessions are not what the entries up to there give";

describe("what a node restores from a snapshot", () => {
  it("is what the entries up to there give, at a start and later", () => {
    const { claims, reports } = committed();
    claims.started(N1, applied(LOG), true);
    claims.restored(N1);
    claims.stepped(N1);
    expect(reports).toEqual([]);
  });

  it("is the same state with other results", () => {
    const { claims, reports } = committed();
    const put = operation(2, 1, { client: 7, sequence: 1 }, { type: "put", key: "a", value: "12" });
    const get = operation(3, 1, { client: 7, sequence: 2 }, { type: "get", key: "a" });
    claims.started(N1, applied([OPENING, put, get]), true);
    expect(reports).toEqual([WRONG]);
  });

  it("is what they give with the limits of the nodes", () => {
    const limits = { sessionsMax: 5, idleEntries: 1 };
    const entries: readonly Entry<CommandBytes>[] = [
      OPENING,
      { ...OPENING, index: index(2), command: openingCommand(9, 0) },
      operation(3, 1, { client: 9, sequence: 1 }, { type: "put", key: "a", value: "1" }),
      // Its session has ended: two entries did not use it.
      operation(4, 1, { client: 7, sequence: 1 }, { type: "put", key: "a", value: "2" }),
    ];
    const same = committed(entries, limits);
    same.claims.started(N1, applied(entries, limits), true);
    const other = committed(entries);
    other.claims.started(N1, applied(entries, limits), true);
    expect([same.reports, other.reports]).toEqual([[], [WRONG.replace("entry 3", "entry 4")]]);
  });

  it("is compared once what was restored in a step is there", () => {
    const { claims, reports } = committed();
    let actor = applied(LOG);
    const later = { digest: () => actor.digest() } as NodeActor;
    claims.started(N1, later, false);
    claims.restored(N1);
    actor = applied(LOG.slice(1));
    expect(reports).toEqual([]);
    claims.stepped(N1);
    claims.stepped(N1);
    expect(reports).toEqual([WRONG]);
  });
});
