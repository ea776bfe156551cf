/**
 * Runs in a package's folder before the package is packed or published.
 *
 * Only pnpm writes versions in place of `workspace:` and `catalog:`, and the published `exports` in place of those of the
 * workspace. A tarball of another packer cannot be installed, so it is refused.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, parse } from "node:path";

// Not the user agent: an npm that a script of pnpm starts inherits that of pnpm.
const { npm_execpath: packer = "" } = process.env;

/** What the build of the pages writes into a package, by a folder by which that package is known. */
const BUILT = { "src/view": "dist/web/page.html", "src/vitest": "assets/report.js" };

if (Object.entries(BUILT).some(([folder, file]) => existsSync(folder) && !existsSync(file))) {
  console.error("kontiki: the page is not built: run `npx -y pnpm@12 build`");
  process.exitCode = 1;
} else if (parse(packer).name === "pnpm") {
  removeOrphans("dist", "src");
} else {
  console.error(
    "kontiki: only pnpm can pack this package: run `npx -y pnpm@12 pack` or `npx -y pnpm@12 publish`",
  );
  process.exitCode = 1;
}

/**
 * Removes compiled files whose source is gone: the compiler leaves them when a source is moved, and the tarball would
 * hold them.
 *
 * @param {string} compiled folder of the compiler's output.
 * @param {string} sources folder of what it compiled.
 */
function removeOrphans(compiled, sources) {
  for (const file of readdirSync(compiled, { recursive: true, encoding: "utf8" })) {
    const source = file.replace(/\.(?:d\.ts|js)(?:\.map)?$/, ".ts");
    if (source !== file && !existsSync(join(sources, source))) rmSync(join(compiled, file));
  }
}
