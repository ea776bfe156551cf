import { wrongOptions, type Schema } from "@kontiki/actors/node";
import * as v from "valibot";
import { pathText } from "../scenario/complaint.ts";
import type { FaultAction } from "../scenario/fault.ts";
import { impureParts } from "../scenario/plain-input.ts";
import { readFault } from "../scenario/read-fault.ts";
import { duration, type Duration } from "../scenario/written/values.ts";
import { SessionError } from "./session-error.ts";

/** Names of fault fields in scenario files, where they differ from those in code. */
const WRITTEN: Readonly<Record<string, string>> = { downMs: "down", ms: "by", everyMs: "every" };

/**
 * Checks a fault that a scenario function gives, by the rules for faults in scenario files.
 *
 * @throws SessionError with one line that says what is wrong.
 */
export function givenFault(given: unknown): FaultAction {
  if (typeof given !== "object" || given === null || !("type" in given))
    throw new SessionError('a fault needs a type: give one such as { type: "pause", node: "n1" }');
  const [impure] = impureParts(given, ["fault"]);
  if (impure !== undefined) throw new SessionError(`${pathText(impure.path)} ${impure.text}`);
  const { type, for: lasts, ...rest } = given as Readonly<Record<string, unknown>>;
  const fields = Object.entries(rest)
    .filter(([name]) => name !== "shape" || !("groups" in rest))
    .map(([name, value]) => [WRITTEN[name] ?? name, value]);
  const times = { at: 0, ...(lasts !== undefined && { for: lasts }) };
  const written: unknown = Object.fromEntries(fields);
  const read = readFault({ ...times, [String(type)]: written }, ["fault"]);
  if ("type" in read) {
    checkGroups(read);
    const { at: _at, ...action } = read;
    return action;
  }
  const [first] = read;
  const path = first?.path.map((step) => nameOf(step, rest)) ?? [];
  throw new SessionError(`${pathText(path)} ${first?.text ?? ""}`);
}

/** The name under which the function gave a field. */
function nameOf(step: string | number, given: object): string | number {
  const [name] = Object.entries(WRITTEN).find(([, written]) => written === step) ?? [];
  return name !== undefined && name in given ? name : step;
}

function checkGroups(fault: FaultAction): void {
  if (fault.type !== "partition" || fault.shape !== "groups") return;
  const nodes = fault.groups.flat();
  const twice = nodes.find((node, at) => nodes.indexOf(node) !== at);
  if (twice !== undefined)
    throw new SessionError(
      `${twice} is named twice in a partition: a node can be on one side only`,
    );
}

/** How long a scenario function waits. */
export type SessionWaitOptions = {
  /** The limit, in virtual time: ms, or a text such as "1.5s". Default: 10 seconds. */
  readonly timeoutMs?: Duration;
};

const WAIT_OPTIONS: Schema<SessionWaitOptions> = {
  timeoutMs: (value, path) => wrongTime(path, value),
};

/** Reads the time limit of a wait. @throws SessionError for anything else. */
export function givenLimit(where: string, options: SessionWaitOptions, usualMs: number): number {
  checkGiven(where, WAIT_OPTIONS, options);
  return givenMs("timeoutMs", options.timeoutMs ?? usualMs);
}

/** Checks the options of a function of a session. @throws SessionError */
export function checkGiven<Options>(
  where: string,
  schema: Schema<Options>,
  options: Options,
): void {
  const wrong = wrongOptions(where, schema, options);
  if (wrong !== undefined) throw new SessionError(wrong);
}

function wrongTime(what: string, given: unknown): string | undefined {
  const read = v.safeParse(duration(0), given);
  return read.success ? undefined : `${what} ${read.issues[0].message}`;
}

/** Reads a time, in ms. `what` names it in errors. @throws SessionError for anything else. */
export function givenMs(what: string, given: Duration): number {
  const read = v.safeParse(duration(0), given);
  if (read.success) return read.output;
  throw new SessionError(`${what} ${read.issues[0].message}`);
}

/** Reads the answer of a condition. @throws SessionError for a promise, which would always count as true. */
export function givenMet(what: string, met: unknown): boolean {
  if (met instanceof Promise) {
    met.catch(() => undefined);
    throw new SessionError(`${what}: the condition returned a Promise: it must return a boolean`);
  }
  return Boolean(met);
}
