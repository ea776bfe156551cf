import type { NodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import { OtherHosts, SILENT_MS } from "../../../packages/actors/src/hosts/other-hosts.ts";

const N1 = ["n1"] as NodeId[];

/** Hears of a host with one node in one of its starts. Returns whose messages are taken from then on. */
function hearing(
  others: OtherHosts,
): (life: string, start: number, nodes: readonly NodeId[]) => string | undefined {
  return (life, start, nodes) => {
    const rest = { withheld: 1 - nodes.length, client: undefined, view: undefined };
    others.heard("a", { life, start, nodes, ...rest });
    return others.named("a")?.link.life;
  };
}

test("a late message of an earlier start changes nothing, nor does a later start before it has nodes", () => {
  const hear = hearing(new OtherHosts());
  expect(hear("second", 2, N1)).toBe("second");
  expect(hear("first", 1, N1)).toBe("second");
  expect(hear("third", 3, [])).toBe("second");
  expect(hear("third", 3, N1)).toBe("third");
});

test("a host that returns with an older folder is heard when the later start is silent, until that is back", () => {
  let now = 0;
  const hear = hearing(new OtherHosts(() => now));
  expect(hear("third", 3, N1)).toBe("third");
  now += SILENT_MS - 1;
  expect(hear("first", 1, [])).toBe("third");
  now += 1;
  expect(hear("first", 1, [])).toBe("first");
  expect(hear("third", 3, N1)).toBe("third");
});

test("of two in one start the one that has nodes is heard", () => {
  const hear = hearing(new OtherHosts());
  expect(hear("lacks", 2, [])).toBe("lacks");
  expect(hear("has", 2, N1)).toBe("has");
  expect(hear("lacks", 2, [])).toBe("has");
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
