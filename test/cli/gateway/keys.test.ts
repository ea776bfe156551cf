import type { Outcome } from "@kontiki/actors";
import { beforeEach, expect, test } from "vitest";
import { GatewayStage } from "../support/gateway.ts";
import type { Sent } from "../support/http.ts";

let stage: GatewayStage;

beforeEach(async () => {
  stage = await GatewayStage.start();
});

const put = (key: string, body: string | Uint8Array, headers = {}): Sent => ({
  method: "PUT",
  path: `/v1/keys/${key}`,
  body,
  headers,
});
const get = (key: string): Sent => ({ path: `/v1/keys/${key}` });
const cas = (key: string, body: unknown): Sent => ({
  method: "POST",
  path: `/v1/cas/${key}`,
  body: JSON.stringify(body),
});

test("a key is put, read and deleted", async () => {
  expect(await stage.ask(get("a"))).toEqual([404, { error: "there is no such key" }]);
  expect(await stage.ask(put("a", "ahoy"))).toEqual([204, ""]);
  const { status, headers, body } = await stage.send(get("a"));
  expect([status, headers["content-type"], body]).toEqual([
    200,
    "text/plain; charset=utf-8",
    "ahoy",
  ]);
  expect(await stage.ask({ ...get("a"), method: "DELETE" })).toEqual([204, ""]);
  expect(await stage.ask({ ...get("a"), method: "DELETE" })).toEqual([
    404,
    { error: "there is no such key" },
  ]);
});

test("a compare-and-set matches or does not", async () => {
  expect(await stage.ask(cas("a", { expected: null, value: "1" }))).toEqual([204, ""]);
  expect(await stage.ask(cas("a", { expected: null, value: "2" }))).toEqual([
    409,
    { error: "the key does not have the expected value" },
  ]);
  expect(await stage.ask(cas("a", { expected: "1", value: "2" }))).toEqual([204, ""]);
  expect(await stage.ask(get("a"))).toEqual([200, "2"]);
});

test.each([
  [1],
  [{ value: "1" }],
  [{ expected: 1, value: "1" }],
  [{ expected: "1", value: null }],
  [{ expected: null, value: "1", ttl: 5 }],
  [[]],
  [null],
])("a compare-and-set with the body %j is wrong", async (body) => {
  const [status, answer] = await stage.ask(cas("a", body));
  expect([status, answer]).toEqual([
    400,
    {
      error:
        'the body must be {"expected": TEXT, "value": TEXT}, with null for a key that is absent',
    },
  ]);
  expect(stage.cluster.calls).toEqual([]);
});

test.each([
  ["a%2Fb", "a/b"],
  ["a/b", "a/b"],
  ["..", ".."],
  ["%00", "\0"],
  ["%20", " "],
  ["a+b", "a+b"],
  ["%F0%9F%9B%B6", "🛶"],
  ["__proto__", "__proto__"],
])("the key %s is stored as %j", async (sent, key) => {
  expect(await stage.ask(put(sent, "1"))).toEqual([204, ""]);
  const [, list] = await stage.ask({ path: "/v1/keys" });
  expect(list).toEqual({ pairs: [{ key, value: "1" }], more: false });
});

test.each([
  [put("", "1"), "a key has at least one character"],
  [put("%ff", "1"), "the address must be UTF-8, percent-encoded"],
  [put("k".repeat(1025), "1"), "this key has 1025 bytes; the most is 1024"],
  [put("k", Uint8Array.of(0xff)), "the body must be UTF-8"],
  [put("k?ttl=5", "1"), 'there is no parameter "ttl": there are timeout'],
  [put("k?timeout=0", "1"), 'a timeout in ms must be a whole number from 1 to 25000, not "0"'],
  [put("k?timeout=1&timeout=2", "1"), "the parameter timeout is given twice"],
  [put("k", "1", { "idempotency-key": "" }), "an Idempotency-Key has 1 to 256 characters"],
  [
    put("k", "1", { "idempotency-key": "x".repeat(257) }),
    "an Idempotency-Key has 1 to 256 characters",
  ],
  [get("k?consistency=strong"), 'a consistency is linearizable, lease or stale, not "strong"'],
  [{ path: "/v1/keys?limit=0" }, 'a limit must be a whole number from 1 to 10000, not "0"'],
  [{ path: `/v1/keys?prefix=${"k".repeat(1025)}` }, "this prefix has 1025 bytes; the most is 1024"],
  [{ path: "/v1/cas/k", method: "POST", body: "{" }, "the body must be JSON"],
  [
    { path: "/v1/cas/k", method: "POST", body: '{"expected":null,"value":"\\ud800"}' },
    "this value is not Unicode text: it has half of a surrogate pair",
  ],
])("%j is wrong", async (sent, error) => {
  expect(await stage.ask(sent)).toEqual([400, { error }]);
  expect(stage.cluster.calls).toEqual([]);
});

