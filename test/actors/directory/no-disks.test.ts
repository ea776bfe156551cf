import { nodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import { NoDisks } from "../../../packages/actors/src/directory/cluster-disks.ts";

test("a host that has no folder gets no node, whose promises would end with its process", () => {
  const voters = [nodeId("n1")];
  const disks = new NoDisks(voters);
  expect(() => disks.addNode(nodeId("n4"))).toThrow(
    "this host has no folder for n4: start it with one (dataDir, --data)",
  );
  expect(disks).toMatchObject({ voters, repair: undefined });
  expect(disks.disks()).toEqual([]);
});
