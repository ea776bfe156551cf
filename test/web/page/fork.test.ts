import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { exportTo, ONE_ELECTION } from "../support/export-page.ts";
import { open, PATIENT, startBrowser } from "../support/browser.ts";
import { recordingIn } from "../support/recorded.ts";

let browser: Browser;
let folder: string;
/** The page of a run whose leader crashes at 1 s. */
let file: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kontiki-fork-"));
  file = join(folder, "run.html");
  [browser] = await Promise.all([startBrowser(), exportTo(file, ONE_ELECTION, "--seed", "3")]);
}, PATIENT.timeout);

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await browser.close();
});

/** The texts of the events from one number to another, as the list shows them. */
async function listed(page: Page, from: number, to: number): Promise<readonly string[]> {
  const rows = await page.locator(".sequence li").allInnerTexts();
  return rows.filter((row) => Number.parseInt(row, 10) >= from && Number.parseInt(row, 10) <= to);
}

async function forkedWith(page: Page, ...buttons: readonly string[]): Promise<void> {
  for (const name of buttons) await page.getByRole("button", { name, exact: true }).first().click();
  await page.getByRole("button", { name: "Fork here" }).click();
  await page.locator(".forked").waitFor();
}

test("a run is forked at a moment, as the command line then runs it", PATIENT, async () => {
  const { page, problems } = await open(browser, `${pathToFileURL(file).href}#1500`);
  const title = await page.title();
  const earlier = await listed(page, 1400, 1500);
  await page.keyboard.press("2");
  await page.keyboard.press("k");
  await forkedWith(page, "crash: n2");

  await expect.poll(() => listed(page, 1400, 1500), PATIENT).toEqual(earlier);
  expect(await page.getByRole("spinbutton", { name: /Event/ }).inputValue()).toBe("1500");
  await page.keyboard.press("c");
  expect(await page.locator('[aria-current="step"] .text').innerText()).toBe(
    "goes down: it crashes",
  );
  expect(await page.locator(".ring .node").nth(1).getAttribute("aria-label")).toMatch(/^n2, down/);

  const command = await page.getByRole("textbox", { name: "Command" }).inputValue();
  const [, token = "", step = ""] = /^kontiki view (k1-[\w-]+)#(\d+)$/.exec(command) ?? [];
  expect(new URL(page.url()).hash).toBe(`#step=${step}&token=${token}`);
  const path = join(folder, "again.html");
  await exportTo(path, token);
  const again = recordingIn(readFileSync(path, "utf8"));
  expect(await page.title()).toBe(`${again.title} - Kontiki`);
  await page.keyboard.press("End");
  const last = again.events.length;
  expect(await page.getByRole("spinbutton", { name: /Event/ }).inputValue()).toBe(`${last}`);
  const text = again.events.at(-1)?.text ?? "?";
  await page.locator('[aria-current="step"] .text', { hasText: text }).waitFor();

  await page.getByRole("button", { name: "Back to the run before" }).click();
  await expect.poll(() => page.title(), PATIENT).toBe(title);
  expect(problems).toEqual([]);
});

test(
  "an address says which fork, and changes of faults, letters and seed add up",
  PATIENT,
  async () => {
    const { page } = await open(browser, `${pathToFileURL(file).href}#1500`);
    await page.keyboard.press("k");
    await page.getByLabel("Seed").fill("9");
    await forkedWith(page, "leave out", "lose", "Choose from this seed");
    const about = "one-election, seed 3: 5 nodes, 0 faults, 60 operations, 2 edits - Kontiki";
    expect(await page.title()).toBe(about);
    expect(await page.locator(".verdict").innerText()).toBe("valid");

    const { page: other } = await open(browser, page.url());
    await other.locator(".forked").waitFor();
    expect(await other.title()).toBe(about);
    expect(other.url()).toBe(page.url());
  },
);

test(
  "a fault that is none is refused with what to give, and so is a damaged token",
  PATIENT,
  async () => {
    const { page } = await open(browser, `${pathToFileURL(file).href}#1500`);
    await page.keyboard.press("k");
    await page.getByRole("textbox", { name: "Fault" }).fill("crasch: n1");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Fork here" }).click();
    await page.getByText("did you mean crash?").waitFor();
    await page.getByRole("button", { name: "Remove crasch: n1" }).click();
    expect(await page.getByRole("button", { name: "Fork here" }).isDisabled()).toBe(true);

    const { page: other } = await open(
      browser,
      `${pathToFileURL(file).href}#step=5&token=k1-AAAAAAAA`,
    );
    await other.getByText("the token is damaged").waitFor();
  },
);
