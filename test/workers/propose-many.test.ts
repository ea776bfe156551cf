/** Many commands at once: in one call, and as they come. */
import type { KeyValueCommand } from "@kontiki/actors";
import { describe, expect, test } from "vitest";
import { commandsIn, shared, start } from "./support/clusters.ts";

const append = (value: string, key = "k"): KeyValueCommand => ({ type: "append", key, value });

/** Each test has a key of its own. */
const one = shared(() => ({ nodes: 1 }));
const ok = (value: unknown): unknown => ({ type: "ok", value });

describe("proposeAll", () => {
  test("applies all in order, gives each outcome in its place, and puts them into few entries", async () => {
    const cluster = await start({ nodes: 3 });
    const commands = Array.from({ length: 3000 }, (_none, at) => append(String(at % 10)));
    const outcomes = await cluster.proposeAll(commands);
    expect(outcomes).toEqual(commands.map((_command, at) => ok(at + 1)));
    const lines = await cluster.node(await cluster.leader()).log({ max: 100_000 });
    // On a slow machine they may have been sent again.
    expect(commandsIn(lines)).toEqual(commands);
    const entries = new Set(lines.map(({ index }) => index));
    expect(entries.size * 100).toBeLessThan(lines.length);
  });

  test("refuses only what cannot be sent, and gives errors only for what threw", async () => {
    const cluster = one();
    const wrong = { type: "put", key: "k", value: (() => 1) as never } as const;
    const outcomes = await cluster.proposeAll([
      append("a"),
      wrong,
      { type: "put", key: "", value: "v" },
      append("b"),
    ]);
    expect(outcomes).toEqual([
      ok(1),
      {
        type: "definitelyNot",
        reason: "the command cannot be sent: command.value is a function, which is not plain data",
      },
      { type: "error", message: "a key has at least one character" },
      ok(2),
    ]);
  });

  test("of none is none; without time nothing is sent; after the end nothing either", async () => {
    const cluster = await start({ nodes: 1 });
    const late = {
      type: "definitelyNot",
      reason: "its deadline came before it was sent",
    };
    expect(await cluster.proposeAll([])).toEqual([]);
    expect(await cluster.proposeAll([append("a"), append("b")], { timeoutMs: 0 })).toEqual([
      late,
      late,
    ]);
    await cluster.stop();
    expect(await cluster.proposeAll([append("a")])).toEqual([
      { type: "definitelyNot", reason: "the cluster is stopped" },
    ]);
  });
});

describe("proposeEach", () => {
  test("yields the outcomes in order, and takes a command only when there is room", async () => {
    const cluster = one();
    let taken = 0;
    const source = function* (): Generator<KeyValueCommand> {
      for (; taken < 100; taken += 1) yield append("x", "room");
    };
    const given: unknown[] = [];
    for await (const outcome of cluster.proposeEach(source(), { outstanding: 8 })) {
      given.push(outcome);
      expect(taken).toBeLessThan(given.length + 8);
    }
    expect(given).toEqual(Array.from({ length: 100 }, (_none, at) => ok(at + 1)));
  });

  test("of an async source yields an outcome before the next command comes", async () => {
    const cluster = one();
    let answered = (): void => {};
    const source = async function* (): AsyncGenerator<KeyValueCommand> {
      for (let at = 0; at < 3; at += 1) {
        const end = new Promise<void>((resolve) => (answered = resolve));
        yield append("x", "async");
        // Nothing more comes before this outcome was read.
        await end;
      }
    };
    const given: unknown[] = [];
    for await (const outcome of cluster.proposeEach(source())) {
      given.push(outcome);
      answered();
    }
    expect(given).toEqual([ok(1), ok(2), ok(3)]);
  });

  test("takes no more when its reader stops, and tells the source", async () => {
    const cluster = one();
    const events: string[] = [];
    const source = async function* (): AsyncGenerator<KeyValueCommand> {
      try {
        for (;;) {
          events.push("taken");
          yield append("x", "stops");
        }
      } finally {
        events.push("returned");
      }
    };
    for await (const outcome of cluster.proposeEach(source(), { outstanding: 2 })) {
      expect(outcome).toEqual(ok(1));
      break;
    }
    expect(events).toEqual(["taken", "taken", "returned"]);
  });

  test("passes on what its source throws", async () => {
    const cluster = one();
    const source = async function* (): AsyncGenerator<KeyValueCommand> {
      yield append("x", "throws");
      throw new Error("the source is broken");
    };
    const read = async (): Promise<void> => {
      for await (const outcome of cluster.proposeEach(source())) expect(outcome).toEqual(ok(1));
    };
    await expect(read()).rejects.toThrow("the source is broken");
  });
});
