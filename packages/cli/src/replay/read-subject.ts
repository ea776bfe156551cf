import { badInput } from "../output/check-failure.ts";
import { messageOf } from "../session/answer.ts";
import type { TokenSubject } from "./token-subject.ts";

/** Reads a token. @throws CheckFailure when it is not one, or is one of another version. */
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
