import { isDeepStrictEqual } from "node:util";
import type { Violation } from "../run/result.ts";
import { clientName } from "../run/client-name.ts";
import type { CauseTrace } from "./cause-trace.ts";
import { facts, type Fact } from "./fact.ts";
import type { Subject } from "./subject.ts";

/** Checks that judge how the run ends, on all nodes. */
const OF_THE_END = ["liveness", "agreement", "expectations"];

/** The facts that a violated claim depends on directly. */
export function wantedFacts(
  { check, text }: Pick<Violation, "check" | "text">,
  subject: Subject,
  trace: CauseTrace,
): ReadonlySet<Fact> {
  const made = new Set(trace.events.flatMap(({ causes }) => causes.map((cause) => cause.made)));
  const isNamed = named(subject, /\bvotes?\b/.test(text));
  const wanted = [...made].filter(isNamed);
  const operations = [...subject.operations, ...operationsOf(subject, trace)];
  const asked = operations.flatMap((id) => [facts.call(id), facts.answer(id)]);
  const isOfTheEnd = OF_THE_END.includes(check);
  const end = isOfTheEnd
    ? [facts.healed(), ...[...made].filter((fact) => fact.startsWith("told "))]
    : [];
  return new Set([...wanted, ...asked, ...end]);
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

/** The operations on the object of a call that fits nowhere: the order of all of them is what the claim is about. */
function operationsOf({ call }: Subject, { calls }: CauseTrace): readonly number[] {
  if (call === undefined) return [];
  const blocked = calls.find(
    ({ operation, at }) => clientName(operation) === call.client && Math.abs(at - call.at) < 1,
  );
  const key = keyOf(blocked?.operation.command);
  return calls
    .filter(({ operation }) => key === undefined || isDeepStrictEqual(keyOf(operation.command), key))
    .map(({ operation }) => operation.id);
}

/** The object of a command; undefined when its state machine has no keys. */
function keyOf(command: unknown): unknown {
  return typeof command === "object" && command !== null && "key" in command
    ? command.key
    : undefined;
}
