import { describe, expect, it } from "vitest";
import { LOG_START, nodeId, type Entry } from "@kontiki/core";
import { Applier, KeyValue, type CommandBytes, type NodeActor } from "@kontiki/actors/node";
import { Committed } from "../../../packages/testing/src/claims/committed.ts";
import { PlacedEntries } from "../../../packages/testing/src/claims/placed.ts";
import { SessionClaims } from "../../../packages/testing/src/claims/session-claims.ts";
import { ShadowLog } from "../../../packages/testing/src/claims/shadow-log.ts";
import { openingCommand } from "../../../packages/actors/src/sessions/command.ts";
import { operation } from "../support/stage.ts";

const N1 = nodeId("n1");
const MACHINE = (): KeyValue => new KeyValue();
const LOG: readonly Entry<CommandBytes>[] = [
  { type: "command", index: 1 as never, term: 1 as never, command: openingCommand(7, 0) },
  operation(2, 1, { client: 7, sequence: 1 }, { type: "put", key: "a", value: "1" }),
  operation(3, 1, { client: 7, sequence: 2 }, { type: "append", key: "a", value: "2" }),
];

/** The claims about a cluster that has committed the log, and their reports. */
function committed(): { readonly claims: SessionClaims; readonly reports: string[] } {
  const reports: string[] = [];
  const report = ({ check, text }: { check: string; text: string }): void =>
    void reports.push(`${check}: ${text}`);
  const all = new Committed([N1], report);
  const placed = new PlacedEntries(report);
  const log = new ShadowLog();
  log.reset(LOG_START);
  for (const entry of LOG) log.append(placed.place("n1", entry, log.last.term));
  all.advance({ node: "n1", term: 1, leads: true, log }, 0, LOG.length);
  return { claims: new SessionClaims(MACHINE, all, report), reports };
}

/** A node that has applied these entries, up to the last of them. */
function applied(entries: readonly Entry<CommandBytes>[]): NodeActor {
  const applier = new Applier(MACHINE());
  applier.apply({ slice: () => entries }, LOG.length as never, LOG.length, undefined);
  return { digest: () => ({ applied: applier.applied, sha256: applier.digest() }) } as never;
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

  it("lacks a result that its client may ask for again", () => {
    const { claims, reports } = committed();
    const [opening, put, append] = LOG;
    // The same state of the machine, by a session that has had another command.
    const other = operation(
      2,
      1,
      { client: 7, sequence: 1 },
      { type: "put", key: "a", value: "12" },
    );
    const get = operation(3, 1, { client: 7, sequence: 2 }, { type: "get", key: "a" });
    expect([put, append, opening].every((entry) => entry !== undefined)).toBe(true);
    claims.started(N1, applied([opening ?? other, other, get]), true);
    expect(reports).toEqual([WRONG]);
  });

  it("is compared once what was restored in a step is there", () => {
    const { claims, reports } = committed();
    let actor = applied(LOG);
    const later = { digest: () => actor.digest() } as NodeActor;
    claims.started(N1, later, false);
    claims.restored(N1);
    actor = applied([...LOG.slice(1)]);
    expect(reports).toEqual([]);
    claims.stepped(N1);
    claims.stepped(N1);
    expect(reports).toEqual([WRONG]);
  });
});
