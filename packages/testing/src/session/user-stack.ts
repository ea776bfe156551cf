import { fileURLToPath } from "node:url";

/** This package, and the one that it calls, where they are not installed. */
const OURS = [new URL("..", import.meta.url), new URL("../../../actors/", import.meta.url)];

/** Places that are not the code of a user: these packages, Node, and what is installed, such as a test runner. */
const OTHERS = [
  ...OURS.flatMap((place) => [place.href, fileURLToPath(place)]),
  "/node_modules/",
  "node:",
  "kontiki-watchdog",
];

/** A place in the code of a user, as the lines of a stack. */
export type UserPlace = readonly string[];

/** Where the code of a user has called into this package. */
export function userPlace(): UserPlace {
  return framesIn(new Error("a stack").stack);
}

/**
 * Lets the stack of an error point to a place in the code of a user, unless it does that already. An error that is made
 * in an event of the simulation has the stack of the event.
 */
export function pointedTo<E extends Error>(error: E, place: UserPlace): E {
  if (place.length > 0 && framesIn(error.stack).length === 0)
    error.stack = [`${error.name}: ${error.message}`, ...place].join("\n");
  return error;
}

function framesIn(stack: string | undefined): UserPlace {
  const lines = (stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return lines.filter(
    (line) => !line.includes("<anonymous>)") && !OTHERS.some((other) => line.includes(other)),
  );
}
