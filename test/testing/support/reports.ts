import type { RunReport, Task, Violation } from "@kontiki/testing";

/** The report of a valid run; `more` overrides fields. */
export function report(task: Partial<Task>, more: Partial<RunReport> = {}): RunReport {
  const { number = 0, scenario = 0, seed = number + 1 } = task;
  return {
    task: { number, scenario, seed },
    verdict: "valid",
    violations: [],
    doubts: [],
    hash: `hash-${seed}`,
    events: 100,
    virtualMs: 1000,
    coverage: {},
    expected: {},
    met: [],
    elapsedMs: 10,
    token: undefined,
    page: undefined,
    ...more,
  };
}

/** The report of a run that violated these checks. */
export function failedReport(task: Partial<Task>, ...checks: readonly string[]): RunReport {
  const violations = checks.map((check): Violation => ({ check, text: "it did", at: 5 }));
  return report(task, { verdict: "violated", violations, token: `token-${task.number ?? 0}` });
}
