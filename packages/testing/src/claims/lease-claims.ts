import type { CoreStep } from "../engine/observer.ts";
import type { Report } from "./report.ts";
import type { Servers } from "./servers.ts";

/**
 * Checks leases against what is true at the time of each read (dissertation 6.4.1): while a leader answers a read without asking
 * its followers, no other server leads a later term. It does not matter whether the answer would be old.
 */
export function checkLease(
  { node, event, after, effects }: CoreStep,
  servers: Servers,
  report: Report,
): void {
  if (event.type !== "read" || !event.leased || after.role.type !== "leader") return;
  if (!effects.some(({ type }) => type === "readReady")) return;
  for (const { node: other, state } of servers.running)
    if (other !== node && state?.role.type === "leader" && state.term > after.term)
      report({
        check: "lease",
        text: `${node} answers a read by its lease of term ${after.term}, but ${other} leads term ${state.term}`,
      });
}
