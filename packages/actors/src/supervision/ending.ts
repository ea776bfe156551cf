import type { ActorLife } from "./life.ts";

/** How a thread has ended. */
export type Ending = {
  /** Why, in one line. */
  readonly cause: string;
  /** Whether the actor ended by itself, and that is no crash. */
  readonly isNormal: boolean;
};

/** How a thread ends in this life. @param cause why it did not end by itself; undefined if it did. */
export function endingOf(life: ActorLife, cause: string | undefined): Ending {
  if (life.type === "stopping") return { cause: life.crash ?? "it was stopped", isNormal: false };
  if (life.type === "recycling") return { cause: life.cause, isNormal: false };
  if (life.type === "unusable") return { cause: life.why, isNormal: false };
  if (cause === undefined) return { cause: "it has ended", isNormal: true };
  return { cause, isNormal: false };
}
