import type { Patch, PatchValue } from "@kontiki/cli/recording";
import { isFields, lastIndex, type Log, type Moment, type NodeMoment } from "./moment.ts";

/** One value that differs between two moments. */
export type Difference = {
  readonly node: string;
  /** The path of the value in a node's state, such as `role.progress.n2.match`. */
  readonly path: string;
  /** "" for a value that is not there. */
  readonly before: string;
  readonly after: string;
};

/** What differs between two moments, node by node. */
export function differencesBetween(one: Moment, other: Moment): readonly Difference[] {
  const nodes = [...new Set([...Object.keys(one.nodes), ...Object.keys(other.nodes)])];
  const ofNodes = nodes.flatMap((node) =>
    nodeDifferences(node, one.nodes[node], other.nodes[node]),
  );
  const [before, after] = [one.cuts.join(" "), other.cuts.join(" ")];
  return before === after ? ofNodes : [...ofNodes, { node: "", path: "cut links", before, after }];
}

function nodeDifferences(
  node: string,
  one: NodeMoment | undefined,
  other: NodeMoment | undefined,
): readonly Difference[] {
  const [before, after] = [flat(one), flat(other)];
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths
    .map((path) => ({
      node,
      path,
      before: before.get(path) ?? "",
      after: after.get(path) ?? "",
    }))
    .filter((each) => each.before !== each.after);
}

/** A node's values by their paths. */
export function flat(node: NodeMoment | undefined): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  if (node === undefined) return values;
  values.set("life", node.life);
  add(values, "", node.state);
  values.set("log", logText(node.log));
  if (node.applied !== undefined) values.set("applied", `${node.applied}`);
  return values;
}

function add(values: Map<string, string>, path: string, value: PatchValue): void {
  if (isFields(value))
    for (const [key, field] of Object.entries(value))
      add(values, path === "" ? key : `${path}.${key}`, field);
  else if (!isList(value)) values.set(path, String(value));
  else if (value.some(isFields)) value.forEach((item, at) => add(values, `${path}.${at}`, item));
  else values.set(path, value.length === 0 ? "none" : value.map(String).join(" "));
}

function isList(value: Exclude<PatchValue, Patch>): value is readonly PatchValue[] {
  return Array.isArray(value);
}

/** The terms of a log as runs: `1-4 in term 1, 5-9 in term 3`. */
export function logText(log: Log): string {
  if (log.cells.length === 0) return log.baseIndex === 0 ? "empty" : `none after ${log.baseIndex}`;
  const runs: { term: number; from: number; to: number }[] = [];
  log.cells.forEach(([term], at) => {
    const index = log.baseIndex + at + 1;
    const run = runs.at(-1);
    if (run?.term === term) run.to = index;
    else runs.push({ term, from: index, to: index });
  });
  const shown = runs.map(({ term, from, to }) =>
    from === to ? `${from} in term ${term}` : `${from}-${to} in term ${term}`,
  );
  return `${shown.join(", ")} (last ${lastIndex(log)})`;
}
