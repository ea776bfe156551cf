import type { Violation } from "../run/result.ts";

/** Records a violation. The receiver adds the time. */
export type Report = (violation: Pick<Violation, "check" | "text">) => void;
