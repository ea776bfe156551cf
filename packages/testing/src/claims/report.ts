import type { Violation } from "../run/result.ts";

/** Takes down something that must always hold and did not. When it happened is known to whoever listens. */
export type Report = (violation: Pick<Violation, "check" | "text">) => void;
