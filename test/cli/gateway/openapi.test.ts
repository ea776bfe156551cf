/** The OpenAPI document against the server: each status of each path and method, and each body. */
import { Validator, type SpecData } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { GatewayStage } from "../support/gateway.ts";
import { open, send, withToken, type Answered, type Sent } from "../support/http.ts";

type Operation = {
  readonly responses: Record<string, { content?: Record<string, { schema: object }> }>;
};
type Document = {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: object;
};

const METHODS = ["get", "put", "post", "delete"];

/** A request, and what the cluster does with it. */
type Case = Sent & {
  readonly status: number;
  readonly outcome?: "error" | "definitelyNot" | "unknown";
  /** Whether it comes without the token. */
  readonly stranger?: true;
};

const body = JSON.stringify({ expected: null, value: "1" });

/** Requests that have each documented status of an operation, after those that each operation has. */
const CASES: Readonly<Record<string, readonly Case[]>> = {
  "get /v1/keys": [{ path: "/v1/keys", status: 200 }, ...outcomes({ path: "/v1/keys" }, ["error"])],
  "get /v1/keys/{key}": [
    { path: "/v1/keys/text", status: 200 },
    { path: "/v1/keys/none", status: 404 },
    { path: "/v1/keys/odd", status: 500 },
    ...outcomes({ path: "/v1/keys/k" }, ["error"]),
  ],
  "put /v1/keys/{key}": [
    { path: "/v1/keys/k", body: "1", status: 204 },
    { path: "/v1/keys/k", body: "x".repeat(1024 * 1024 + 1), status: 413 },
    ...outcomes({ path: "/v1/keys/k", body: "1" }, ["error", "unknown"]),
  ],
  "delete /v1/keys/{key}": [
    { path: "/v1/keys/text", status: 204 },
    { path: "/v1/keys/none", status: 404 },
    ...outcomes({ path: "/v1/keys/k" }, ["error", "unknown"]),
  ],
  "post /v1/cas/{key}": [
    { path: "/v1/cas/new", body, status: 204 },
    { path: "/v1/cas/new", body, status: 409 },
    { path: "/v1/cas/new", body: "x".repeat(5 * 1024 * 1024), status: 413 },
    ...outcomes({ path: "/v1/cas/k", body }, ["error", "unknown"]),
  ],
  "get /v1/status": [{ path: "/v1/status", status: 200 }],
  "get /v1/events": [{ path: "/v1/events", status: 200 }],
  "get /v1/watch": [
    { path: "/v1/watch", status: 200 },
    { path: "/v1/watch?after=1", status: 410 },
  ],
  "get /v1/watch/{key}": [
    { path: "/v1/watch/k", status: 200 },
    { path: "/v1/watch/k", status: 410, headers: { "last-event-id": "2" } },
  ],
  "get /metrics": [{ path: "/metrics", status: 200 }],
  "get /openapi.json": [{ path: "/openapi.json", status: 200 }],
};

function outcomes(sent: Sent, which: readonly ("error" | "unknown")[]): readonly Case[] {
  const statuses = { error: 422, unknown: 504 } as const;
  return which.map((outcome) => ({ ...sent, outcome, status: statuses[outcome] }));
}

/** What every operation answers to strangers, to wrong parameters, and before there are nodes. */
function common(path: string, documented: readonly string[]): readonly Case[] {
  const cases: readonly Case[] = [
    { path: `${path}?typo=1`, status: 400 },
    { path, status: 401, stranger: true },
    { path, status: 403, headers: { origin: "http://example.com" } },
    { path, status: 405, method: "PATCH" },
    { path, status: 503, outcome: "definitelyNot" },
  ];
  return cases.filter(({ status }) => documented.includes(`${status}`));
}

async function stageWithPairs(): Promise<GatewayStage> {
  const stage = await GatewayStage.start();
  const put = (key: string, value: string): Promise<unknown> =>
    stage.cluster.propose({ type: "put", key, value });
  await put("text", "ahoy");
  await put("odd", "\ud800");
  return stage;
}

