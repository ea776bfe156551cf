/** A trace replays by itself, to the same states and effects; any change to it is found in its line. */
import { term } from "@kontiki/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  changesBetween,
  withChanges,
  type Fields,
} from "../../../packages/actors/src/trace/trace-changes.ts";
import { readTrace, TraceError } from "../../../packages/actors/src/trace/trace-lines.ts";
import { replayTrace } from "../../../packages/actors/src/trace/trace-replay.ts";
import { fromTrace, toTrace } from "../../../packages/actors/src/trace/trace-values.ts";
import { NodeTracer } from "../../../packages/actors/src/trace/trace.ts";
import { opening, record, EVERYTHING } from "../support/recorded.ts";

const recorded = record(EVERYTHING);
const [trace = []] = recorded.traces.values();

type Line = Record<string, unknown> & { event: Record<string, unknown>; effects: unknown[] };

/** A trace with one line changed; lines count from 1. */
function changed(line: number, change: (value: Line) => void): readonly string[] {
  const value = JSON.parse(trace[line - 1] ?? "") as Line;
  change(value);
  return trace.with(line - 1, JSON.stringify(value));
}

/** The first line from 2 on for which something holds. */
function lineWith(text: string): number {
  const at = trace.findIndex((line, place) => place > 0 && line.includes(text));
  expect(at).toBeGreaterThan(0);
  return at + 1;
}

describe("a recorded run", () => {
  test("holds every event and every effect", () => {
    expect([...recorded.events].toSorted()).toEqual([
      "changeMembership",
      "compact",
      "durable",
      "electionTimeout",
      "heartbeatTimeout",
      "leaderSilent",
      "message",
      "peerDown",
      "propose",
      "read",
      "replicate",
      "snapshotBroken",
      "snapshotGone",
      "snapshotReceived",
      "snapshotTaken",
      "transfer",
    ]);
    expect([...recorded.effects].toSorted()).toEqual([
      "appendLog",
      "changeTaken",
      "commit",
      "compactLog",
      "hastenElectionTimer",
      "installSnapshot",
      "logRepaired",
      "proposed",
      "readReady",
      "rejectChange",
      "rejectProposal",
      "rejectRead",
      "resetElectionTimer",
      "resetHeartbeatTimer",
      "saveChunk",
      "saveHardState",
      "send",
      "sendChunk",
      "transferEnded",
      "truncateLog",
    ]);
  });

  test.each([...recorded.traces])(
    "of %s replays to the same states and effects",
    (_name, lines) => {
      expect(replayTrace(lines)).toEqual({ steps: lines.length - 1, differences: [] });
    },
  );

  test("describes each state by what changed", () => {
    for (const [name, lines] of recorded.traces) {
      const read = readTrace(lines);
      let state = read.state as Fields;
      const states = Array.from(read.steps, ({ outcome }) => {
        if (outcome.type === "done") state = withChanges(state, outcome);
        return state;
      });
      expect(states).toStrictEqual(recorded.states.get(name));
    }
  });
});

