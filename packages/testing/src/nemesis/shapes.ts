import { majority, type NodeId } from "@kontiki/core";
import type { Chance } from "../chance.ts";
import type { Concerns } from "../engine/letter-rule.ts";

/** Which nodes hear each other: all members of a group do. A node may be in several groups. */
export type Shape = readonly (readonly string[])[];

/** Two groups, as equal as possible. `lonely` is in the smaller one. */
export function halves(nodes: readonly NodeId[], lonely: NodeId, chance: Chance): Shape {
  const others = chance.shuffled(nodes.filter((node) => node !== lonely));
  const smaller = Math.max(1, Math.floor(nodes.length / 2));
  return [[lonely, ...others.slice(0, smaller - 1)], others.slice(smaller - 1)];
}

/** One node alone. */
export function isolate(nodes: readonly NodeId[], lonely: NodeId): Shape {
  return [[lonely], nodes.filter((node) => node !== lonely)];
}

/** Two halves that do not hear each other, and one node that both hear. */
export function bridge(nodes: readonly NodeId[], middle: NodeId, chance: Chance): Shape {
  const others = chance.shuffled(nodes.filter((node) => node !== middle));
  const half = Math.ceil(others.length / 2);
  return [
    [middle, ...others.slice(0, half)],
    [middle, ...others.slice(half)],
  ];
}

/**
 * Each node hears its neighbours on both sides in a circle, just enough for a majority together with itself: no two nodes
 * hear the same majority. It needs four nodes, because of three nodes each would hear both others.
 */
export function ring(nodes: readonly NodeId[], chance: Chance): Shape {
  const circle = chance.shuffled(nodes);
  const reach = Math.ceil((majority(circle.length) - 1) / 2);
  return circle.flatMap((node, at) =>
    Array.from({ length: reach }, (_, step) => [
      node,
      circle[(at + step + 1) % circle.length] ?? node,
    ]),
  );
}

/**
 * The letters that a partition of this shape cuts off: those between two addresses that are both bound and share no group.
 * `isBound` tells which addresses are bound: the present nodes, and clients that a group names.
 */
export function cutsOf(shape: Shape, isBound: (address: string) => boolean): Concerns {
  const heard = new Map<string, Set<string>>();
  for (const group of shape) {
    for (const one of group) {
      const others = heard.get(one) ?? new Set<string>();
      for (const other of group) others.add(other);
      heard.set(one, others);
    }
  }
  return (from, to) =>
    from !== to && isBound(from) && isBound(to) && heard.get(to)?.has(from) !== true;
}
