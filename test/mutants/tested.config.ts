import { env } from "node:process";
import { defineConfig } from "vitest/config";
import { edited } from "./edit.ts";
import { TESTED_MUTANTS } from "./lanes.ts";

const source = ["@kontiki/source", "module", "node", "development|production"];

const mutant = TESTED_MUTANTS.find(({ name }) => name === env["KONTIKI_MUTANT"]);

/** Runs tests of the sources with the mutant that `KONTIKI_MUTANT` names; with none, of the sources as they are. */
export default defineConfig({
  plugins: [
    {
      name: "mutant",
      enforce: "pre",
      transform: (code, id) => {
        const edits = mutant?.edits.filter(({ file }) => id.endsWith(`/${file}`)) ?? [];
        return edits.length === 0 ? undefined : edits.reduce(edited, code);
      },
    },
  ],
  resolve: { conditions: source },
  ssr: { resolve: { conditions: source } },
  // A mutant may wait forever.
  test: { include: ["actors/**/*.test.ts"], testTimeout: 40_000, bail: 1, pool: "threads" },
});
