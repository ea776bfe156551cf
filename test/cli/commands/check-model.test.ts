/** Models of users: a history is judged by the default export of a module. */
import { describe, expect, test } from "vitest";
import { check, saved, VALID } from "../support/check-command.ts";

describe("a custom model", () => {
  const COUNTER = `export default {
    name: "counter",
    init: 0,
    step: (state, input, output) =>
      input === "add" ? state + 1 : output === undefined || output === state ? state : undefined,
    key: (state) => state,
    describe: (input, output) => (input === "add" ? "add" : "get -> " + output),
    describeState: String,
    interpret: ({ input, output }) => ({ input: input.f, output: output ?? null }),
  };`;

  test("is the default export of a module", async () => {
    const model = saved("counter.mjs", COUNTER);
    const operations = (got: number): string =>
      saved(
        "h.jsonl",
        `{"type":"operation","process":"a","f":"add","call":0,"return":1,"status":"ok"}
{"type":"operation","process":"a","f":"get","call":2,"return":3,"status":"ok","output":${got}}`,
      );
    expect((await check(operations(1), "--model", model)).status).toBe(0);
    const { status, stdout } = await check(operations(2), "--model", model);
    expect(status).toBe(1);
    expect(stdout).toContain("not linearizable as counter");
    expect(stdout).toContain("x  a  get -> 2");
  });

  test("may be TypeScript", async () => {
    const typed = COUNTER.replace("(state, input, output) =>", "(state: number, input, output) =>");
    const history = `{"type":"operation","process":"a","f":"add","call":0,"return":1,"status":"ok"}`;
    const { status, stderr } = await check(
      saved("h.jsonl", history),
      "--model",
      saved("counter.ts", typed),
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("that throws gives no verdict", async () => {
    const model = saved(
      "m.mjs",
      COUNTER.replace("key: (state) => state", 'key() { throw new Error("oops"); }'),
    );
    const { status, stdout, stderr } = await check(saved("h.jsonl", VALID), "--model", model);
    expect({ status, stdout, stderr }).toEqual({
      status: 4,
      stdout: "",
      stderr:
        "kontiki: no verdict: the model counter threw in key of the state 0, before any operation: oops\n",
    });
  });

  test.each([
    ["./none.mjs", undefined, "cannot load the model"],
    ["m.mjs", "export default 7;", "has no model as its default export"],
    ["m.mjs", "export default {", "cannot load the model"],
    ["m.mjs", 'export default { name: "x", init: 0 };', "m.mjs: model has no function step"],
    ["m.mjs", COUNTER.replace("key:", "readonly: 1, key:"), "did you mean readOnly?"],
  ])("that cannot be used is bad input: %s %s", async (name, text, message) => {
    const model = text === undefined ? name : saved(name, text);
    const { status, stderr } = await check(saved("h.jsonl", VALID), "--model", model);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