describe("changes to a trace are found", () => {
  test("in every step that an effect was added to", () => {
    for (let line = 2; line <= trace.length; line += 1) {
      const more = changed(line, ({ effects }) => effects.push({ type: "logRepaired" }));
      const { steps, differences } = replayTrace(more);
      expect([steps, differences.map((each) => each.line)]).toEqual([line - 1, [line]]);
    }
  });

  test("in every step that an effect was taken from", () => {
    for (let line = 2; line <= trace.length; line += 1) {
      const { differences } = replayTrace(changed(line, ({ effects }) => effects.pop()));
      const empty = (JSON.parse(trace[line - 1] ?? "") as Line).effects.length === 0;
      expect(differences.map((each) => each.line)).toEqual(empty ? [] : [line]);
    }
  });

  test("in every step whose state was changed, before or after", () => {
    for (const side of ["before", "after"])
      for (let line = 2; line <= trace.length; line += 1) {
        const other = changed(line, (value) => {
          value[side] = { ...(value[side] as Fields), durable: 999 };
        });
        const { differences } = replayTrace(other);
        expect(differences.map((each) => [each.line, each.path])).toEqual([
          [line, `${side}.durable`],
        ]);
      }
  });

  test("with a sentence that says where, what and how", () => {
    const line = lineWith('"voteReply","term":1,"granted":true}');
    const { differences } = replayTrace(
      changed(line, ({ event }) => {
        event.message = { type: "voteReply", term: 1, granted: false };
      }),
    );
    expect(differences[0]).toEqual({
      line,
      path: "before.role",
      text:
        `line ${line}, voteReply from b: before.role: ` +
        'the trace has {"type":"candidate","votes":["a"]}, the core has nothing',
    });
    expect(differences.map(({ path }) => path).slice(0, 3)).toEqual([
      "before.role",
      "after.role",
      "effects.0",
    ]);
  });

  test("also when an event led to another state", () => {
    const line = lineWith('"type":"durable"');
    const { differences } = replayTrace(changed(line, ({ event }) => (event.term = 7)));
    expect(differences.map(({ text }) => text)).toEqual([
      `line ${line}, durable: before.durable: the trace has 0, the core has nothing`,
      `line ${line}, durable: after.durable: the trace has 1, the core has nothing`,
    ]);
  });
});

describe("an event that the core failed on", () => {
  const lines: string[] = [];
  const tracer = new NodeTracer(
    { flush: () => undefined, write: (line) => void lines.push(line) },
    opening(),
  );
  const wrong = { type: "changeMembership", changes: [] } as const;
  tracer.failed(wrong, new Error("a claim"));

  test("is the last line, and no difference when the core fails in the same way", () => {
    const failing: string[] = [];
    const other = new NodeTracer(
      { flush: () => undefined, write: (line) => void failing.push(line) },
      opening(),
    );
    const snapshot = { index: 1, term: 1, membership: opening().config, size: 1, checksum: 0 };
    const event = { type: "snapshotTaken", snapshot } as never;
    other.failed(
      event,
      new Error("a snapshot covers only applied entries, and only committed entries are applied"),
    );
    expect(replayTrace(failing)).toEqual({ steps: 1, differences: [] });
  });

  test("is a difference when the core does not", () => {
    expect(replayTrace(lines).differences.map(({ path }) => path)).toEqual([
      "error",
      "before",
      "after",
      "effects",
    ]);
  });

  test("is the end of the trace", () => {
    const more = [...lines, ...trace.slice(1, 2)];
    expect(() => [...readTrace(more).steps]).toThrow(
      new TraceError(3, "no line may follow an event that the core failed on"),
    );
  });
});

