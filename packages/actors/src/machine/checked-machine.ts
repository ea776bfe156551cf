import { givingPlain } from "./plain-answers.ts";
import { checkingSnapshots } from "./snapshot-check.ts";
import type { StateMachine } from "./state-machine.ts";
import { reportingThrows } from "./throw-check.ts";

/** What a node checks of its state machine while it runs. */
export type MachineChecks = {
  /** Whether each snapshot is restored into a second machine, which must then give the same answers. */
  readonly snapshots: boolean;
  /**
   * Whether an error that the machine does not throw on purpose, or an answer that is not plain data, is the end of the
   * node.
   */
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
  if (!snapshots && throws === "allow") return make();
  const own = givingPlain(make());
  const kept = snapshots ? checkingSnapshots(own, () => givingPlain(make()), onWrong) : own;
  return throws === "fail" ? reportingThrows(kept, onWrong) : kept;
}
