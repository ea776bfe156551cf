import type { NodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import { OtherHosts } from "../../../packages/actors/src/hosts/other-hosts.ts";

const N1 = ["n1"] as NodeId[];

test("a late message of an earlier start changes nothing, nor does a later start before it has nodes", () => {
  const others = new OtherHosts();
  const hear = (life: string, start: number, nodes: readonly NodeId[]): string | undefined => {
    others.heard("a", {
      life,
      start,
      nodes,
      withheld: 1 - nodes.length,
      client: undefined,
      view: undefined,
    });
    return others.named("a")?.link.life;
  };
  expect(hear("second", 2, N1)).toBe("second");
  expect(hear("first", 1, N1)).toBe("second");
  expect(hear("third", 3, [])).toBe("second");
  expect(hear("third", 3, N1)).toBe("third");
});

test("of a host that has clients only, the last one that was heard counts", () => {
  const others = new OtherHosts();
  for (const life of ["one", "two"]) {
    others.heard("c", {
      life,
      start: 0,
      nodes: [],
      withheld: 0,
      client: "client/1",
      view: undefined,
    });
    expect(others.named("c")?.link.life).toBe(life);
  }
  expect(others.hostOfClient("client/1")?.name).toBe("c");
});

test("a host of the same name that has clients only does not take the place of one whose nodes are heard", () => {
  const others = new OtherHosts();
  const rest = { withheld: 0, client: undefined, view: undefined };
  others.heard("c", { life: "one", start: 3, nodes: N1, ...rest });
  others.heard("c", { life: "two", start: 0, nodes: [], ...rest });
  expect(others.named("c")?.link.life).toBe("one");
});
