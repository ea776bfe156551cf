/**
 * Builds the page into one file without imports: `packages/cli/dist/web/page.html`, which the command line serves and
 * exports; and the script and the style sheet of reports and histories, which `@kontiki/testing` puts into its pages:
 * `packages/testing/assets`. Does nothing when these are newer than everything they are made from; `--force` builds all the
 * same.
 */
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const root = dirname(fileURLToPath(import.meta.url));
const page = join(root, "../cli/dist/web/page.html");
const report = {
  script: join(root, "../testing/assets/report.js"),
  style: join(root, "../testing/assets/report.css"),
};

/** What the page runs in a worker is compiled from these packages. */
const COMPILED = ["core", "actors", "testing", "cli"].map((name) =>
  join(root, `../${name}/dist/tsconfig.tsbuildinfo`),
);

const oldest = Math.min(...[page, report.script, report.style].map(changedAt));
if (process.argv.includes("--force") || oldest <= newestSource())
  await Promise.all([writePage(), writeReport()]);

async function writePage() {
  const output = await built(
    { modulePreload: false, cssCodeSplit: false, assetsInlineLimit: Number.MAX_SAFE_INTEGER },
    { oxc: { jsx: { runtime: "automatic", importSource: "preact" } } },
  );
  mkdirSync(dirname(page), { recursive: true });
  const [engine] = await bundled("src/engine/worker.ts");
  writeFileSync(page, withEngine(inOneFile(output), engine.code));
}

async function writeReport() {
  const output = await bundled("src/report/main.js");
  mkdirSync(dirname(report.script), { recursive: true });
  writeFileSync(report.script, inElement(output[0].code));
  writeFileSync(report.style, styleIn(output));
}

/** A file and all that it imports as one script, and its style sheet. */
function bundled(entry) {
  const lib = {
    entry: join(root, entry),
    formats: ["iife"],
    name: "kontiki",
    cssFileName: "style",
  };
  return built({ lib });
}

/** What vite makes of this package with these options, in memory. */
async function built(options, more = {}) {
  const result = await build({
    root,
    configFile: false,
    logLevel: "warn",
    build: { write: false, target: "es2022", ...options },
    ...more,
  });
  return (Array.isArray(result) ? result[0] : result).output;
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
  const code = inElement(script.code);
  return String(html.source)
    .replace(/<script type="module"[^>]*><\/script>\s*/, "")
    .replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${styleIn(output)}</style>`)
    .replace("</body>", () => `<script type="module">${code}</script>\n</body>`);
}

/** A script that can stand in a page. */
function inElement(code) {
  return code.replaceAll("</script", "<\\/script");
}

function styleIn(output) {
  return String(output.find(({ fileName }) => fileName.endsWith(".css")).source);
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
