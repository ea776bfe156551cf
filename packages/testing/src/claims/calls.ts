import { exactText, messageOf } from "@kontiki/actors/node";
import type { Call } from "../history/history.ts";
import { plainText } from "../history/plain.ts";
import type { Report } from "./report.ts";

type CallOf = (command: unknown) => Call;

/** The call for a command that has no specification. */
export function plainCall(command: unknown): Call {
  return { f: "apply", value: command === undefined ? null : exactText(command) };
}

/** Makes calls by a specification, and by {@link plainCall} when that throws, which is reported the first time. */
export function callsBy(callOf: CallOf, report: Report): CallOf {
  let isReported = false;
  return (command) => {
    try {
      return callOf(command);
    } catch (error) {
      const text = `callOf of ${plainText(command)} threw: ${messageOf(error)}`;
      if (!isReported) report({ check: "model", text });
      isReported = true;
      return plainCall(command);
    }
  };
}
