import { describe, expect, it } from "vitest";
import type { Outcome } from "@kontiki/actors/node";
import { claimsOf, type Claims } from "../../../packages/testing/src/claims/claims-of.ts";
import type { PlannedOperation } from "../../../packages/testing/src/plan/plan.ts";
import { plan, planned } from "../support/plans.ts";
import { operation, Stage } from "../support/stage.ts";

const put = planned(1, { type: "put", key: "k", value: "1" });
const append = planned(2, { type: "append", key: "k", value: "2" });
const get = planned(3, { type: "get", key: "k" }, true);

/** A cluster of which n1 leads, and a client whose operations take effect when it is told so. */
class Service {
  readonly stage: Stage<Claims>;
  #now = 0;
  #last = 0;

  constructor() {
    this.stage = new Stage(claimsOf(plan(), { now: () => this.#now }));
    this.stage.startAll();
    this.stage.elects("n1", 1, ["n2", "n3"]);
  }

  calls(called: PlannedOperation): void {
    this.#now += 1;
    const proposal = called.read ? undefined : { client: 7, sequence: called.id };
    this.stage.happens({ type: "called", operation: called, proposal });
  }

  /** The next entry is this operation's, and is applied with this result. */
  applies({ id, command }: PlannedOperation, result: unknown): void {
    this.#last += 1;
    const entry = operation(this.#last, 1, { client: 7, sequence: id }, command);
    this.stage.replicates("n1", ["n2", "n3"], entry);
    this.stage.applies("n1", this.#last, command, result);
  }

  returns(returned: PlannedOperation, outcome: Outcome<unknown>): void {
    this.#now += 1;
    this.stage.happens({ type: "returned", operation: returned, outcome });
  }

  /** What was found, with the doubts that are not about the run's end. */
  finish(): {
    readonly reports: readonly string[];
    readonly findings: ReturnType<Claims["finish"]>;
  } {
    this.stage.happens({ type: "healed" });
    const findings = this.stage.watcher.finish();
    const reports = this.stage.reports.filter((text) => !text.startsWith("liveness"));
    return { reports, findings };
  }
}

const ok = (value: unknown): Outcome<unknown> => ({ type: "ok", value });

describe("an answer to a client", () => {
  it("is true, and becomes a history", () => {
    const service = new Service();
    service.calls(put);
    service.applies(put, null);
    service.returns(put, ok(null));
    service.calls(append);
    service.applies(append, 2);
    service.returns(append, { type: "unknown", reason: "too late" });
    service.calls(get);
    service.returns(get, ok("12"));
    const { reports, findings } = service.finish();
    expect(reports).toEqual([]);
    expect(findings.doubts).toEqual([]);
    const c1 = { process: "c1" };
    expect(findings.history).toEqual({
      unit: "ms",
      marks: [{ type: "leader", node: "n1", term: 1, from: 0 }],
      operations: [
        {
          ...c1,
          call: 1,
          return: 2,
          input: { f: "put", key: "k", value: "1" },
          output: null,
          status: "ok",
          order: 1,
        },
        { ...c1, call: 3, input: { f: "append", key: "k", value: "2" }, status: "open", order: 2 },
        {
          ...c1,
          call: 5,
          return: 6,
          input: { f: "get", key: "k", value: null },
          output: "12",
          status: "ok",
        },
      ],
    });
  });

  it("acknowledges an operation that was applied nowhere", () => {
    const service = new Service();
    service.calls(put);
    service.returns(put, ok(null));
    expect(service.finish().reports).toEqual([
      'client answers: operation 1, {"type":"put","key":"k","value":"1"}, was acknowledged but is applied nowhere',
    ]);
  });

  it("differs from the machine's answer", () => {
    const service = new Service();
    service.calls(append);
    service.applies(append, 1);
    service.returns(append, ok(2));
    expect(service.finish().reports).toEqual([
      'client answers: operation 2, {"type":"append","key":"k","value":"2"}, was answered 2, but entry 1 gave 1',
      'linearizable: "k": append "2" of c1, called at 1 ms, fits nowhere: after 0 operations the state is null',
    ]);
  });

  it("is the answer to another command", () => {
    const service = new Service();
    const other = { ...put, command: { type: "put", key: "k", value: "9" } };
    service.calls(put);
    service.applies(other, null);
    service.returns(put, ok(null));
    expect(service.finish().reports).toEqual([
      'client answers: operation 1, {"type":"put","key":"k","value":"1"}, was applied as {"type":"put","key":"k","value":"9"} in entry 1',
    ]);
  });

  it.each(["before", "after"])(
    "reports that a command is in no log, but it comes to be in one: %s",
    (when) => {
      const service = new Service();
      service.calls(put);
      if (when === "before") service.applies(put, null);
      service.returns(put, { type: "definitelyNot", reason: "busy" });
      if (when === "after") service.applies(put, null);
      expect(service.finish().reports).toEqual([
        'client answers: operation 1, {"type":"put","key":"k","value":"1"}, was reported to be in no log, but is applied in entry 1',
      ]);
    },
  );

  it("shows an earlier state than an acknowledged one", () => {
    const service = new Service();
    service.calls(put);
    service.applies(put, null);
    service.returns(put, ok(null));
    service.calls(get);
    service.returns(get, ok(null));
    expect(service.finish().reports).toEqual([
      'linearizable: "k": get -> null of c1, called at 3 ms, fits nowhere: after 1 operations the state is "1"',
    ]);
  });
});
