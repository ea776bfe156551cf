import { run } from "@kontiki/cli";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { FakeCluster } from "../../cli/support/fake-cluster.ts";
import { FakeHost } from "../../cli/support/fake-host.ts";

/** A scenario in which a leader crashes at 1 s. */
export const ONE_ELECTION = fileURLToPath(
  new URL("../../../docs/files/one-election.yaml", import.meta.url),
);

/** Writes the page of what `kontiki view` is given. */
export async function exportTo(path: string, ...args: readonly string[]): Promise<void> {
  const host = new FakeHost();
  const status = await run(
    ["view", ...args, "--export", path],
    host,
    async () => new FakeCluster(),
  );
  expect([status, host.stderr.text]).toEqual([0, ""]);
}
