import type { RecordedEvent } from "@kontiki/cli/recording";
import { loadScenario, planOf, runToken, simulate } from "@kontiki/testing";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { exportTo, ONE_ELECTION } from "../support/export-page.ts";
import { open, PATIENT, startBrowser, type Opened } from "../support/browser.ts";
import { recordingOf, step } from "../support/recorded.ts";

let browser: Browser;
let folder: string;
/** The page of one run, which most tests open. */
let file: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kontiki-page-"));
  file = join(folder, "run.html");
  [browser] = await Promise.all([startBrowser(), exportTo(file, ONE_ELECTION, "--seed", "3")]);
}, PATIENT.timeout);

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await browser.close();
});

function opened(path = file, fragment = ""): Promise<Opened> {
  return open(browser, pathToFileURL(path).href + fragment);
}

async function nodeLabels(page: Page): Promise<readonly (string | null)[]> {
  const nodes = await page.locator(".ring .node").all();
  return Promise.all(nodes.map((node) => node.getAttribute("aria-label")));
}

/** How long the processor has worked for the page since it was opened: the load of the machine does not count. */
async function secondsOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Infinity;
}

function currentRow(page: Page): Promise<string> {
  return page.locator('[aria-current="step"] .text').innerText();
}

test("an exported file opens from the disk, and asks for nothing else", PATIENT, async () => {
  const { page, problems, requests } = await opened();
  expect(await page.title()).toBe(
    "one-election, seed 3: 5 nodes, 1 fault, 60 operations - Kontiki",
  );
  expect(await page.locator(".verdict").innerText()).toBe("violated");
  expect(requests.filter((url) => !url.startsWith("data:"))).toHaveLength(1);
  expect(problems).toEqual([]);
});

/** What a reader of a small screen, or of the dark theme, cannot see: what is wider than the screen, and texts too faint. */
const FAULTS_OF_LAYOUT = `(() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const parts = numbers(color).slice(0, 3).map((value) => value / 255);
    const [r, g, b] = parts.map((v) => (v <= 0.04 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let each = element; each !== null; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if (color.startsWith("rgb") && numbers(color)[3] !== 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const contrast = (element) => {
    const [one, other] = [light(getComputedStyle(element).color), light(ground(element))];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  };
  const texts = [...document.querySelectorAll("header *, nav *, .tools *, .rows *, .legend, .faults, th, td")];
  const faint = texts.filter((each) => !each.matches("svg *, svg, :disabled") && contrast(each) < 4.5);
  const width = document.documentElement.scrollWidth;
  const dead = [...document.querySelectorAll(".node.down")].map((node) => getComputedStyle(node).opacity);
  const unnamed = [...document.querySelectorAll("button, input, select, [tabindex]")].filter(
    (each) => (each.ariaLabel ?? each.closest("label")?.textContent ?? each.textContent).trim() === "",
  );
  return {
    tooWide: width > innerWidth ? width : 0,
    faint: faint.map((each) => each.outerHTML.slice(0, 80)),
    faded: dead.filter((opacity) => opacity !== "1"),
    unnamed: unnamed.map((each) => each.outerHTML.slice(0, 80)),
  };
})()`;

test("a page fits a phone, and its texts are seen in both themes", PATIENT, async () => {
  const { page } = await opened();
  await page.keyboard.press("c");
  await page.setViewportSize({ width: 390, height: 844 });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await page.evaluate(FAULTS_OF_LAYOUT)).toEqual({
      tooWide: 0,
      faint: [],
      faded: [],
      unnamed: [],
    });
  }
  const roles = page.locator(".node.down .role");
  expect(await roles.allTextContents()).toEqual(["down"]);
  expect(await page.getByRole("slider").getAttribute("aria-valuetext")).toMatch(/^1,\d{3} ms$/);
});

