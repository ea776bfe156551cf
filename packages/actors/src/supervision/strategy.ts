/**
 * Which actors are restarted when one of them ends: the strategies and restart types of Erlang/OTP.
 *
 * @module
 */

/**
 * Which actors are restarted when one crashes: that one alone, all of them, or that one and those that were spawned after
 * it.
 */
export type Strategy = "one-for-one" | "one-for-all" | "rest-for-one";

/** All strategies. */
export const STRATEGIES = [
  "one-for-one",
  "one-for-all",
  "rest-for-one",
] as const satisfies Strategy[];

/**
 * Whether an actor is restarted after its end: `permanent` always, `transient` only after a crash, `temporary` never, not
 * even when another one's crash has ended it.
 */
export type RestartType = "permanent" | "transient" | "temporary";

/** All restart types. */
export const RESTART_TYPES = [
  "permanent",
  "transient",
  "temporary",
] as const satisfies RestartType[];

/** Whether an actor that has ended is restarted, by how it has ended. */
export function isRestarted(type: RestartType, hasCrashed: boolean): boolean {
  switch (type) {
    case "permanent":
      return true;
    case "transient":
      return hasCrashed;
    case "temporary":
      return false;
    default:
      return type satisfies never;
  }
}

/** The actors that are restarted with one that is restarted after its end, itself included, in the order of their start. */
export function restartedWith<Name>(
  strategy: Strategy,
  inOrder: readonly Name[],
  dead: Name,
): readonly Name[] {
  switch (strategy) {
    case "one-for-one":
      return [dead];
    case "one-for-all":
      return inOrder;
    case "rest-for-one":
      return inOrder.slice(inOrder.indexOf(dead));
    default:
      return strategy satisfies never;
  }
}
