import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { runOnFake } from "../cli/support/fake-host.ts";

const FOLDER = fileURLToPath(new URL("../../examples/fleet/", import.meta.url));

type Container = {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args: readonly string[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
};

type Manifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: {
    readonly replicas?: number;
    readonly completionMode?: string;
    readonly completions?: number;
    readonly parallelism?: number;
    readonly selector?: { readonly matchLabels: unknown };
    readonly template: {
      readonly metadata?: { readonly labels: unknown };
      readonly spec: {
        readonly restartPolicy?: string;
        readonly terminationGracePeriodSeconds?: number;
        readonly initContainers?: readonly Container[];
        readonly containers: readonly Container[];
        readonly volumes: readonly { readonly name: string }[];
      };
    };
  };
};

function documents(file: string): readonly unknown[] {
  return parseAllDocuments(readFileSync(join(FOLDER, file), "utf8")).map((document) => {
    expect([document.errors, document.warnings]).toEqual([[], []]);
    return document.toJS() as unknown;
  });
}

const MANIFESTS = ["workers.yaml", "nightly.yaml"].flatMap(documents) as readonly Manifest[];

test("the manifests are a Deployment, a Job and an Indexed Job with all pods at once", () => {
  expect(
    MANIFESTS.map(({ apiVersion, kind, spec }) => [apiVersion, kind, spec.completionMode]),
  ).toEqual([
    ["apps/v1", "Deployment", undefined],
    ["batch/v1", "Job", undefined],
    ["batch/v1", "Job", "Indexed"],
  ]);
  const [deployment, start, workers] = MANIFESTS.map(({ spec }) => spec);
  expect(deployment?.selector?.matchLabels).toEqual(deployment?.template.metadata?.labels);
  expect([start, workers].map((spec) => spec?.template.spec.restartPolicy)).toEqual([
    "Never",
    "Never",
  ]);
  expect(workers?.completions).toBe(workers?.parallelism);
});

test("every container mounts what its pod has, runs one image, and has arguments that kontiki knows", async () => {
  const images = new Set<string>();
  for (const { spec } of MANIFESTS) {
    const { initContainers = [], containers, volumes } = spec.template.spec;
    for (const { image, args, command, volumeMounts } of [...initContainers, ...containers]) {
      images.add(image);
      const mounts = volumeMounts.map(({ name }) => name);
      expect(volumes.map(({ name }) => name)).toEqual(expect.arrayContaining(mounts));
      const words = command === undefined ? args : wordsOf(args[0] ?? "");
      const at = words.findIndex((word) => word.startsWith("--"));
      const names = words.slice(0, at).filter((word) => !["all", "nightly"].includes(word));
      const { status, stdout } = await runOnFake([...names, "--help"]);
      expect(status).toBe(0);
      const flags = words.filter((word) => word.startsWith("--"));
      expect(flags.filter((flag) => !stdout.includes(`  ${flag} `))).toEqual([]);
      expect(words[words.indexOf("--nats") + 1]).toBe("nats://nats:4222");
      const path = words[words.indexOf("--creds") + 1] ?? "";
      expect(volumeMounts.some(({ mountPath }) => path.startsWith(`${mountPath}/`))).toBe(true);
    }
  }
  expect([...images]).toEqual(["example/kontiki:0.1.0"]);
});

/** The words of kontiki in a line of a shell. */
function wordsOf(line: string): readonly string[] {
  const [, words = ""] = /\bkontiki (.+?);/.exec(line) ?? [];
  return words.split(" ");
}

test("the image has the version of this workspace, and the servers keep files", () => {
  const { version } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  ) as { readonly version: string };
  const dockerfile = readFileSync(join(FOLDER, "Dockerfile"), "utf8");
  expect(dockerfile).toContain(`RUN npm install --global @kontiki/cli@${version}\n`);
  expect(documents("nats-values.yaml")).toMatchObject([
    {
      config: {
        cluster: { enabled: true, replicas: 3 },
        jetstream: { enabled: true, fileStore: { enabled: true, pvc: { enabled: true } } },
      },
    },
  ]);
});
