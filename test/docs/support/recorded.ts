/**
 * Explorations of pages that are not run once more: tests exhaust the named instances, and compare the numbers of states. So
 * a page needs only be asked whether its options are the bounds of the instance, and whether it shows the recorded number.
 */
import { run } from "@kontiki/cli";
import { INSTANCES, type Exploration, type NamedInstance } from "@kontiki/testing";
import { expect } from "vitest";
import { FakeCluster } from "../../cli/support/fake-cluster.ts";
import { FakeEngines } from "../../cli/support/fake-engines.ts";
import { FakeHost } from "../../cli/support/fake-host.ts";
import { textOf, type Command } from "./commands.ts";

const COMMAND = /^kontiki (?<words>explore .*) \| head -n 1$/;

/** What a page should show of commands that explore an instance. */
export async function recordedStates(commands: readonly Command[], name: string): Promise<string> {
  const instance = INSTANCES.find((one) => one.name === name);
  if (instance === undefined || name.startsWith("large-"))
    throw new Error(`no test exhausts an instance ${name}`);
  const within = await told(["explore", name], instance);
  const results = commands.map(async (one): Promise<Command> => {
    const words = COMMAND.exec(one.command)?.groups?.["words"]?.split(" ");
    if (words === undefined) throw new Error(`only the first line is recorded, not ${one.command}`);
    const { bounds, lines } = await told(words, instance);
    expect(bounds).toEqual(within.bounds);
    return { ...one, output: lines.slice(0, 1) };
  });
  return textOf(await Promise.all(results));
}

type Told = { readonly bounds: object; readonly lines: readonly string[] };

/** What the command line explores, and what it prints when it sees what is recorded for an instance. */
async function told(words: readonly string[], instance: NamedInstance): Promise<Told> {
  const [host, engines] = [new FakeHost(), new FakeEngines()];
  let asked: object = {};
  engines.exploreInSlices = function* (options) {
    const { stop: _stop, ...bounds } = options ?? {};
    asked = bounds;
    const result = explored(instance);
    yield result;
    return result;
  };
  const status = await run(
    words,
    host,
    async () => new FakeCluster(),
    async () => engines,
  );
  expect([status, host.stderr.text]).toEqual([0, ""]);
  return { bounds: asked, lines: host.stdout.text.split("\n") };
}

/** The result of an exploration that saw what is recorded. */
function explored({ states, unreduced, depth }: NamedInstance): Exploration {
  return {
    verdict: "holds",
    ended: "exhausted",
    states,
    unreduced,
    depth,
    transitions: 0,
    waiting: 0,
    bytes: 0,
    depthChecked: undefined,
    hashes: undefined,
    sometimes: {},
    firstMet: {},
    never: [],
    violation: undefined,
  };
}
