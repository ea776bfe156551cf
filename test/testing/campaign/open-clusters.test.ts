import type { StartCluster } from "@kontiki/testing";
import { expect, test } from "vitest";
import { openClusters } from "../../../packages/testing/src/campaign/open-clusters.ts";

function moduleOf(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

test("the engine hosts starts its clusters by a module, with the options of that", async () => {
  const module = moduleOf("export default (options) => async () => options");
  const start = await openClusters({ engine: "hosts", clusters: { module, options: { at: 1 } } });
  expect(await (start as StartCluster)({})).toEqual({ at: 1 });
  expect(await openClusters({ engine: "workers" })).toBe(undefined);
});

test.each([
  [undefined, "the engine hosts needs the module that starts its clusters: give `clusters`"],
  [{ module: moduleOf("export default 1") }, "has no function as its default export"],
  [{ module: "file:///none.js" }, "engine file:///none.js does not exist"],
])("%o is an error of the tool", async (clusters, why) => {
  const spec = { engine: "hosts" as const, ...(clusters === undefined ? {} : { clusters }) };
  await expect(openClusters(spec)).rejects.toThrow(why);
});
