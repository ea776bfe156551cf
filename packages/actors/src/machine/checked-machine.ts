import { checkingSnapshots } from "./snapshot-check.ts";
import type { StateMachine } from "./state-machine.ts";
import { reportingThrows } from "./throw-check.ts";

/** What a node checks of its state machine while it runs. */
export type MachineChecks = {
  /** Whether each snapshot is restored into a second machine, which must then give the same answers. */
  readonly snapshots: boolean;
  /** Whether an error of the machine that it does not throw on purpose is the end of the node. */
  readonly throws: "fail" | "allow";
};

/**
 * Makes a machine and adds the checks.
 *
 * @param onWrong called with the end of a sentence that begins with the node.
 */
export function checkedMachine(
  make: () => StateMachine,
  { snapshots, throws }: MachineChecks,
  onWrong: (what: string) => void,
): StateMachine {
  const own = make();
  const kept = snapshots ? checkingSnapshots(own, make, onWrong) : own;
  return throws === "fail" ? reportingThrows(kept, onWrong) : kept;
}
