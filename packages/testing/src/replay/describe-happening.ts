import type { Outcome, Recovered } from "@kontiki/actors/node";
import { plainText } from "../history/plain.ts";
import { clientName } from "../run/client-name.ts";
import type { PlannedFault, PlannedOperation } from "../plan/plan.ts";
import type { Kept } from "../scenario/fault.ts";
import type { Loss } from "../engine/loss.ts";
import type { Happening } from "../engine/observer.ts";

/** Describes an event outside the core; undefined for events that a story leaves out. For a start see {@link describeStart}. */
export function describeHappening(happening: Happening): string | undefined {
  switch (happening.type) {
    case "refused":
      return `cannot run: ${happening.reason}`;
    case "ended":
      return `goes down: ${happening.cause}${keptText(happening.kept)}`;
    case "damaged":
      return lossText(happening.loss);
    case "faultBegan":
      return `${faultText(happening.fault)} begins${nodesText(happening.nodes)}`;
    case "faultEnded":
      return lasts(happening.fault) ? `${faultText(happening.fault)} ends` : undefined;
    case "faultSkipped":
      return `${faultText(happening.fault)} is skipped: ${happening.reason}`;
    case "called":
      return `${clientName(happening.operation)} calls ${commandText(happening.operation)}`;
    case "returned":
      return `${clientName(happening.operation)} gets the result of ${commandText(happening.operation)}: ${outcomeText(happening.outcome)}`;
    case "healed":
      return "all faults have ended";
    case "settled":
      return "all operations are answered and all nodes agree";
    case "started":
    case "synced":
    case "published":
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

/** Describes the start of a node and what it recovered. */
export function describeStart({
  hard,
  base,
  entries,
  snapshot,
  horizon,
  ...found
}: Recovered): string {
  const last = entries.at(-1)?.index ?? base.index;
  const parts = [
    last === 0 && hard.term === 0
      ? "with an empty disk"
      : `in term ${hard.term}, log up to ${last}`,
    ...(snapshot === undefined ? [] : [`snapshot up to ${snapshot.index}`]),
    ...(found.tornBytes === 0 ? [] : [`${found.tornBytes} torn bytes removed`]),
    ...(found.damage === undefined ? [] : [`damaged: ${found.damage}`]),
    ...(horizon === undefined ? [] : [`had acknowledged entries up to ${horizon.index}`]),
  ];
  return `starts ${parts.join(", ")}`;
}

/** Describes what damage takes away. */
function lossText({ entries, snapshot, isObscure }: Loss): string {
  const [first, last] = [entries[0]?.index, entries.at(-1)?.index];
  const parts = [
    ...(first === undefined
      ? []
      : [first === last ? `entry ${first}` : `entries ${first} to ${last}`]),
    ...(snapshot === 0 ? [] : [`the snapshot up to ${snapshot}`]),
    ...(isObscure ? ["what its log was"] : []),
  ];
  return `its disk loses ${parts.length === 0 ? "nothing that it needs" : parts.join(", ")}`;
}

const KEPT: Readonly<Record<Kept, string>> = {
  nothing: "all unsynced writes are lost",
  torn: "the last write is torn",
  some: "some unsynced writes are lost",
  everything: "no write is lost",
};

function keptText(kept: Kept | undefined): string {
  return kept === undefined ? "" : `, power loss: ${KEPT[kept]}`;
}

/** Whether a story tells the end of a fault. The restart of the process shows the end of a crash or a stop. */
function lasts({ type }: PlannedFault): boolean {
  return !["crash", "crashAll", "stop"].includes(type);
}

const LEFT_OUT = ["id", "at", "type", "for", "when", "node", "from", "to"];

function faultText(fault: PlannedFault): string {
  const rest = Object.entries(fault).filter(([name]) => !LEFT_OUT.includes(name));
  const shown = rest.map(([name, value]) => `${name} ${plainText(value)}`);
  return shown.length === 0 ? fault.type : `${fault.type} (${shown.join(", ")})`;
}

function nodesText(nodes: readonly string[]): string {
  return nodes.length === 0 ? "" : ` for ${nodes.join(", ")}`;
}

/** Describes a command such as `put "k1" "v17"`, or any command of another state machine. */
function commandText({ command }: PlannedOperation): string {
  if (typeof command !== "object" || command === null || !("type" in command))
    return plainText(command);
  const { type, ...rest } = command;
  return [String(type), ...Object.values(rest).map(plainText)].join(" ");
}

function outcomeText(outcome: Outcome<unknown>): string {
  switch (outcome.type) {
    case "ok":
      return plainText(outcome.value);
    case "error":
      return `error, ${outcome.message}`;
    case "definitelyNot":
      return `not done, ${outcome.reason}`;
    case "unknown":
      return `outcome unknown, ${outcome.reason}`;
    default:
      return outcome satisfies never;
  }
}
