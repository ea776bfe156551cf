import type { OwnManifest } from "./own-manifest.ts";

/** What a project may be written in. */
export type Language = "typescript" | "javascript";

/** The ending of its modules. */
export const ENDINGS = { typescript: "ts", javascript: "js" } as const;

/** Vitest takes any of three major versions of Vite: a project gets the one that was tested. */
const TESTING = ["@kontiki/cli", "@kontiki/testing", "vite", "vitest"];

const NEEDED: Readonly<Record<Language, readonly string[]>> = {
  typescript: [...TESTING, "@types/node", "typescript"].sort(),
  javascript: TESTING,
};

/** The `package.json` of a project. Its versions are exact: those that this package was tested with. */
export function projectManifest(name: string, language: Language, own: OwnManifest): string {
  const versionsOf = (packages: readonly string[]): Record<string, string> =>
    Object.fromEntries(packages.map((needed) => [needed, versionOf(needed, own)]));
  const manifest = {
    name,
    version: "0.0.0",
    private: true,
    type: "module",
    engines: own.engines,
    scripts: {
      test: "vitest run",
      simulate: `kontiki run scenario.${ENDINGS[language]}`,
      start: "node start.js",
      ...(language === "typescript" ? { typecheck: "tsc" } : {}),
    },
    dependencies: versionsOf(["@kontiki/actors"]),
    devDependencies: versionsOf(NEEDED[language]),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** All of Kontiki's packages have one version, which a checkout calls `workspace:*`. */
function versionOf(needed: string, { version, devDependencies }: OwnManifest): string {
  const given = devDependencies[needed];
  if (given === undefined) throw new Error(`create-kontiki's own manifest lacks ${needed}`);
  return given.startsWith("workspace:") ? version : given;
}
