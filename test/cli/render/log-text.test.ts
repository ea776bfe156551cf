import type { LogLine } from "@kontiki/actors";
import { initialMembership, nodeId, type Membership } from "@kontiki/core";
import { expect, test } from "vitest";
import { logJson, logText } from "@kontiki/cli";

const n1 = nodeId("n1");

const entries: LogLine[] = [
  { type: "noop", index: 1, term: 1 },
  ...[
    { type: "put", key: "k", value: "two words" },
    { type: "get", key: "" },
    { type: "delete", key: "#" },
    { type: "compareAndSet", key: "k", expected: null, value: "v" },
    { type: "compareAndSet", key: "k", expected: "v", value: 'w"' },
    { type: "append", key: "k", value: "\n\u001b" },
    { type: "list", prefix: "a/" },
    { type: "list", other: 1 },
    null,
    undefined,
    [-0, Uint8Array.of(0, 255)],
  ].map((command, at) => ({
    type: "command" as const,
    index: at + 2,
    term: 3,
    client: 42,
    sequence: at + 1,
    command,
  })),
];

const voters = [n1, nodeId("n2"), nodeId("n3")];
const three = initialMembership(voters);
const joining: Membership = {
  ...three,
  outgoing: [n1, nodeId("n2")],
  learners: [nodeId("n4"), nodeId("n5")],
  promotions: [{ node: nodeId("n4"), replaces: undefined }],
};

test("commands of the key-value machine, and others as JSON", () => {
  expect(`${entries.map(logText).join("\n")}\n`).toMatchInlineSnapshot(`
    "1 1 noop
    2 3 42:1 put k "two words"
    3 3 42:2 get ""
    4 3 42:3 del "#"
    5 3 42:4 cas k --absent v
    6 3 42:5 cas k v w"
    7 3 42:6 append k "\\n\\u001b"
    8 3 42:7 list a/
    9 3 42:8 {"type":"list","other":1}
    10 3 42:9 null
    11 3 42:10 undefined
    12 3 42:11 [-0,h'00ff']
    "
  `);
});

test("commands for programs, as JSON keeps them", () => {
  const written = entries.map((line) => JSON.parse(JSON.stringify(logJson(line))) as unknown);
  expect(written.slice(0, 2)).toEqual(entries.slice(0, 2));
  expect(written.slice(-3)).toMatchObject([
    { command: null },
    { command: { $undefined: true } },
    { command: [{ $number: "-0" }, { $base64: "AP8=" }] },
  ]);
});

test("entries that are not commands of clients", () => {
  const place = { index: 3, term: 2 };
  const log: LogLine[] = [
    { type: "membership", ...place, membership: three },
    { type: "membership", ...place, membership: joining },
    { type: "command", ...place, client: 7, sequence: 0, command: undefined },
  ];
  expect(`${log.map(logText).join("\n")}\n`).toMatchInlineSnapshot(`
    "3 2 membership voters n1 n2 n3
    3 2 membership voters n1 n2 n3, leaving n1 n2, joining n4, learners n5
    3 2 7:0 session
    "
  `);
});
