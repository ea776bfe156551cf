/**
 * Builds the page into one file without imports: `packages/cli/dist/web/page.html`, which the command line serves and
 * exports. Does nothing when that file is newer than everything it is made from; `--force` builds all the same.
 */
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const root = dirname(fileURLToPath(import.meta.url));
const page = join(root, "../cli/dist/web/page.html");

/** What the page runs in a worker is compiled from these packages. */
const COMPILED = ["core", "actors", "testing", "cli"].map((name) =>
  join(root, `../${name}/dist/tsconfig.tsbuildinfo`),
);

if (process.argv.includes("--force") || changedAt(page) <= newestSource()) await write();

async function write() {
  const result = await build({
    root,
    configFile: false,
    logLevel: "warn",
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      cssCodeSplit: false,
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    },
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  });
  const { output } = Array.isArray(result) ? result[0] : result;
  mkdirSync(dirname(page), { recursive: true });
  writeFileSync(page, withEngine(inOneFile(output), await engine()));
}

/** The simulation as one script for a worker. */
async function engine() {
  const result = await build({
    root,
    configFile: false,
    logLevel: "warn",
    build: {
      write: false,
      target: "es2022",
      lib: { entry: join(root, "src/engine/worker.ts"), formats: ["iife"], name: "engine" },
    },
  });
  const { output } = Array.isArray(result) ? result[0] : result;
  return output[0].code;
}

/** The page with that script in it, compressed by gzip, in base64. */
function withEngine(html, code) {
  const data = gzipSync(code, { level: 9 }).toString("base64");
  return html.replace(/(<script id="engine"[^>]*>)/, (tag) => tag + data);
}

/** The page with its script and its style sheet inside. */
function inOneFile(output) {
  const html = output.find(({ fileName }) => fileName.endsWith(".html"));
  const script = output.find(({ type }) => type === "chunk");
  const style = output.find(({ fileName }) => fileName.endsWith(".css"));
  const code = script.code.replaceAll("</script", "<\\/script");
  return String(html.source)
    .replace(/<script type="module"[^>]*><\/script>\s*/, "")
    .replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${style.source}</style>`)
    .replace("</body>", () => `<script type="module">${code}</script>\n</body>`);
}

function newestSource() {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  const sources = files.map((file) => join(root, "src", file));
  const others = ["index.html", "build.js", "package.json"].map((file) => join(root, file));
  return Math.max(...[...sources, ...others, ...COMPILED].map(changedAt));
}

/** In ms since 1970; 0 for a file that is not there. */
function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
