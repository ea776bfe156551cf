import type { Fault, FaultInForce } from "@kontiki/testing";
import { plainText } from "./quoting.ts";

const LEFT_OUT = ["at", "type", "for", "from", "to", "node", "shape", "groups", "downMs"];

/** A fault in a few words: `partition n1 n2 | n3`, `loss n1>n2 share 0.1 for 2000 ms`. */
export function faultText(fault: Fault): string {
  const rest = Object.entries(fault).filter(([name]) => !LEFT_OUT.includes(name));
  return [
    fault.type,
    placeOf(fault),
    ...rest.map(([name, value]) => `${name} ${valueText(value)}`),
    fault.for === undefined ? "" : `for ${fault.for} ms`,
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** One line for each fault in force. */
export function faultLines(faults: readonly FaultInForce[]): string {
  return faults.map(({ id, fault }) => `${id}: ${faultText(fault)}`).join("\n");
}

/** What may say where a fault is. */
type Place = {
  readonly shape?: string;
  readonly node?: string;
  readonly from?: string;
  readonly to?: string;
};

function placeOf(fault: Fault): string {
  if (fault.type === "partition" && fault.shape === "groups")
    return fault.groups.map((group) => group.join(" ")).join(" | ");
  const { shape, node, from, to } = fault as Place;
  const link = from === undefined && to === undefined ? "" : `${ofLink(from)}>${ofLink(to)}`;
  return [shape ?? "", node ?? "", link].filter((part) => part !== "").join(" ");
}

function ofLink(end = "*"): string {
  return end;
}

/** A range as `1..5`. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return [...new Set(value.map(String))].join("..");
  return plainText(String(value));
}