test("elections and crashes are seen one after another, with the keys", PATIENT, async () => {
  const { page } = await opened();
  await page.keyboard.press("Home");
  expect(await nodeLabels(page)).toEqual(
    ["n1", "n2", "n3", "n4", "n5"].map((node) => `${node}, down, term 0, commit 0`),
  );
  await page.keyboard.press("e");
  expect(await currentRow(page)).toMatch(/^leads term 1, elected by/);
  expect((await nodeLabels(page)).filter((label) => label?.includes("leader"))).toEqual([
    "n2, leader, term 1, commit 0",
  ]);
  await page.keyboard.press("c");
  expect(await currentRow(page)).toBe("goes down: it crashes");
  expect((await nodeLabels(page))[1]).toMatch(/^n2, down, term 1,/);
  await page.keyboard.press("e");
  expect((await nodeLabels(page)).filter((label) => label?.includes("leader"))).toEqual([
    expect.stringMatching(/^n4, leader, term 2,/),
  ]);
  await page.keyboard.press("Shift+C");
  expect(await currentRow(page)).toBe("goes down: it crashes");
});

test("a token is stepped to its violation", PATIENT, async () => {
  const plan = planOf(await loadScenario(ONE_ELECTION), 3);
  const { hash, violations } = simulate(plan);
  const [violation] = violations;
  const check = violation?.check ?? "";
  const token = runToken(plan, { check, hash, module: undefined }, planOf);
  const path = join(folder, "token.html");
  await exportTo(path, `${token}#6205`);
  const { page } = await opened(path);
  const number = page.getByRole("spinbutton");
  expect(await number.inputValue()).toBe("6205");
  for (
    let steps = 0;
    (await currentRow(page)) !== "expectations: elections: 3, but at most 2 is allowed";
    steps += 1
  ) {
    expect(steps).toBeLessThan(30);
    await page.keyboard.press("ArrowRight");
  }
  expect(await number.inputValue()).toBe(await number.getAttribute("max"));
  await page.keyboard.press("Home");
  await page.keyboard.press("v");
  expect(await number.inputValue()).toBe(await number.getAttribute("max"));
});

test("the address names the moment, the node and what it is compared with", PATIENT, async () => {
  const { page } = await opened(file, "#200");
  await page.keyboard.press("p");
  await page.keyboard.press("e");
  await page.keyboard.press("3");
  const address = new URL(page.url()).hash;
  expect(address).toMatch(/^#step=\d+&node=n3&since=200$/);
  const { page: other } = await opened(file, address);
  await other.getByRole("tab", { name: "State of n3" }).waitFor();
  expect(await other.locator(".differences h2").innerText()).toMatch(
    /^From event 200 to \d+: \d+ values differ$/,
  );
});

test("a run plays, and pauses where it is told to", PATIENT, async () => {
  const { page } = await opened();
  await page.keyboard.press("Home");
  await page.getByLabel("Speed").selectOption("0.25");
  await page.locator("body").focus();
  const number = page.getByRole("spinbutton");
  await page.getByRole("button", { name: "Play or pause" }).click();
  await expect.poll(async () => Number(await number.inputValue()), PATIENT).toBeGreaterThan(100);
  await page.getByRole("button", { name: "Play or pause" }).click();
  const paused = await number.inputValue();
  await page.evaluate(
    "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))",
  );
  expect(await number.inputValue()).toBe(paused);
});

describe("fifty thousand events", () => {
  const nodes = ["n1", "n2", "n3"];
  const events = Array.from({ length: 50_000 }, (_none, at): RecordedEvent => {
    const node = nodes[at % 3] ?? "";
    const log = at % 10 === 0 ? { append: [[1, "c", `put k ${at}`] as const] } : {};
    return step(at / 10, node, { life: "up", state: { term: 1 }, log });
  });

  test("are listed with no more elements than are seen", PATIENT, async () => {
    const data = gzipSync(JSON.stringify(recordingOf(events))).toString("base64");
    const path = join(folder, "long.html");
    const place = /(<script id="recording"[^>]*>)[^<]*/;
    writeFileSync(path, readFileSync(file, "utf8").replace(place, `$1${data}`));
    const { page, problems } = await opened(path);
    expect(await secondsOf(page)).toBeLessThan(1);
    for (const key of ["Home", "End", "Home"]) await page.keyboard.press(key);
    await page.keyboard.press("End");
    expect(await page.getByRole("spinbutton").inputValue()).toBe(`${events.length}`);
    expect(await currentRow(page)).toBe("a step");
    expect(await page.locator("*").count()).toBeLessThan(1_500);
    expect(problems).toEqual([]);
  });
});
