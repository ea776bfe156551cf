import { badInput } from "../output/check-failure.ts";
import { messageOf } from "../output/error-text.ts";
import type { TokenSubject } from "./token-subject.ts";

/** Reads a token. @throws CheckFailure when the text is not a token, or a token of another version. */
export async function readSubject(
  token: string,
  readToken: (token: string) => Promise<TokenSubject>,
): Promise<TokenSubject> {
  try {
    return await readToken(token);
  } catch (error) {
    throw badInput(messageOf(error));
  }
}
