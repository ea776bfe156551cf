import type { Outcome, Recovered } from "@kontiki/actors/node";
import { plainText } from "../history/plain.ts";
import { clientName } from "../run/client-name.ts";
import type { PlannedFault, PlannedOperation } from "../plan/plan.ts";
import type { Kept } from "../scenario/fault.ts";
import type { Happening } from "../engine/observer.ts";

/** What else happened, in words; undefined for what a reader would not miss. The start of a node is told apart. */
export function happeningWords(happening: Happening): string | undefined {
  switch (happening.type) {
    case "refused":
      return `cannot run: ${happening.reason}`;
    case "ended":
      return `falls: ${happening.cause}${keptWords(happening.kept)}`;
    case "faultBegan":
      return `${faultWords(happening.fault)} begins${nodesTold(happening.nodes)}`;
    case "faultEnded":
      return lasts(happening.fault) ? `${faultWords(happening.fault)} ends` : undefined;
    case "faultSkipped":
      return `${faultWords(happening.fault)} is skipped: ${happening.reason}`;
    case "called":
      return `${clientName(happening.operation)} asks: ${commandWords(happening.operation)}`;
    case "returned":
      return `${clientName(happening.operation)} hears of ${commandWords(happening.operation)}: ${outcomeWords(happening.outcome)}`;
    case "healed":
      return "all faults have ended";
    case "settled":
      return "all is answered, and all nodes agree";
    case "started":
    case "synced":
    case "posted":
    case "delivered":
    case "lost":
    case "applied":
    case "restored":
    case "misbehaved":
      return undefined;
    default:
      return happening satisfies never;
  }
}

/** With what a node starts. */
export function startWords({
  hard,
  base,
  entries,
  snapshot,
  horizon,
  ...found
}: Recovered): string {
  const last = entries.at(-1)?.index ?? base.index;
  const words = [
    last === 0 && hard.term === 0
      ? "with an empty disk"
      : `in term ${hard.term}, log up to ${last}`,
    ...(snapshot === undefined ? [] : [`snapshot up to ${snapshot.index}`]),
    ...(found.tornBytes === 0 ? [] : [`${found.tornBytes} torn bytes cut off`]),
    ...(found.damage === undefined ? [] : [`damaged: ${found.damage}`]),
    ...(horizon === undefined ? [] : [`had promised up to ${horizon.index}`]),
  ];
  return `starts ${words.join(", ")}`;
}

const KEPT: Readonly<Record<Kept, string>> = {
  nothing: "nothing that was not synced is left",
  torn: "the last write is torn",
  some: "some of what was not synced is left",
  everything: "all that was written is left",
};

function keptWords(kept: Kept | undefined): string {
  return kept === undefined ? "" : `, without power: ${KEPT[kept]}`;
}

/** What befalls a process is seen from the process. */
function lasts({ type }: PlannedFault): boolean {
  return !["crash", "crashAll", "stop"].includes(type);
}

const UNTOLD = ["id", "at", "type", "for", "node", "from", "to"];

function faultWords(fault: PlannedFault): string {
  const rest = Object.entries(fault).filter(([name]) => !UNTOLD.includes(name));
  const told = rest.map(([name, value]) => `${name} ${plainText(value)}`);
  return told.length === 0 ? fault.type : `${fault.type} (${told.join(", ")})`;
}

function nodesTold(nodes: readonly string[]): string {
  return nodes.length === 0 ? "" : ` for ${nodes.join(", ")}`;
}

/** `put "k1" "v17"`, or whatever is asked of another machine. */
function commandWords({ command }: PlannedOperation): string {
  if (typeof command !== "object" || command === null || !("type" in command))
    return plainText(command);
  const { type, ...rest } = command;
  return [String(type), ...Object.values(rest).map(plainText)].join(" ");
}

function outcomeWords(outcome: Outcome<unknown>): string {
  switch (outcome.type) {
    case "ok":
      return plainText(outcome.value);
    case "error":
      return `error, ${outcome.message}`;
    case "definitelyNot":
      return `it was not done, ${outcome.reason}`;
    case "unknown":
      return `nobody knows, ${outcome.reason}`;
    default:
      return outcome satisfies never;
  }
}
