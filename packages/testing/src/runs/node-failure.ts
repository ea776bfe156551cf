import type { Violations } from "../run/violations.ts";

/**
 * Reports the error that has ended a node. A node may refuse its disk, so that is no violation; an error of its state machine
 * was reported already.
 */
export function reportFailure(node: string, error: unknown, violations: Violations): void {
  if (error instanceof Error && isRefusal(error)) return;
  if (violations.hasJust("state machine", node)) return;
  const text = error instanceof Error ? error.message : "something that is not an error was thrown";
  violations.report({ check: "assertion", text: `${node}: ${text}` });
}

/** Whether a node refused to start with the content of its disk, or its disk refused an operation. */
function isRefusal(error: Error): boolean {
  return error.name === "DiskError" || error.name.endsWith("LogError");
}
