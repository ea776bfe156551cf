type Sometimes =
  | "elections"
  | "answers"
  | "restarts"
  | "torn"
  | "rolled"
  | "truncated"
  | "repeats"
  | "refusals"
  | "snapshots"
  | "uncompacted"
  | "installed"
  | "compacted";

/** A violation after which it makes no sense to continue. */
export class Stop extends Error {}

/** What a run found. */
export class Findings {
  /** Claims that did not hold: kinds of violation, each with the first case of it. */
  readonly violations = new Map<string, string>();
  /** How often things happened that a run should meet, so that a vacuous run is noticed. */
  readonly sometimes: Record<Sometimes, number> = {
    elections: 0,
    answers: 0,
    restarts: 0,
    torn: 0,
    rolled: 0,
    truncated: 0,
    repeats: 0,
    refusals: 0,
    snapshots: 0,
    uncompacted: 0,
    installed: 0,
    compacted: 0,
  };

  report(kind: string, what: string): void {
    if (!this.violations.has(kind)) this.violations.set(kind, what);
  }
}