const first = await (async () => {
  const { Gateway } = await import("../../../packages/cli/src/gateway/gateway.ts");
  const { openApi } = await import("../../../packages/cli/src/gateway/openapi.ts");
  return { Gateway, document: openApi("http://127.0.0.1:1") as unknown as Document };
})();
const { document } = first;

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  METHODS.flatMap((method) => {
    const operation = item[method];
    return operation === undefined ? [] : [{ name: `${method} ${path}`, operation }];
  }),
);

test("the document is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  expect(await validator.validate(structuredClone(document) as unknown as SpecData)).toEqual({
    valid: true,
  });
  expect(validator.version).toBe("3.1");
});

test("it is served", async () => {
  const stage = await GatewayStage.start();
  const [, served] = await stage.ask({ path: "/openapi.json" });
  expect(served).toMatchObject({ paths: document.paths, openapi: "3.1.0" });
  expect(served).toMatchObject({ servers: [{ url: `http://127.0.0.1:${stage.port}` }] });
});

test("it has the paths and methods of the server", async () => {
  expect(operations.map(({ name }) => name).toSorted()).toEqual(Object.keys(CASES).toSorted());
  const stage = await GatewayStage.start();
  for (const [path, item] of Object.entries(document.paths)) {
    const { status, headers } = await stage.send({ method: "PATCH", path });
    const known = METHODS.filter((method) => method in item).map((each) => each.toUpperCase());
    const allowed = known.includes("GET") ? [...known, "HEAD"] : known;
    expect([status, headers.allow?.split(", ")]).toEqual([405, allowed.toSorted()]);
  }
});

test.each(operations)("$name answers as the document says", async ({ name, operation }) => {
  const [method = "", path = ""] = name.split(" ");
  const documented = Object.keys(operation.responses);
  const stage = await stageWithPairs();
  const starting = await first.Gateway.listen(0, stage.token);
  const seen = new Set<string>();
  try {
    for (const each of [
      ...common(path.replace("{key}", "k"), documented),
      ...(CASES[name] ?? []),
    ]) {
      const { status, outcome, stranger, ...sent } = { method: method.toUpperCase(), ...each };
      const isStarting = outcome === "definitelyNot";
      if (outcome !== undefined && !isStarting)
        stage.cluster.next.push({ type: outcome, message: "why", reason: "why" } as never);
      const port = isStarting ? Number(new URL(starting.reach.url).port) : stage.port;
      const asked = stranger === true ? sent : withToken(stage.token, sent);
      const isStream = STREAMS.includes(name) && status === 200;
      const answer = isStream ? await beginOf(port, asked) : await send(port, asked);
      expect([each.path, answer.status]).toEqual([each.path, status]);
      checkBody(operation, answer.status, answer.headers["content-type"], answer.body);
      seen.add(`${status}`);
    }
  } finally {
    await starting.close();
  }
  expect([...seen].toSorted()).toEqual(documented.toSorted());
});

/** Answers that end only with their gateway. */
const STREAMS = ["get /v1/events", "get /v1/watch", "get /v1/watch/{key}"];

async function beginOf(port: number, asked: Sent): Promise<Answered> {
  const answer = await open(port, asked);
  answer.destroy();
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: "" };
}

/** The body has the documented type, and fits its schema. */
function checkBody(
  operation: Operation,
  status: number,
  type: string | undefined,
  text: string,
): void {
  const { content } = operation.responses[status] ?? {};
  expect(type?.split(";")[0]).toBe(content === undefined ? undefined : Object.keys(content)[0]);
  const schema = content?.["application/json"]?.schema;
  if (schema === undefined) return;
  const ajv = new Ajv2020({ strict: false });
  const validate = ajv.compile({ ...schema, components: document.components });
  expect([validate(JSON.parse(text)), validate.errors]).toEqual([true, null]);
}
