import { configDefaults, defineConfig } from "vitest/config";
import { LongFirst } from "./long-first.ts";

// Threads and processes need files that Node itself can load, so their tests run what `tsc -b`
// wrote; all others run the source. A project sees one of the two, never both copies of the core.
const built = [
  "workers/**/*.test.ts",
  "api/**/*.test.ts",
  "cli/*.test.ts",
  "cli/!(udp)/**/*.test.ts",
  "cli/udp/programs/*.test.ts",
  "docs/**/*.test.ts",
  "examples/**/*.test.ts",
  "nats/programs/*.test.ts",
  "web/page/*.test.ts",
];

// Makes network namespaces, which needs root: `pnpm namespaces`.
const apart =
  process.env["KONTIKI_NAMESPACES"] === undefined ? ["nats/programs/namespaces.test.ts"] : [];

// What a user installs from a registry: packed, and installed in folders outside of the workspace.
const packed = ["packages/**/*.test.ts"];
const source = ["@kontiki/source", "module", "node", "development|production"];

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    projects: [
      {
        resolve: { conditions: source },
        ssr: { resolve: { conditions: source } },
        test: {
          name: "source",
          include: ["**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...built, ...packed],
          pool: "threads",
          // To load the sources anew for each file took half of the time. No module keeps anything for a test.
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
          // These tests only compute: how long that takes says something of the machine, not of them.
          testTimeout: 120_000,
        },
      },
      {
        // After the project above, which computes: these tests start threads and processes of their own and wait for
        // elections in real time. A third of that is waiting, so three files keep two cores busy.
        test: {
          name: "built",
          include: built,
          exclude: [...configDefaults.exclude, ...apart],
          pool: "forks",
          isolate: false,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          // A test that waits for one thing waits up to 120 s for it: a thread gets little of a machine that has much to do.
          testTimeout: 180_000,
          hookTimeout: 180_000,
          server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
        },
      },
      {
        // Together with the project above. Files of one process share its tarballs; only one of them installs them by npm.
        test: {
          name: "packed",
          include: packed,
          pool: "forks",
          isolate: false,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          // The first one of all fills the caches of the package managers.
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
