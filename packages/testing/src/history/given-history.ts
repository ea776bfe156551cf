import { isRecord, rule, type Rule } from "@kontiki/actors/node";
import type { History } from "./history.ts";

/** What is given where a history is needed. */
export const givenHistory: Rule<History> = rule(
  "a history, such as parseHistory or makeHistory returns",
  (value) => isRecord(value) && Array.isArray(value["operations"]) && Array.isArray(value["marks"]),
);
