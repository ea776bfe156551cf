import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { badInput } from "../output/check-failure.ts";
import { messageOf } from "../output/error-text.ts";
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
    return await readToken(await tokenIn(token));
  } catch (error) {
    throw badInput(messageOf(error));
  }
}

/** What is neither a token nor a file is called no token, with what to give instead. */
async function tokenIn(given: string): Promise<string> {
  if (/^\s*k\d+-/.test(given) || !existsSync(given)) return given;
  return (await readFile(given, "utf8")).trim();
}
