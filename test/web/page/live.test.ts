import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { Kontiki } from "../../cli/support/kontiki.ts";
import { open, PATIENT, startBrowser } from "../support/browser.ts";

const ENV = { KONTIKI_WEB_TOKEN: "token-of-the-live-test" };

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
}, PATIENT.timeout);
afterAll(() => browser.close());

/** A real cluster with a page, and the address that it prints. */
async function started(
  nodes = 3,
  port = 0,
): Promise<{ readonly kontiki: Kontiki; readonly url: string }> {
  const args = ["up", "--memory", "--nodes", `${nodes}`, "--web", `${port}`];
  const kontiki = new Kontiki(args, ENV);
  await kontiki.until("stderr", /page: \S+\n/);
  const [, url = ""] = /page: (\S+)/.exec(kontiki.stderr) ?? [];
  return { kontiki, url };
}

async function leaderOf(page: Page): Promise<string> {
  const leaders = page.locator(".ring .node.leader.up .name");
  await leaders.first().waitFor();
  return (await leaders.first().textContent()) ?? "";
}

/** The highest term of a leader. */
async function termIn(page: Page): Promise<number> {
  const terms = await page.locator(".ring .node.leader.up .term").allTextContents();
  return Math.max(0, ...terms.map((text) => Number(text.replace("term ", ""))));
}

test(
  "a cluster is broken by clicks, and says when it ends and when it is back",
  PATIENT,
  async () => {
    const { kontiki, url } = await started();
    const { page, problems } = await open(browser, url);
    const { page: second } = await open(browser, url);
    const before = await leaderOf(page);
    const term = await termIn(page);

    await page.getByText("no command has run here or at the prompt yet").waitFor();
    await page.getByText("no command yet").waitFor();
    await page.getByLabel("Command").fill('put greeting "ahoy there"');
    await page.keyboard.press("Enter");
    const replies = page.getByLabel("Replies");
    await replies.getByText("ok", { exact: false }).waitFor();
    await page.locator(`.cell[title*='put greeting "ahoy there"']`).first().waitFor();

    await page.getByRole("button", { name: `crash ${before}` }).click();
    await replies.getByText(`${before} crashed`).waitFor();
    for (const each of [page, second])
      await each.locator("li.ended", { hasText: "crashed on request" }).waitFor();
    await expect.poll(() => termIn(page), PATIENT).toBeGreaterThan(term);
    await page.getByRole("button", { name: "list", exact: true }).click();
    await replies.getByText("greeting").nth(1).waitFor();

    kontiki.write("quit\n");
    await page.getByRole("status").getByText("The cluster has ended").waitFor();
    expect(await page.getByRole("button", { name: "Run" }).isDisabled()).toBe(true);
    expect((await kontiki.exit).status).toBe(0);
    await started(3, Number(new URL(url).port));
    await page.getByRole("status").getByText("Connected.").waitFor();
    expect(await leaderOf(page)).toMatch(/^n[123]$/);
    expect(problems.filter((text) => !text.includes("net::ERR"))).toEqual([]);
  },
);

test(
  "links are cut and healed by clicks, and a partition at the prompt is seen",
  PATIENT,
  async () => {
    const { kontiki, url } = await started();
    const { page, problems } = await open(browser, url);
    await leaderOf(page);
    await page.getByRole("tab", { name: "Links" }).click();
    await page.getByRole("button", { name: "link n1>n2 --cut" }).click();
    const healing = page.locator(".matrix").getByRole("button", { name: /^heal \d+$/ });
    await healing.waitFor();
    expect(await page.locator(".faults").innerText()).toBe("in force: oneWay n1>n2");
    await page.locator(".ring .links .cut", { hasText: "✕ to n2" }).waitFor();
    await healing.click();
    await page.getByText("no fault in force").waitFor();

    kontiki.write("partition n1,n2 | n3\n");
    await page.locator(".ring .links .cut").nth(1).waitFor();
    expect(await page.locator(".matrix td.cut").count()).toBe(4);
    await page.getByRole("button", { name: "heal all" }).first().click();
    await page.getByText("no fault in force").waitFor();
    const events = page.locator("li.fault .text");
    expect(await events.allInnerTexts()).toEqual([
      "1: oneWay n1>n2 begins",
      "1: oneWay n1>n2 ends",
      "2: partition n1 n2 | n3 begins",
      "2: partition n1 n2 | n3 ends",
    ]);
    expect(problems).toEqual([]);
  },
);

test("a page whose cluster was replaced by another says what to do", PATIENT, async () => {
  const { kontiki, url } = await started(1);
  const { page } = await open(browser, url);
  kontiki.write("quit\n");
  await kontiki.exit;
  const other = new Kontiki(["up", "--memory", "--nodes", "1", "--web", new URL(url).port]);
  await other.until("stderr", /page: \S+\n/);
  await page.getByRole("status").getByText("open the address that it printed").waitFor();
});

test(
  "letters fly and timers run while a page is open, are seen at their times, and are lost on a cut link",
  PATIENT,
  async () => {
    const { kontiki, url } = await started();
    const { page, problems } = await open(browser, url);
    const leader = await leaderOf(page);
    const [other = "", another = ""] = ["n1", "n2", "n3"].filter((node) => node !== leader);
    for (const kind of ["append", "reply"])
      await page.locator(`.letter.slow.${kind}`).first().waitFor();
    for (const kind of ["heartbeat", "election"])
      await page
        .locator(`.timer.${kind} title`, { hasText: / timer: \d+ ms of \d+ ms$/ })
        .first()
        .waitFor({ state: "attached" });
    // The list follows, with an arrow for each letter.
    await page.keyboard.press("a");
    await page.locator(".arrow.append").first().waitFor();
    const scrolled = (): Promise<number> =>
      page.evaluate<number>("document.querySelector('.rows').scrollTop");
    const top = await scrolled();
    await expect.poll(scrolled, PATIENT).toBeGreaterThan(top);

    // The keyboard stops it, goes back letter by letter, and returns to what is now.
    await page.keyboard.press(" ");
    await page.getByText("You look at an earlier moment").waitFor();
    const dots = page.locator(".letter:not(.slow)");
    while ((await dots.count()) === 0) await page.keyboard.press("Shift+ArrowLeft");
    expect(await dots.first().locator("title").textContent()).toMatch(
      /^n\d to n\d: append\w+ term \d+/,
    );
    await page.keyboard.press("End");
    await page.locator(".letter.slow").first().waitFor();

    kontiki.write(`isolate ${other}\n`);
    await page.locator(`.letter.slow.is-lost`).first().waitFor();
    const lost = page.locator("li.lost", { hasText: "is lost: n" });
    expect(await lost.first().innerText()).toMatch(/is lost: n\d has not taken it within 1 s$/);
    expect(await page.locator(`.ring .node`, { hasText: another }).count()).toBe(1);
    expect(problems).toEqual([]);
  },
);
