/** `kontiki run` on fake engines, with an outcome for each seed. */
import { run } from "@kontiki/cli";
import type { RunReport, Task } from "@kontiki/testing";
import { FakeCluster } from "./fake-cluster.ts";
import { type FakeEngines, validReport } from "./fake-engines.ts";
import { FakeHost } from "./fake-host.ts";

export async function tried(
  args: readonly string[],
  engines: FakeEngines,
  host: FakeHost = new FakeHost(),
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const status = await run(
    ["run", ...args],
    host,
    async () => new FakeCluster(),
    async () => engines,
  );
  return { status, stdout: host.stdout.text, stderr: host.stderr.text };
}

export const bySeed =
  (outcomes: Readonly<Record<number, (task: Task) => RunReport>>) =>
  (task: Task): RunReport =>
    (outcomes[task.seed] ?? validReport)(task);
