import { isDeepStrictEqual } from "#platform";
import type { PlannedOperation } from "../plan/plan.ts";
import type { Violation } from "../run/result.ts";
import { clientName } from "../run/client-name.ts";
import type { CauseTrace } from "./cause-trace.ts";
import { facts, type Fact } from "./fact.ts";
import type { Wanted } from "./slice.ts";
import type { Subject } from "./subject.ts";

/** Checks that judge how the run ends, on all nodes. */
const OF_THE_END = ["liveness", "agreement"];

/** Checks for which it matters who voted for a leader that they name. */
const OF_ELECTIONS = ["Election Safety", "votes", "Leader Completeness", "membership", "terms"];

/** Checks for which it matters who held an entry that they name. */
const OF_COMMITMENT = [
  "State Machine Safety",
  "Leader Completeness",
  "Log Matching",
  "commit",
  "durable equals promised",
];

/** What to look for behind a violation. */
export function wantedBy(
  { check, text }: Pick<Violation, "check" | "text">,
  subject: Subject,
  trace: CauseTrace,
): Wanted {
  const made = [...new Set(trace.events.flatMap(({ causes }) => causes.map((one) => one.made)))];
  const counted = countedIn(check, text);
  const isOfTheEnd = OF_THE_END.includes(check);
  // The end of a run is judged by all nodes: what their logs hold is said, and not disputed.
  const disputed = isOfTheEnd ? { ...subject, entries: [] } : subject;
  const isNamed = named(disputed, /\bvotes?\b/.test(text));
  const leads = new Set(made.filter((fact) => fact.startsWith("lead ")));
  // Who leads has stood: that is a line of its own only where the election matters.
  const isStoodFor = (fact: Fact): boolean =>
    !OF_ELECTIONS.includes(check) &&
    fact.startsWith("stand ") &&
    leads.has(fact.replace("stand", "lead"));
  const blocked = blockedOf(subject, trace);
  const operations = [...subject.operations, ...operationsOf(subject, blocked, trace)];
  const asked = operations.flatMap((id) => [facts.call(id), facts.answer(id)]);
  const end = isOfTheEnd
    ? [facts.healed(), ...made.filter((fact) => fact.startsWith("told "))]
    : [];
  const all = made.filter((fact) => counted.includes(fact.split(" ")[0] ?? ""));
  const direct = new Set([
    ...all,
    ...made.filter((fact) => isNamed(fact) && !isStoodFor(fact)),
    ...asked,
    ...end,
  ]);
  return { facts: direct, isBrief: briefly(check, direct, blocked?.id) };
}

/**
 * An election is told by the line of its winner, which names the voters; a commitment by the line of the node that knows of
 * it; an operation by its call and its result. Only what a claim is about is told in detail.
 */
function briefly(
  check: string,
  direct: ReadonlySet<Fact>,
  blocked: number | undefined,
): (fact: Fact) => boolean {
  return (fact) => {
    const [kind, of] = fact.split(" ");
    switch (kind) {
      case "lead":
        return !OF_ELECTIONS.includes(check) || !direct.has(fact);
      case "decided":
      case "commit":
        return !OF_COMMITMENT.includes(check) || (kind === "decided" && !direct.has(fact));
      case "answer":
        return blocked !== undefined && Number(of) !== blocked;
      default:
        return false;
    }
  };
}

/** The kinds of facts that an expectation counts: `elections: 3, but at most 2 is allowed`. */
function countedIn(check: string, text: string): readonly string[] {
  if (check !== "expectations") return [];
  if (/^elections(\.won)?: /.test(text)) return ["stand", "lead", "vote", "refuse"];
  return /^operations\b/.test(text) ? ["call", "answer"] : [];
}

/**
 * Whether everything that happened may count: then no line can be left out. So it is for a count of anything but elections and
 * operations.
 */
export function isAboutAll({ check, text }: Pick<Violation, "check" | "text">): boolean {
  return check === "expectations" && countedIn(check, text).length === 0;
}

/** Whether a fact is about what the claim names. */
function named({ nodes, terms, entries }: Subject, isOfVotes: boolean): (fact: Fact) => boolean {
  const hasTerm = (term: string | undefined): boolean => terms.includes(Number(term));
  const hasEntry = (index: string | undefined): boolean => entries.includes(Number(index));
  return (fact) => {
    const [kind, first = "", second] = fact.split(" ");
    switch (kind) {
      case "lead":
      case "stand":
        return nodes.includes(first) && hasTerm(second);
      case "vote":
        return isOfVotes && nodes.includes(first) && hasTerm(second);
      case "role":
        return terms.length === 0 && nodes.includes(first);
      case "decided":
        return hasEntry(first);
      case "log":
      case "snapshot":
        return nodes.includes(first) && hasEntry(second);
      case "lost":
        return hasEntry(second);
      case "damage":
        return nodes.includes(first);
      default:
        return false;
    }
  };
}

function blockedOf({ call }: Subject, { calls }: CauseTrace): PlannedOperation | undefined {
  return calls.find(
    ({ operation, at }) =>
      call !== undefined && clientName(operation) === call.client && Math.abs(at - call.at) < 1,
  )?.operation;
}

/** The operations on the object of a call that fits nowhere, since the claim is about the order of all of them; else those of clients that are named. */
function operationsOf(
  { call, clients }: Subject,
  blocked: PlannedOperation | undefined,
  { calls }: CauseTrace,
): readonly number[] {
  const key = keyOf(blocked?.command);
  const isPart = ({ command, client }: PlannedOperation): boolean =>
    call === undefined
      ? clients.includes(client)
      : key === undefined || isDeepStrictEqual(keyOf(command), key);
  return calls.flatMap(({ operation }) => (isPart(operation) ? [operation.id] : []));
}

/** The object of a command; undefined when its state machine has no keys. */
function keyOf(command: unknown): unknown {
  return typeof command === "object" && command !== null && "key" in command
    ? command.key
    : undefined;
}
