import { run } from "@kontiki/cli";
import type { RecordedEvent, Recording } from "@kontiki/cli/recording";
import {
  encodeToken,
  explore,
  loadScenarioParts,
  planOfParts,
  replayPath,
  simulate,
  simulateOptions,
  storyOf,
  type CoreStep,
  type Observer,
  type Plan,
  type Simulation,
} from "@kontiki/testing";
import { step, term } from "@kontiki/core";
import { summaryOf, Timeline } from "@kontiki/web/model";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { LoopbackServer } from "../../../packages/cli/src/http/loopback-server.ts";
import { recordingIn } from "../../web/support/recorded.ts";
import { FakeCluster } from "../support/fake-cluster.ts";
import { FakeHost } from "../support/fake-host.ts";
import { kontiki, temporaryDirectory } from "../support/kontiki.ts";

/** It simulates twice, and looks at each step: that takes long on a machine that is busy. */
const PATIENT = { timeout: 120_000 };

async function view(
  ...args: readonly string[]
): Promise<{ readonly status: number; readonly stderr: string }> {
  const host = new FakeHost();
  const status = await run(["view", ...args], host, async () => new FakeCluster());
  return { status, stderr: host.stderr.text };
}

async function recorded(...args: readonly string[]): Promise<Recording> {
  const file = join(temporaryDirectory(), "page.html");
  expect(await view(...args, "--export", file)).toEqual({ status: 0, stderr: "" });
  return recordingIn(readFileSync(file, "utf8"));
}

function timelineOf({ nodes, events }: Recording): Timeline {
  const timeline = new Timeline(nodes);
  timeline.append(events);
  return timeline;
}

/** Runs a plan, and gives its simulation when it is over. */
function ranWith(plan: Plan, name: (simulation: Simulation) => Observer, options = {}): void {
  simulate(plan, { ...options, observers: [name] });
}

describe("a recorded scenario", () => {
  test.each([
    ["rotting_disks", 3],
    ["grow_and_shrink", 1],
  ])(
    "%s has the state of each node after each step, and its log at the end",
    PATIENT,
    async (name, seed) => {
      const parts = await loadScenarioParts(name);
      const steps: CoreStep[] = [];
      let world: Simulation["world"] | undefined;
      ranWith(
        planOfParts(parts, seed),
        (simulation) => {
          ({ world } = simulation);
          return { onStep: (step) => steps.push(step), onHappening: () => undefined };
        },
        simulateOptions(parts),
      );
      const timeline = timelineOf(await recorded(name, "--seed", `${seed}`));
      const places = Array.from({ length: timeline.length }, (_none, at) => at).filter(
        (at) => timeline.event(at)?.type === "step",
      );
      expect(places.length).toBe(steps.length);
      const shown = places.map((place) => shownAt(timeline, place));
      expect(shown).toEqual(
        steps.map(({ node, after }) => [
          node,
          after.role.type,
          after.term,
          after.commit,
          after.durable,
        ]),
      );
      for (const { id, process } of world?.all ?? []) {
        const log = process?.actor?.log;
        const { log: last, applied } = timeline.moment(timeline.length - 1).nodes[id] ?? {};
        expect([id, last?.baseIndex, last?.cells.map(([term]) => term), applied]).toEqual([
          id,
          (log?.firstIndex ?? 0) - 1,
          termsOf(log),
          process?.actor?.applied,
        ]);
      }
    },
  );

  test("knows of each letter when it left, and what became of it", async () => {
    const recording = await recorded("initial_election", "--seed", "5");
    const { events } = recording;
    const timeline = timelineOf(recording);
    const sent = events.filter(({ letter }) => letter !== undefined);
    expect(sent.length).toBe(timeline.letters.count);
    const ends = sent.map(({ letter }) => timeline.letters.find(letter?.id ?? 0)?.fate);
    const open = ends.filter((fate) => fate === undefined).length;
    // Only what was on its way when the run ended has no end.
    expect(open).toBeLessThan(sent.length / 20);
    expect(events.every(isInOrder)).toBe(true);
  });

  test("marks its faults, the links that they cut, and the nodes that they pause", async () => {
    const partitions = await recorded("many_partitions_one_client", "--seed", "1");
    const timeline = timelineOf(partitions);
    const { faults } = timeline.marks;
    expect(faults.length).toBe(5);
    const during = faults.map(({ from, to }) =>
      timeline.moment(timeline.indexAt((from + (to ?? 0)) / 2)),
    );
    expect(during.every(({ cuts }) => cuts.length > 0)).toBe(true);
    expect(timeline.moment(timeline.length - 1).cuts).toEqual([]);
    const paused = await recorded("pause", "--seed", "1");
    const lives = paused.events.flatMap(({ changes }) =>
      Object.values(changes ?? {}).map(({ life }) => life),
    );
    expect(lives).toContain("paused");
  });

  test("says what it is, and what shows it again", async () => {
    const { title, command, judged, nodes, clock } = await recorded(
      "initial_election#7",
      "--seed",
      "5",
    );
    expect({ title, command, judged, nodes, clock }).toMatchInlineSnapshot(`
      {
        "clock": "ms",
        "command": "kontiki view initial_election --seed 5",
        "judged": {
          "doubts": [],
          "verdict": "valid",
        },
        "nodes": [
          "n1",
          "n2",
          "n3",
        ],
        "title": "initial_election, seed 5: 3 nodes, 0 faults, 80 operations",
      }
    `);
  });
});

