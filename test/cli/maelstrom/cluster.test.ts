import { afterEach, beforeEach, expect, test } from "vitest";
import {
  checkLinearizable,
  makeHistory,
  register,
  type Operation,
  type RegisterInput,
  type RegisterOutput,
} from "@kontiki/testing";
import { MaelstromNetwork } from "./network.ts";

const NODES = ["n1", "n2", "n3"];
const TIMEOUT_MS = 60_000;

let network: MaelstromNetwork;

beforeEach(() => {
  network = new MaelstromNetwork();
});

afterEach(async () => {
  await network.endAll();
});

type Kept = Operation<RegisterInput, RegisterOutput>;

/** An operation of lin-kv as Maelstrom's clients issue it, and what its answer means. */
async function operate(process: string, node: string, input: RegisterInput): Promise<Kept> {
  const call = performance.now();
  const answer = await network.ask(node, numbersOf(input));
  const end = performance.now();
  const done = (output: RegisterOutput): Kept => ({
    process,
    call,
    input,
    status: "ok",
    return: end,
    output,
  });
  if (answer.type === "read_ok") return done(String(answer["value"]));
  if (answer.type === "write_ok") return done(null);
  if (answer.type === "cas_ok") return done(true);
  switch (answer["code"]) {
    case 20:
      return done(input.type === "read" ? "null" : false);
    case 22:
      return done(false);
    case 11:
      return { process, call, input, status: "failed", return: end };
    default:
      return { process, call, input, status: "open" };
  }
}

/** Maelstrom's keys and values are numbers. */
function numbersOf({ type, ...fields }: RegisterInput): { readonly type: string } {
  const numbers = Object.entries(fields).map(([name, text]) => [name, Number(text)]);
  return { type, ...(Object.fromEntries(numbers) as object) };
}

function inputOf(turn: number): RegisterInput {
  const key = String(turn % 2);
  if (turn % 3 === 0) return { type: "read", key };
  if (turn % 3 === 1) return { type: "write", key, value: String(turn) };
  return { type: "cas", key, from: String(turn - 1), to: String(turn) };
}

test(
  "lin-kv stays linearizable while nodes are cut off, one after the other",
  async () => {
    await network.begin(NODES);
    const operations: Kept[] = [];
    let turns = 0;
    const client = async (name: string, node: string): Promise<void> => {
      for (let turn = 0; turn < 24; turn += 1) {
        turns += 1;
        if (turns === 20) network.cutOff("n1");
        if (turns === 35) network.cutOff("n2");
        if (turns === 50) network.cutOff();
        operations.push(await operate(`${name}.${turn}`, node, inputOf(turns)));
      }
    };
    await Promise.all(NODES.map((node, at) => client(`c${at}`, node)));
    expect(operations.filter(({ status }) => status === "ok").length).toBeGreaterThan(30);
    const history = makeHistory(operations, { unit: "ms" });
    expect(checkLinearizable(history, register)).toMatchObject({ verdict: "valid" });
  },
  TIMEOUT_MS,
);

test(
  "a node that ends and starts again has its log, and the cluster works without it meanwhile",
  async () => {
    await network.begin(NODES);
    expect(await network.ask("n1", { type: "write", key: "k", value: { a: [1] } })).toMatchObject({
      type: "write_ok",
    });
    expect(await network.end("n3")).toBe(0);
    // It may have led: until another node does, answers are errors.
    while ((await network.ask("n1", { type: "read", key: "k" }))["type"] !== "read_ok");
    expect(
      await network.ask("n1", {
        type: "cas",
        key: "k",
        from: { a: [1] },
        to: 2,
      }),
    ).toMatchObject({ type: "cas_ok" });
    network.start("n3");
    await network.init("n3", NODES);
    expect(await network.end("n1")).toBe(0);
    expect(await network.ask("n3", { type: "read", key: "k" })).toMatchObject({
      type: "read_ok",
      value: 2,
    });
  },
  TIMEOUT_MS,
);

test(
  "broadcast: all nodes agree on the set of messages",
  async () => {
    await network.begin(NODES);
    expect(await network.ask("n1", { type: "topology", topology: {} })).toMatchObject({
      type: "topology_ok",
    });
    await Promise.all(
      [1, 2, 3, 2].map((message, at) =>
        network.ask(NODES[at % 3] ?? "n1", { type: "broadcast", message }),
      ),
    );
    for (const node of NODES) {
      const { messages } = await network.ask(node, { type: "read" });
      expect(new Set(messages as number[])).toEqual(new Set([1, 2, 3]));
    }
  },
  TIMEOUT_MS,
);

test("a lone node answers echo, and says what it cannot do", async () => {
  network.start("n1");
  expect(await network.ask("n1", { type: "write", key: 1, value: 1 })).toMatchObject({
    type: "error",
    code: 11,
    text: "init comes first",
  });
  expect(await network.init("n1", ["n2"])).toMatchObject({ type: "error", code: 12 });
  await network.init("n1", ["n1"]);
  expect(await network.ask("n1", { type: "echo", echo: "ahoy" })).toMatchObject({
    type: "echo_ok",
    echo: "ahoy",
  });
  expect(await network.ask("n1", { type: "write", key: 1 })).toMatchObject({
    code: 12,
    text: "write lacks value",
  });
  expect(await network.ask("n1", { type: "txn" })).toMatchObject({ code: 10 });
  expect(await network.ask("n1", { type: "read", key: 1 })).toMatchObject({ code: 20 });
  expect(
    await network.ask("n1", {
      type: "cas",
      key: 1,
      from: 0,
      to: 5,
      create_if_not_exists: true,
    }),
  ).toMatchObject({ type: "cas_ok" });
  expect(await network.ask("n1", { type: "cas", key: 1, from: 4, to: 6 })).toMatchObject({
    code: 22,
  });
});
