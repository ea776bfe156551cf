import { expect, test } from "vitest";
import { reachedFrom } from "../testing/support/imports.ts";

/** What is loaded when these files are, without what they load later. */
function loaded(...files: string[]): {
  readonly folders: readonly string[];
  readonly modules: readonly string[];
} {
  const { files: reached, foreign } = reachedFrom(files);
  const folders = reached.map((file) => file.split("/").slice(0, -1).join("/"));
  const modules = foreign
    .map(({ module }) => module)
    .filter((module) => !module.startsWith("node:"));
  return { folders: [...new Set(folders)].toSorted(), modules: [...new Set(modules)].toSorted() };
}

const BASE = [
  "packages/cli/src",
  "packages/cli/src/commands",
  "packages/cli/src/host",
  "packages/cli/src/output",
];

test("--help loads commander and the list of commands", () => {
  expect(loaded("packages/cli/src/main.ts")).toEqual({ folders: BASE, modules: ["commander"] });
});

test.each("demo udp bench recover trace check run explore replay view shrink".split(" "))(
  "%s --help loads its options",
  (name) => {
    const { folders, modules } = loaded(
      "packages/cli/src/main.ts",
      `packages/cli/src/commands/${name}.ts`,
    );
    expect(modules).toEqual(["commander"]);
    expect(folders.filter((folder) => !BASE.includes(folder))).toEqual(
      name === "bench" ? ["packages/cli/src/bench"] : [],
    );
  },
);

test("up --help loads the verbs, but no cluster and no tables", () => {
  expect(loaded("packages/cli/src/main.ts", "packages/cli/src/commands/up.ts")).toEqual({
    folders: [
      ...BASE,
      "packages/cli/src/render",
      "packages/cli/src/session",
      "packages/cli/src/session/verbs",
    ],
    modules: ["commander"],
  });
});

test("up loads its cluster later, and nothing of @kontiki/testing", () => {
  const { modules } = loaded("packages/cli/src/main.ts", "packages/cli/src/actions/up.ts");
  expect(modules).toEqual(["commander", "picocolors"]);
});