test("traces of real threads are put into an order in which letters are sent before they arrive", async () => {
  const folder = join(temporaryDirectory(), "traces");
  const { status } = await kontiki(
    ["up", "--memory", "--trace", folder],
    "put a 1\ncrash leader\nput b 2\n",
  );
  expect(status).toBe(0);
  const recording = await recorded(`${folder}#3`);
  const { events, opensAt, clock } = recording;
  expect([opensAt, clock]).toEqual([3, "events"]);
  const sent = new Set<number>();
  for (const { letter, end } of events) {
    if (letter !== undefined) sent.add(letter.id);
    if (end !== undefined) expect(sent).toContain(end.letter);
  }
  const received = events.filter(({ type }) => type === "received").length;
  const messages = readTraces(folder).filter((line) => line.includes('"event":{"type":"message"'));
  expect(received).toBe(messages.length);
  expect(timelineOf(recording).marks.reigns.length).toBeGreaterThanOrEqual(2);
});

type BrokenStep = NonNullable<NonNullable<Parameters<typeof explore>[0]>["step"]>;

describe("a path of the explorer", () => {
  const bounds = { nodes: 3, terms: 2, proposals: 1, crashes: 1 };
  // The shortest path to a commitment: it is found as a violation, and the real core takes it as well.
  const forgetsCommitted: BrokenStep = (env, state, event) => {
    const next = step<string>(env, state, event);
    return next.state.commit === 0 ? next : { ...next, state: { ...next.state, term: term(0) } };
  };
  const { actions } = explore({ ...bounds, step: forgetsCommitted }).violation ?? { actions: [] };
  const tokenOf = (some: typeof actions): string =>
    encodeToken({ type: "path", check: "Election Safety", bounds, actions: some });

  test("is shown transition by transition", async () => {
    expect(actions.length).toBeGreaterThan(5);
    const recording = await recorded(`${tokenOf(actions)}#2`);
    const { transitions } = replayPath(bounds, actions);
    const steps = recording.events.filter(({ type }) => type === "step");
    expect(steps.map(({ text }) => text)).toEqual(storyOf({ transitions }).map(({ what }) => what));
    expect([recording.clock, recording.opensAt, recording.judged?.verdict]).toEqual([
      "events",
      2,
      "valid",
    ]);
    const timeline = timelineOf(recording);
    const last = timeline.moment(timeline.length - 1).nodes;
    const shown = transitions.at(-1)?.nodes.map(({ node }) => last[node] && summaryOf(last[node]));
    expect(shown?.map((each) => [each?.role, each?.term, each?.votedFor, each?.durable])).toEqual(
      transitions
        .at(-1)
        ?.nodes.map(({ state }) => [state.role.type, state.term, state.votedFor, state.durable]),
    );
    const received = recording.events.filter(({ type }) => type === "received").length;
    expect(received).toBe(actions.filter(({ type }) => type === "deliver").length);
  });

  test("that this version of the core does not take is refused", async () => {
    const { status, stderr } = await view(tokenOf(actions.toReversed()));
    expect([status, stderr]).toEqual([2, expect.stringMatching(/action \d+, .* is not possible/)]);
  });
});

describe("what cannot be shown", () => {
  test.each([
    [["nothing_there"], "nothing_there: is not a scenario"],
    [["k1-damaged"], "the token is damaged"],
    [["k1-damaged", "--seed", "3"], "--seed is for a scenario: a token holds what happened"],
    [["initial_election", "--port", "70000"], "option '--port <port>' argument '70000' is invalid"],
  ])("%j is refused", async (args, problem) => {
    const { status, stderr } = await view(...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(problem)]);
  });

  test("a port that is in use, before the run is recorded", async () => {
    const other = await LoopbackServer.listen(0, () => undefined);
    onTestFinished(() => other.close());
    const days = join(temporaryDirectory(), "days.yaml");
    writeFileSync(days, "duration: 24h\nnemesis: {}\n");
    const { status, stderr } = await view(days, "--port", `${other.port}`);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining("another program uses this port"),
    ]);
  });

  test("a folder without traces, and a file without a token, are refused", async () => {
    const folder = temporaryDirectory();
    const file = join(folder, "notes.txt");
    writeFileSync(file, "no token\n");
    expect((await view(folder)).stderr).toContain(`${folder} holds no trace`);
    expect((await view(file)).stderr).toContain(`${file} holds no token`);
  });

  test("a trace that is damaged is named", async () => {
    const folder = temporaryDirectory();
    writeFileSync(join(folder, "n1-1.ndjson"), "{}\n");
    const { status, stderr } = await view(folder);
    expect([status, stderr]).toEqual([2, expect.stringContaining("n1-1.ndjson: line 1: ")]);
  });
});

function shownAt(timeline: Timeline, place: number): readonly unknown[] {
  const node = timeline.event(place)?.node ?? "";
  const shown = timeline.moment(place).nodes[node];
  if (shown === undefined) return [];
  const { role, term, commit, durable } = summaryOf(shown);
  return [node, role, term, commit, durable];
}

type Log = { readonly firstIndex: number; readonly lastIndex: number; termAt(at: never): unknown };

function termsOf(log: Log | undefined): readonly unknown[] {
  if (log === undefined) return [];
  const { firstIndex, lastIndex } = log;
  return Array.from({ length: lastIndex - firstIndex + 1 }, (_none, at) =>
    log.termAt((firstIndex + at) as never),
  );
}

function isInOrder(
  { at }: RecordedEvent,
  index: number,
  events: readonly RecordedEvent[],
): boolean {
  return index === 0 || at >= (events[index - 1]?.at ?? 0);
}

function readTraces(folder: string): readonly string[] {
  return ["n1-1", "n2-1", "n3-1", "n1-2", "n2-2", "n3-2"].flatMap((name) => {
    try {
      return readFileSync(join(folder, `${name}.ndjson`), "utf8").split("\n");
    } catch {
      return [];
    }
  });
}
