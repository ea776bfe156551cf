import { majority, nodeId, type NodeId } from "@kontiki/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Chance } from "../../../packages/testing/src/chance.ts";
import {
  bridge,
  cutsOf,
  halves,
  isolate,
  ring,
  type Shape,
} from "../../../packages/testing/src/nemesis/shapes.ts";

const NODES = ["a", "b", "c", "d", "e"].map(nodeId);
const [A, B] = NODES as [NodeId, NodeId];

/** The nodes that each node hears, including itself. */
function hearing(shape: Shape, nodes: readonly NodeId[]): Record<string, string> {
  const cuts = cutsOf(shape, () => true);
  return Object.fromEntries(
    nodes.map((to) => [to, nodes.filter((from) => !cuts(from, to)).join("")]),
  );
}

describe("partitions", () => {
  test("halves: no node hears the other side, and the named node is in the smaller one", () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const [small = [], large = []] = halves(NODES, A, new Chance(seed));
      expect([small.length, large.length, small[0]]).toEqual([2, 3, A]);
      expect([...small, ...large].toSorted()).toEqual(NODES);
    }
    expect(
      hearing(
        [
          ["a", "b"],
          ["c", "d", "e"],
        ],
        NODES,
      ),
    ).toEqual({
      a: "ab",
      b: "ab",
      c: "cde",
      d: "cde",
      e: "cde",
    });
  });

  test("isolate: one node hears no other", () => {
    expect(hearing(isolate(NODES, B), NODES)).toEqual({
      a: "acde",
      b: "b",
      c: "acde",
      d: "acde",
      e: "acde",
    });
  });

  test("bridge: one node hears both halves", () => {
    const heard = hearing(bridge(NODES, A, new Chance(1)), NODES);
    expect(heard["a"]).toBe("abcde");
    const others = Object.values(heard).slice(1);
    expect(others.every((names) => names.length === 3 && names.startsWith("a"))).toBe(true);
    expect(new Set(others).size).toBe(2);
  });

  test("ring: each node hears a majority, and no two hear the same", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 9 }), fc.nat(), (count, seed) => {
        const nodes = Array.from({ length: count }, (_, at) => nodeId(`n${at}`));
        const heard = Object.values(hearing(ring(nodes, new Chance(seed)), nodes));
        const counts = heard.map((names) => names.length / 2);
        expect(Math.min(...counts)).toBeGreaterThanOrEqual(majority(count));
        expect(Math.max(...counts)).toBeLessThan(count);
        expect(new Set(heard).size).toBe(count);
      }),
    );
  });

  test("an address that is not bound hears all others", () => {
    const cuts = cutsOf([["a"], ["b"]], (address) => address !== "client/1");
    expect([cuts("a", "b"), cuts("client/1", "a"), cuts("a", "client/1"), cuts("a", "a")]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(cuts("c", "a")).toBe(true);
  });
});
