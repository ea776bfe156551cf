import { planOfParts, simulate, type RunResult, type ScenarioParts } from "@kontiki/testing";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ownManifest, type OwnManifest } from "../../packages/create-kontiki/src/own-manifest.ts";
import { projectFiles } from "../../packages/create-kontiki/src/project-files.ts";
import {
  projectManifest,
  type Language,
} from "../../packages/create-kontiki/src/project-manifest.ts";

const LANGUAGES = ["typescript", "javascript"] as const satisfies readonly Language[];

function rootFile(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

describe("package.json", () => {
  const OWN: OwnManifest = {
    version: "1.2.3",
    engines: { node: ">=20.19" },
    devDependencies: {
      "@kontiki/actors": "workspace:*",
      "@kontiki/cli": "workspace:*",
      "@kontiki/testing": "workspace:*",
      "@types/node": "20.0.1",
      typescript: "7.0.1",
      vite: "8.0.1",
      vitest: "4.0.1",
    },
  };

  test("names exact versions: this package's own, and those that it was tested with", () => {
    expect(JSON.parse(projectManifest("bank", "typescript", OWN))).toEqual({
      name: "bank",
      version: "0.0.0",
      private: true,
      type: "module",
      engines: { node: ">=20.19" },
      scripts: {
        test: "vitest run",
        simulate: "kontiki run scenario.ts",
        start: "node start.js",
        typecheck: "tsc",
      },
      dependencies: { "@kontiki/actors": "1.2.3" },
      devDependencies: {
        "@kontiki/cli": "1.2.3",
        "@kontiki/testing": "1.2.3",
        "@types/node": "20.0.1",
        typescript: "7.0.1",
        vite: "8.0.1",
        vitest: "4.0.1",
      },
    });
  });

  test("has nothing of TypeScript in JavaScript", () => {
    expect(JSON.parse(projectManifest("bank", "javascript", OWN))).toMatchObject({
      scripts: { test: "vitest run", simulate: "kontiki run scenario.js", start: "node start.js" },
      devDependencies: {
        "@kontiki/cli": "1.2.3",
        "@kontiki/testing": "1.2.3",
        vite: "8.0.1",
        vitest: "4.0.1",
      },
    });
    expect(projectManifest("bank", "javascript", OWN)).not.toMatch(/typescript|types|tsc/);
  });

  test("a package that its own manifest lacks is a defect, told by name", () => {
    const { typescript: _missing, ...devDependencies } = OWN.devDependencies;
    const make = (): string => projectManifest("bank", "typescript", { ...OWN, devDependencies });
    expect(make).toThrow("create-kontiki's own manifest lacks typescript");
  });

  test("the versions are those of the workspace", () => {
    const root = JSON.parse(rootFile("package.json")) as OwnManifest;
    const tests = JSON.parse(rootFile("test/package.json")) as OwnManifest;
    const [, nodeTypes] = /"@types\/node": (\S+)/.exec(rootFile("pnpm-workspace.yaml")) ?? [];
    expect(ownManifest().devDependencies).toMatchObject({
      "@types/node": nodeTypes,
      typescript: root.devDependencies["typescript"],
      vitest: tests.devDependencies["vitest"],
    });
    const { vite = "?" } = ownManifest().devDependencies;
    expect(rootFile("pnpm-lock.yaml")).toContain(`\n  vite@${vite}:\n`);
  });
});

describe.each(LANGUAGES)("the files of a project in %s", (language) => {
  const files = new Map(projectFiles("bank", language).map(({ name, text }) => [name, text]));

  test("have all that is asked for filled in", () => {
    for (const text of files.values()) expect(text).not.toMatch(/\{\{\w+\}\}/);
    expect(files.get("README.md")).toMatch(/^# bank\n/);
  });

  test("are all that the README names, and the change that it suggests can be made", () => {
    const readme = files.get("README.md") ?? "";
    const named = [...readme.matchAll(/^- `([\w.]+)`/gm)].map(([, name]) => name ?? "");
    expect(named).toHaveLength(5);
    expect(named.filter((name) => !files.has(name))).toEqual([]);
    const [, removed = "?"] = /^-( {2}.*)$/m.exec(readme) ?? [];
    expect(files.get(named[0] ?? "")).toContain(`${removed}\n`);
  });

  test("are scripts of npm that the README names", () => {
    const { scripts } = JSON.parse(files.get("package.json") ?? "") as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const named = [...(files.get("README.md") ?? "").matchAll(/^npm (?:run )?(\w+)/gm)];
    expect(named.map(([, name]) => name).filter((name) => name !== "install")).toEqual(
      Object.keys(scripts),
    );
  });
});

type ScenarioModule = Pick<Required<ScenarioParts>, "commands" | "specification"> & {
  readonly default: ScenarioParts["scenario"];
};

function moduleOf(language: Language, name: string): Promise<unknown> {
  const ending = language === "typescript" ? "ts" : "js";
  const path = `../../packages/create-kontiki/template/${language}/${name}.${ending}`;
  return import(new URL(path, import.meta.url).href);
}

/** The scenario of a project with the first seed. */
async function simulated(language: Language): Promise<RunResult> {
  const { default: machine } = (await moduleOf(language, "machine")) as {
    readonly default: NonNullable<ScenarioParts["machine"]>;
  };
  const module = (await moduleOf(language, "scenario")) as ScenarioModule;
  const { default: scenario, commands, specification } = module;
  return simulate(planOfParts({ scenario, commands }, 1), { machine, specification });
}

test("both languages say the same: one seed gives one run", async () => {
  const [typescript, javascript] = [await simulated("typescript"), await simulated("javascript")];
  expect([typescript.verdict, javascript.verdict]).toEqual(["valid", "valid"]);
  expect(typescript.coverage["operations.ok"]).toBeGreaterThan(50);
  expect(typescript.hash).toBe(javascript.hash);
});
