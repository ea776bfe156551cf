import {
  KeyValue,
  makeMachine,
  type MakeStateMachine,
  type StateMachine,
} from "@kontiki/actors/node";

/**
 * Checks each machine that an own function makes. The checks of the run make one before any node does, and one here shows
 * whether that is another.
 */
export function makerOf(own: MakeStateMachine | undefined): () => StateMachine {
  if (own === undefined) return () => new KeyValue() as StateMachine;
  makeMachine(own, "machine");
  return () => makeMachine(own, "machine");
}