test("values have at most a mebibyte, alone and in a compare-and-set", async () => {
  const most = "x".repeat(1024 * 1024);
  expect(await stage.ask(put("k", most))).toEqual([204, ""]);
  expect(await stage.ask(put("k", `${most}x`))).toEqual([
    413,
    { error: "the body of this request has at most 1048576 bytes" },
  ]);
  expect(await stage.ask(cas("k", { expected: most, value: `${most}x` }))).toEqual([
    413,
    { error: "this value has 1048577 bytes; the most is 1048576" },
  ]);
  expect((await stage.ask(cas("k", { expected: most, value: most.repeat(4) })))[0]).toBe(413);
});

test.each<[Outcome<never>, number]>([
  [{ type: "error", message: "why" }, 422],
  [{ type: "definitelyNot", reason: "why" }, 503],
  [{ type: "unknown", reason: "why" }, 504],
])("the outcome %j has the status %d", async (outcome, status) => {
  const writes = [put("k", "1"), { ...get("k"), method: "DELETE" }];
  for (const sent of [...writes, cas("k", { expected: null, value: "1" }), get("k")]) {
    stage.cluster.next.push(outcome);
    expect(await stage.ask(sent)).toEqual([status, { error: "why", outcome: outcome.type }]);
  }
});

test("reads pass on how they are to be answered, writes their time and their key", async () => {
  await stage.ask(get("k"));
  await stage.ask(get("k?consistency=stale&node=n2"));
  await stage.ask({ path: "/v1/keys?consistency=lease" });
  expect(stage.cluster.calls).toEqual(["read linearizable -", "read stale n2", "read lease -"]);
  await stage.ask(put("k?timeout=5", "1", { "idempotency-key": "once" }));
  await stage.ask(put("k", "1"));
  expect(stage.cluster.proposed).toEqual([{ timeoutMs: 5, idempotencyKey: "once" }, {}]);
});

test("a list has a prefix and ends at its limit, and goes on after a key", async () => {
  for (const key of ["b1", "a1", "a3", "a2"]) await stage.ask(put(key, key.toUpperCase()));
  const list = async (query: string): Promise<unknown> => {
    const [, body] = await stage.ask({ path: `/v1/keys${query}` });
    const { pairs, more } = body as { pairs: { key: string; value: string }[]; more: boolean };
    return [...pairs.map(({ key, value }) => `${key}=${value}`), more];
  };
  expect(await list("")).toEqual(["a1=A1", "a2=A2", "a3=A3", "b1=B1", false]);
  expect(await list("?prefix=a&limit=2")).toEqual(["a1=A1", "a2=A2", true]);
  expect(await list("?prefix=a&limit=2&after=a2")).toEqual(["a3=A3", false]);
  expect(await list("?prefix=a&limit=3")).toEqual(["a1=A1", "a2=A2", "a3=A3", false]);
  expect(await list("?prefix=c")).toEqual([false]);
});

test("a list of large values ends before its limit, and each page has at least one", async () => {
  const value = "x".repeat(1024 * 1024);
  for (let at = 0; at < 10; at += 1) await stage.ask(put(`k${at}`, value));
  const keys: string[] = [];
  for (let more = true; more;) {
    const [, body] = await stage.ask({ path: `/v1/keys?after=${keys.at(-1) ?? ""}` });
    const page = body as { pairs: { key: string }[]; more: boolean };
    expect(page.pairs.length).toBeGreaterThan(0);
    expect(page.pairs.length).toBeLessThan(5);
    keys.push(...page.pairs.map(({ key }) => key));
    ({ more } = page);
  }
  expect(keys).toEqual(Array.from({ length: 10 }, (_, at) => `k${at}`));
});

test("a value that is not Unicode text is not altered silently", async () => {
  await stage.cluster.propose({ type: "put", key: "k", value: "a\ud800" });
  expect(await stage.ask(get("k"))).toEqual([
    500,
    { error: "this value is not Unicode text: a list shows it, escaped" },
  ]);
  const { body } = await stage.send({ path: "/v1/keys" });
  expect(body).toBe('{"pairs":[{"key":"k","value":"a\\ud800"}],"more":false}\n');
});
