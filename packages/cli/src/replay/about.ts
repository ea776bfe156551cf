import type { Plan } from "@kontiki/testing";
import { counted } from "../render/quantities.ts";

/** A plan in one line. */
export function aboutOf({ scenario, seed, nodes, faults, operations, edits = [] }: Plan): string {
  const size = [
    counted(nodes, "node"),
    counted(faults.length, "fault"),
    counted(operations.length, "operation"),
    ...(edits.length > 0 ? [counted(edits.length, "edit")] : []),
  ];
  return `${scenario.name}, seed ${seed}: ${size.join(", ")}`;
}
