import { KontikiError } from "@kontiki/actors";
import type * as vitest from "vitest";

/**
 * Vitest is a peer: the project that writes the tests chooses its version. A static import of a missing package fails
 * before any line of this one runs.
 *
 * @throws KontikiError when it is not installed.
 */
export async function importVitest(): Promise<typeof vitest> {
  try {
    return await import("vitest");
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new KontikiError(
      "@kontiki/testing/vitest needs vitest, which is not installed: npm install --save-dev vitest",
      { cause },
    );
  }
}

/** Whether vitest itself is what Node did not find, and not something that vitest imports. */
function isMissing(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ERR_MODULE_NOT_FOUND" && message.startsWith("Cannot find package 'vitest' ");
}
