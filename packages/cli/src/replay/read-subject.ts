import { existsSync } from "node:fs";
import { readText } from "../host/read-text.ts";
import { badInput } from "../output/check-failure.ts";
import { messageOf, reasonOf } from "../output/error-text.ts";
import type { TokenSubject } from "./token-subject.ts";

/**
 * Reads a token: the word itself, or the file of this path that holds it.
 *
 * @throws CheckFailure when there is no token, and for a token of another version.
 */
export async function readSubject(
  token: string,
  readToken: (token: string) => Promise<TokenSubject>,
): Promise<TokenSubject> {
  try {
    return await readToken(tokenIn(token));
  } catch (error) {
    throw badInput(messageOf(error));
  }
}

/** What is neither a token nor a file is called no token, with what to give instead. */
function tokenIn(given: string): string {
  if (/^\s*k\d+-/.test(given) || !existsSync(given)) return given;
  try {
    return readText(given).trim();
  } catch (error) {
    throw new Error(`cannot read ${given}: ${reasonOf(error)}`, { cause: error });
  }
}
