import GithubSlugger from "github-slugger";
import { lexer, walkTokens, type Token } from "marked";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./pages.ts";

/** What is not written by hand: packages, and what a build makes. */
const IS_LEFT_OUT = /^(?:node_modules|dist|\..*)$/;

/** All files of Markdown of the repository, READMEs of packages and folders included, by their paths from the root. */
export function markdownFiles(folder = ""): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return IS_LEFT_OUT.test(entry.name) ? [] : markdownFiles(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

/** The links of a file to a file or a heading that does not exist, as they are written. Links to the web are not looked at. */
export function brokenLinksIn(path: string): readonly string[] {
  return hrefsIn(path).filter((href) => !/^[a-z]+:/.test(href) && !isThere(path, href));
}

function isThere(page: string, href: string): boolean {
  const [file = "", heading] = decodeURI(href).split("#");
  const path = file === "" ? page : join(dirname(page), file);
  if (!existsSync(join(ROOT, path))) return false;
  return heading === undefined || !path.endsWith(".md") || headingsIn(path).has(heading);
}

function hrefsIn(path: string): readonly string[] {
  return tokensIn(path).flatMap((token) =>
    token.type === "link" || token.type === "image" ? [String(token["href"])] : [],
  );
}

const headings = new Map<string, ReadonlySet<string>>();

/** The anchors that GitHub gives to the headings of a page. */
function headingsIn(path: string): ReadonlySet<string> {
  const known = headings.get(path);
  if (known !== undefined) return known;
  const slugger = new GithubSlugger();
  const found = tokensIn(path).filter(({ type }) => type === "heading");
  const anchors = new Set(found.map((heading) => slugger.slug(textOf(heading))));
  headings.set(path, anchors);
  return anchors;
}

/** The text of a heading as it is shown: without the marks of code, emphasis and links. */
function textOf(token: Token): string {
  if ("tokens" in token && token.tokens !== undefined) return token.tokens.map(textOf).join("");
  return "text" in token ? String(token.text) : token.raw;
}

/** All tokens of a file, in their order, those within others included. */
function tokensIn(path: string): readonly Token[] {
  const tokens: Token[] = [];
  void walkTokens(lexer(readFileSync(join(ROOT, path), "utf8")), (token) => {
    tokens.push(token);
  });
  return tokens;
}
