import { badInput } from "../check/failure.ts";
import type { Engines } from "../engines.ts";
import { messageOf } from "../session/answer.ts";
import type { TokenSubject } from "./failure-token.ts";

/** What a token stands for. @throws CheckFailure when it is none, or one of another version. */
export async function readSubject(token: string, { readToken }: Engines): Promise<TokenSubject> {
  try {
    return await readToken(token);
  } catch (error) {
    throw badInput(messageOf(error));
  }
}
