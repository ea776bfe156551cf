import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

/** A browser beside a cluster takes long on a machine that is busy: a test of a page ends long before this, in ms. */
export const PATIENT = { timeout: 120_000 } as const;

/** Where Chromium and its relatives are installed. */
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const MISSING = `the page is tested in Chromium, and this machine has none at ${PLACES.join(", ")}: install it (Debian: apt-get install chromium), or set KONTIKI_CHROMIUM to its path`;

/** Starts Chromium. A machine without it fails these tests, and the error says what to install. */
export async function startBrowser(): Promise<Browser> {
  const { KONTIKI_CHROMIUM: own } = process.env;
  const executablePath = own ?? PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error(MISSING);
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"], ...PATIENT });
}

/** An open page, and what it reported and asked for. */
export type Opened = {
  readonly page: Page;
  /** Errors of scripts, and lines of the console. */
  readonly problems: readonly string[];
  readonly requests: readonly string[];
};

/** Opens a page, and waits until it shows its nodes. It is closed at the end of the test. */
export async function open(browser: Browser, url: string): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(PATIENT.timeout / 2);
  onTestFinished(() => page.close());
  const [problems, requests]: [string[], string[]] = [[], []];
  page.on("pageerror", ({ message }) => problems.push(message));
  page.on("console", (line) => problems.push(line.text()));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  await page.waitForSelector(".ring .node");
  return { page, problems, requests };
}