describe("a line that does not belong to a trace is rejected with its number", () => {
  test.each<[string, number, string | undefined, string]>([
    ["no line at all", 1, undefined, "there is no line that opens a trace"],
    ["no JSON", 1, "x", "it cannot be read"],
    ["a step where the trace should begin", 1, trace[1], "it has no format"],
    ["another format", 1, trace[0]?.replace('"format":1', '"format":2'), "a trace of format 2"],
    [
      "a config of another node",
      1,
      trace[0]?.replace('"node":"a"', '"node":"b"'),
      "of the node in its config",
    ],
    [
      "no config",
      1,
      trace[0]?.replace('"config"', '"konfig"'),
      "a config, a hard state, and a log",
    ],
    [
      "an invalid config",
      1,
      trace[0]?.replace('"maxInflight":16', '"maxInflight":0'),
      "maxInflight",
    ],
    [
      "a log with a gap",
      1,
      trace[0]?.replace('"entries":[]', '"entries":[{"type":"noop","index":2,"term":1}]'),
      "entry 2",
    ],
    [
      "another membership",
      1,
      trace[0]?.replace('"membership":{"voters":["a",', '"membership":{"voters":['),
      "the membership",
    ],
    ["half a line", 3, trace[2]?.slice(0, -1), "it cannot be read"],
    ["a list", 3, "[]", "it is not an object"],
    ["no event", 3, "{}", "a step has an event"],
    ["an unknown event", 3, '{"event":{"type":"toString"}}', 'there is no event "toString"'],
    ["no effects", 3, '{"event":{"type":"replicate"},"before":{},"after":{}}', "and effects"],
    [
      "an invalid effect",
      3,
      '{"event":{"type":"replicate"},"before":{},"after":{},"effects":[1]}',
      "and effects",
    ],
    [
      "no message",
      3,
      '{"event":{"type":"message","from":"b","fromUid":0,"toUid":0},"before":{},"after":{},"effects":[]}',
      "the core cannot handle",
    ],
    ["invalid bytes", 3, '{"event":{"type":"propose","commands":[{"$base64":"?"}]}}', "base64"],
    [
      "too many bytes left out",
      3,
      '{"event":{"type":"replicate","x":{"$bytes":1e9,"crc32":1}}}',
      "a length",
    ],
  ])("%s", (_title, line, text, problem) => {
    const lines = text === undefined ? [] : trace.with(line - 1, text);
    let thrown: unknown;
    try {
      replayTrace(lines);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TraceError);
    expect(thrown).toMatchObject({ line });
    expect(String(thrown)).toMatch(new RegExp(`^TraceError: line ${line}: .*${problem}`));
  });
});

describe("values in a trace", () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(undefined, true, false, 0, 2 ** 53 - 1, "", "a"),
      fc.uint8Array({ maxLength: 9 }),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("type", "constructor", "bytes", "base64", "a"), tie("any"), {
        maxKeys: 3,
      }),
    ),
  })).any;

  test("are decoded unchanged, undefined fields and unusual names too", () => {
    fc.assert(
      fc.property(value, (some) => {
        const read = fromTrace(JSON.parse(JSON.stringify(toTrace(some))));
        expect(spelled(read)).toEqual(spelled(some));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test("leave out the bytes of a snapshot chunk, and identify them by length and CRC-32", () => {
    const chunk = { type: "saveChunk", offset: 3, bytes: Uint8Array.of(1, 2, 3) };
    const written = { type: "saveChunk", offset: 3, bytes: { $bytes: 3, crc32: 0x55bc801d } };
    expect(toTrace(chunk)).toEqual(written);
    const read = fromTrace(written) as typeof chunk;
    expect([read.bytes.length, toTrace(read)]).toEqual([3, written]);
  });

  const state = fc.dictionary(
    fc.constantFrom("type", "constructor", "a", "b"),
    fc.letrec((tie) => ({
      field: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(undefined, 0, 1, "x"),
        fc.array(fc.nat(1), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom("a", "b", "c"), tie("field"), { maxKeys: 3 }),
        fc.tuple(fc.constantFrom("one", "two"), tie("field")).map(([type, f]) => ({ type, f })),
      ),
    })).field,
    { maxKeys: 3 },
  ) as fc.Arbitrary<Fields>;

  test("their changes lead from one to the other", () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        const written = JSON.stringify(toTrace(changesBetween(before, after)));
        const read = fromTrace(JSON.parse(written)) as ReturnType<typeof changesBetween>;
        expect(spelled(withChanges(before, read))).toEqual(spelled(after));
      }),
      { seed: 2, numRuns: 1000 },
    );
  });

  test("unchanged ones are not included", () => {
    const before = { term: term(1), role: { type: "follower", leader: undefined } };
    expect(changesBetween(before, structuredClone(before))).toEqual({ before: {}, after: {} });
  });
});

/** A value whose absent fields are distinguished from undefined ones, whatever their names. */
function spelled(value: unknown): unknown {
  if (value === undefined) return "undefined";
  if (Array.isArray(value)) return value.map(spelled);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return new Map(Object.entries(value).map(([key, field]) => [key, spelled(field)]));
}
