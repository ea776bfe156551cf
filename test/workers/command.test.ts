import { COMMAND_BYTES_MAX, VALUE_BYTES_MAX } from "@kontiki/actors";
import { describe, expect, test } from "vitest";
import {
  commandsIn,
  commonLog,
  machine,
  PATIENT,
  put,
  record,
  start,
  temporaryFolder,
  valueOf,
} from "./support/clusters.ts";

const circle: { me?: unknown } = {};
circle.me = circle;

describe("a command", () => {
  test("that is plain data arrives as it is", async () => {
    const cluster = await start<unknown, unknown>({ nodes: 1, stateMachine: machine("echo.mjs") });
    const plain = [
      null,
      true,
      -1.5,
      2 ** 53 - 1,
      "grüße 🚣",
      [],
      {},
      { a: [1, { b: "c" }], d: null },
      Uint8Array.of(0, 255),
      Object.assign(Object.create(null) as object, { a: 1 }),
    ];
    for (const command of plain) expect(valueOf(await cluster.propose(command))).toEqual(command);
  });

  test("that is not plain data is refused, and no part of it is in any log", async () => {
    const cluster = await start<unknown, unknown>({ nodes: 1, stateMachine: machine("echo.mjs") });
    const others: [unknown, string][] = [
      [() => 1, "the command is a function, which is not plain data"],
      [
        { items: [0, { at: new Date(0) }] },
        "command.items[1].at is a Date, which is not plain data: use its ISO text, or its number of ms",
      ],
      [circle, "command.me is an object that contains itself, which is not plain data"],
    ];
    for (const [command, what] of others) {
      expect(await cluster.propose(command)).toEqual({
        type: "definitelyNot",
        reason: `the command cannot be sent: ${what}`,
      });
    }
    valueOf(await cluster.propose("last"));
    expect(commandsIn(await commonLog(cluster))).toEqual(["last"]);
  });

  test(
    "over the limit is refused, one at the limit is not",
    { timeout: PATIENT.timeoutMs },
    async () => {
      const cluster = await start<Uint8Array, unknown>({
        nodes: 3,
        dataDir: temporaryFolder(),
        stateMachine: machine("moody.mjs"),
      });
      const events = record(cluster);
      // In front of the bytes are a header of 16 and five that tell the length.
      const most = COMMAND_BYTES_MAX - 16 - 5;
      expect(await cluster.propose(new Uint8Array(most + 1))).toEqual({
        type: "definitelyNot",
        reason: `the command has ${COMMAND_BYTES_MAX + 1} bytes; the most is ${COMMAND_BYTES_MAX}`,
      });
      expect(await cluster.propose(new Uint8Array(most))).toEqual({ type: "ok", value: 1 });
      const several = Array.from({ length: 8 }, () => cluster.propose(new Uint8Array(most)));
      const counts = (await Promise.all(several)).map(valueOf);
      expect(new Set(counts)).toEqual(new Set([2, 3, 4, 5, 6, 7, 8, 9]));
      await cluster.converged();
      expect(events.filter(({ type }) => type === "crashed")).toEqual([]);
    },
  );

  test("of the key-value machine may have the largest values", async () => {
    const cluster = await start({ nodes: 3 });
    const [old, fresh] = ["o".repeat(VALUE_BYTES_MAX), "n".repeat(VALUE_BYTES_MAX)];
    valueOf(await cluster.propose(put("k", old)));
    const swap = { type: "compareAndSet", key: "k", expected: old, value: fresh } as const;
    expect(await cluster.propose(swap)).toEqual({ type: "ok", value: true });
    expect(valueOf(await cluster.get("k"))).toBe(fresh);
  });
});
