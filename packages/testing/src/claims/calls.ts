import { exactText, isRecord, messageOf, shown } from "@kontiki/actors/node";
import type { Specification } from "../check/models/specification.ts";
import type { Call } from "../history/history.ts";
import { plainText } from "../history/plain.ts";
import type { Report } from "./report.ts";

type CallOf = (command: unknown) => Call;

/** The call for a command that has no specification. */
export function plainCall(command: unknown): Call {
  return { f: "apply", value: command === undefined ? null : exactText(command) };
}

/**
 * Makes calls by a specification, and by {@link plainCall} where there is none. When its `callOf` throws or gives no call,
 * that is reported the first time.
 */
export function callsBy(specification: Specification | undefined, report: Report): CallOf {
  if (specification === undefined) return plainCall;
  let isReported = false;
  return (command) => {
    const call = tried(specification, command);
    if (typeof call !== "string") return call;
    if (!isReported) report({ check: "model", text: `callOf of ${plainText(command)} ${call}` });
    isReported = true;
    return plainCall(command);
  };
}

/** The call of a command, or the end of a sentence that says why there is none. */
function tried(specification: Specification, command: unknown): Call | string {
  try {
    const call: unknown = specification.callOf(command);
    if (isRecord(call) && typeof call["f"] === "string") return call as Call;
    return `gives ${shown(call)}: give { f, value }, such as { f: "write", value: 1 }`;
  } catch (error) {
    return `threw: ${messageOf(error)}`;
  }
}
