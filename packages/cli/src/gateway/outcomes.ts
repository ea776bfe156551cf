import { KontikiError, type KeyValueResult, type Outcome } from "@kontiki/actors";
import { HttpError } from "../http/http-error.ts";
import { messageOf } from "../output/error-text.ts";

/**
 * The result of what was done.
 *
 * @throws HttpError 503 for what was definitely not done, 504 for what may have been done, 422 for what the state machine
 *   refused, 400 for a node that there is not
 */
export async function resultOf(asked: Promise<Outcome<KeyValueResult>>): Promise<KeyValueResult> {
  const outcome = await settled(asked);
  switch (outcome.type) {
    case "ok":
      return outcome.value;
    case "error":
      throw new HttpError(422, outcome.message, { fields: { outcome: outcome.type } });
    case "definitelyNot":
      throw new HttpError(503, outcome.reason, { fields: { outcome: outcome.type } });
    case "unknown":
      throw new HttpError(504, outcome.reason, { fields: { outcome: outcome.type } });
  }
}

/** A call that is refused names what is wrong with the request, such as the name of a node. */
async function settled<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw error instanceof KontikiError ? new HttpError(400, messageOf(error)) : error;
  }
}
