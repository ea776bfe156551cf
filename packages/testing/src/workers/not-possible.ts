import { membersOf } from "@kontiki/core";
import type { FaultType } from "../scenario/fault.ts";
import type { FaultTarget } from "../engine/fault-target.ts";

/**
 * Why a fault cannot be injected now, in one line. Where members run on other hosts, it says that faults do not reach
 * them: otherwise "there is no n1" would look wrong.
 */
export function notPossible(
  type: FaultType,
  reason: string,
  target: Pick<FaultTarget, "nodes" | "membership">,
): string {
  const { nodes } = target;
  const areElsewhere = membersOf(target.membership()).some((member) => !nodes.includes(member));
  const reach =
    areElsewhere && nodes.length > 0
      ? `; faults reach only the nodes of this host: ${nodes.join(", ")}`
      : "";
  return `${type} is not possible now: ${reason}${reach}`;
}
