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
      "kontiki: a line is no message: it is not JSON\n" +
      "kontiki: a line is no message: it is not an object\n" +
      "kontiki: a line is no message: its body is an object with a type\n" +
      "kontiki: a line is no message: src and dest are texts\n" +
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
