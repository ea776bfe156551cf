import { expect, test } from "vitest";
import { runOnFake } from "../support/fake-host.ts";

test("a line that is no message is reported and dropped, and the next one is answered", async () => {
  const lines = [
    "not json",
    "[]",
    '{"src":"c1","dest":"n1"}',
    '{"src":1,"dest":"n1","body":{"type":"echo"}}',
    "",
    '{"src":"c1","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}',
    '{"src":"n2","dest":"n1","body":{"type":"kontiki","to":"n1"}}',
    '{"src":"c1","dest":"n1","body":{"type":"echo","msg_id":2,"echo":[1]}}',
    '{"src":"c1","dest":"n1","body":{"type":"echo","echo":"no answer is expected"}}',
  ];
  expect(await runOnFake(["maelstrom"], `${lines.join("\n")}\n`)).toEqual({
    status: 0,
    stdout:
      '{"src":"n1","dest":"c1","body":{"type":"init_ok","in_reply_to":1}}\n' +
      '{"src":"n1","dest":"c1","body":{"type":"echo_ok","echo":[1],"in_reply_to":2}}\n',
    stderr:
      "kontiki: line 1 is no message: it is not JSON\n" +
      "kontiki: line 2 is no message: it is not an object\n" +
      "kontiki: line 3 is no message: its body is an object with a type\n" +
      "kontiki: line 4 is no message: src and dest are texts\n" +
      "kontiki: mail from n2 lacks to, from or mail\n",
    started: undefined,
  });
});

test("garbage in mail harms no node", async () => {
  const mail = (to: string, text: string): string =>
    JSON.stringify({
      src: "n2",
      dest: "n1",
      body: { type: "kontiki", to, from: "n2", mail: text },
    });
  const lines = [
    '{"src":"c1","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}',
    mail("n1", ""),
    mail("n1", "AAECAwQ="),
    mail("n1", "!!"),
    mail("n9", "AAEC"),
    mail("client/1", "AAEC"),
    '{"src":"c1","dest":"n1","body":{"type":"echo","msg_id":2,"echo":1}}',
  ];
  const { status, stderr, stdout } = await runOnFake(["maelstrom"], `${lines.join("\n")}\n`);
  expect({ status, stderr, answers: stdout.split("\n").length - 1 }).toEqual({
    status: 0,
    stderr: "",
    answers: 2,
  });
});

const INIT =
  '{"src":"c1","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}';

/** A request of a client, as a line. */
function request(body: object): string {
  return JSON.stringify({ src: "c1", dest: "n1", body });
}

test("what no command can hold is refused, and the next request is answered before the end", async () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const lines = [
    INIT,
    request({ type: "write", msg_id: 2, key: 1, value: "half \ud800" }),
    `{"src":"c1","dest":"n1","body":{"type":"cas","msg_id":3,"key":{"__proto__":1},"from":1,"to":2}}`,
    `{"src":"c1","dest":"n1","body":{"type":"echo","msg_id":4,"echo":${deep}}}`,
    `{"src":"c1","dest":"n1","body":{"type":"echo","msg_id":${deep}}}`,
    // A line end to readline, and none in JSON.
    request({ type: "write", msg_id: 5, key: 1, value: "a\u2028b" }),
  ];
  const args = ["maelstrom", "--election-timeout", "10", "--heartbeat", "5"];
  const { status, stdout, stderr } = await runOnFake(args, `${lines.join("\n")}\n`);
  const answers = stdout.trimEnd().split("\n");
  const told = answers.map((line) => (JSON.parse(line) as { body: Record<string, unknown> }).body);
  expect({ status, stderr, told }).toEqual({
    status: 0,
    stderr: "kontiki: line 5 is no message: its msg_id is a number\n",
    told: [
      { type: "init_ok", in_reply_to: 1 },
      ...[
        [2, "body.value is a string with a lone surrogate, which is not plain data"],
        [3, "body.key is an object with a key __proto__, which is not plain data"],
        [4, expect.stringMatching(/^body\.echo\[0\].* is data nested too deep/) as string],
      ].map(([number, text]) => ({ type: "error", code: 12, text, in_reply_to: number })),
      { type: "write_ok", in_reply_to: 5 },
    ],
  });
});

test("when the input ends, one of several nodes waits for no one: what is open is answered as such", async () => {
  const init = { type: "init", msg_id: 1, node_id: "n1", node_ids: ["n1", "n2", "n3"] };
  const lines = [init, { type: "write", msg_id: 2, key: 1, value: 1 }].map(request);
  const args = ["maelstrom", "--timeout", "600000"];
  const { status, stdout, stderr } = await runOnFake(args, `${lines.join("\n")}\n`);
  const answers = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { body: object });
  expect({ status, stderr, told: answers.map(({ body }) => body) }).toEqual({
    status: 0,
    stderr: "",
    told: [
      { type: "init_ok", in_reply_to: 1 },
      { type: "error", code: 11, text: "the process ends", in_reply_to: 2 },
    ],
  });
});

test("members have one name each, and a number that fits into those of clients", async () => {
  const many = Array.from({ length: 257 }, (_, at) => `n${at}`);
  const lines = [["n1", "n1"], many].map((members) =>
    request({ type: "init", msg_id: 1, node_id: "n1", node_ids: members }),
  );
  const { stdout, stderr } = await runOnFake(["maelstrom"], `${lines.join("\n")}\n`);
  const refused =
    '{"src":"n1","dest":"c1","body":{"type":"error","code":12,"text":"node_ids has at most 256 names, each once","in_reply_to":1}}\n';
  expect({ stdout, stderr }).toEqual({ stdout: refused.repeat(2), stderr: "" });
});
