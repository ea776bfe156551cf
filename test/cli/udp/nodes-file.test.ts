import { describe, expect, test } from "vitest";
import { parseNodes } from "../../../packages/cli/src/udp/nodes-file.ts";

test("names nodes, hosts and ports; the host is this machine when left out", () => {
  const text =
    '{"nodes": [{"id": "a", "host": "10.0.0.1", "port": 5000}, {"id": "b-2", "port": 1}]}';
  expect(parseNodes(text, "n.json")).toEqual([
    { id: "a", host: "10.0.0.1", port: 5000 },
    { id: "b-2", host: "127.0.0.1", port: 1 },
  ]);
});

describe("an error names the file, the place, and what is expected", () => {
  const id = "1 to 64 of a-z, 0-9 and -, starting with a letter";
  test.each([
    ["", "is not JSON: Unexpected end of JSON input"],
    ["[]", "the file must be an object with nodes"],
    ["null", "the file must be an object with nodes"],
    ['{"node": []}', 'the file has a field "node"; it may have nodes'],
    ["{}", "nodes must be a list of 1 to 9 nodes"],
    ['{"nodes": []}', "nodes must be a list of 1 to 9 nodes"],
    ['{"nodes": ["a"]}', "nodes[0] must be an object with id, host, port"],
    ['{"nodes": [{"port": 1}]}', `nodes[0].id must be ${id}, not left out`],
    ['{"nodes": [{"id": "A", "port": 1}]}', `nodes[0].id must be ${id}, not "A"`],
    [
      '{"nodes": [{"id": "a", "port": 0}]}',
      "nodes[0].port must be a whole number from 1 to 65535, not 0",
    ],
    [
      '{"nodes": [{"id": "a", "port": "4000"}]}',
      'nodes[0].port must be a whole number from 1 to 65535, not "4000"',
    ],
    [
      '{"nodes": [{"id": "a"}]}',
      "nodes[0].port must be a whole number from 1 to 65535, not left out",
    ],
    [
      '{"nodes": [{"id": "a", "host": "", "port": 1}]}',
      'nodes[0].host must be a name or an IPv4 address, not ""',
    ],
    [
      '{"nodes": [{"id": "a", "prot": 1}]}',
      'nodes[0] has a field "prot"; it may have id, host, port',
    ],
    [
      '{"nodes": [{"id": "a", "port": 1}, {"id": "a", "port": 2}]}',
      "nodes[1].id: a is taken by nodes[0]",
    ],
    [
      '{"nodes": [{"id": "a", "port": 1}, {"id": "b", "port": 1}]}',
      "nodes[1].port: 127.0.0.1:1 is taken by nodes[0]",
    ],
  ])("%s", (text, message) => {
    expect(() => parseNodes(text, "n.json")).toThrow(`n.json: ${message}`);
  });
});
