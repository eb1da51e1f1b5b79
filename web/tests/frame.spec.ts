import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test, view } from "./board";
import { LOGS } from "./logs";

const EVERY = join(LOGS, "every_kind");
const TWO = [{ run: "max", tag: "input" }, { run: "max", tag: "output" }];

for (const theme of ["light", "dark"] as const) {
  test(`no tab has a serious fault of accessibility, ${theme}`, async ({ page, open }) => {
    test.setTimeout(120_000);
    await page.emulateMedia({ colorScheme: theme });
    await open(EVERY);
    const serious = async (where: string) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.filter(({ id, impact }) => impact === "serious" || impact === "critical" || id === "page-has-heading-one");
      expect(found.map(({ id, nodes }) => `${where} ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)).toEqual([]);
    };
    const tabs = page.getByRole("navigation", { name: "Kinds" }).getByRole("link");
    await expect.poll(() => tabs.count()).toBeGreaterThan(5);
    for (const tab of await tabs.all()) {
      await tab.click();
      await page.waitForTimeout(400);
      await serious(await tab.innerText());
    }
    await page.keyboard.press("?");
    await serious("help");
  });

  test(`pictures side by side have no serious fault of accessibility, ${theme}`, async ({ page, open }) => {
    await page.emulateMedia({ colorScheme: theme });
    for (const layout of ["beside", "swipe", "difference"]) {
      await open(join(LOGS, "pooled"), view({ tab: "images", compare: true, panes: TWO, step: 0, split: true, layout }));
      await expect(page.locator("canvas.stage").first()).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
    }
  });
}

test("colours follow the system until somebody chooses, and the choice is kept", async ({ page, open }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  await open(EVERY);
  const light = await ground();
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  await page.keyboard.press("t");
  await expect.poll(ground).toBe(light);
  // The address follows a moment later.
  await expect(page).toHaveURL(/theme=light/);
  await page.reload();
  await expect.poll(ground).toBe(light);
  // Keys are heard once the page has been drawn.
  await expect(page.getByRole("navigation")).toBeVisible();
  await page.keyboard.press("t");
  await expect.poll(ground).toBe(dark);
});

test("the page is used by keys alone", async ({ page, open }) => {
  await open(join(LOGS, "pooled"));
  await expect(page.getByRole("article").first()).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys and help" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Keys and help" })).toBeHidden();
  await page.locator("body").press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the view" })).toBeFocused();
  const reached = new Set<string>();
  for (let press = 0; press < 60; press += 1) {
    await page.keyboard.press("Tab");
    const { name, outline } = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      // Past the last one the browser itself has the focus.
      if (element === document.body) return { name: "", outline: true };
      const style = getComputedStyle(element);
      const around = element.closest(".search, .edge");
      return {
        name: element.getAttribute("aria-label") ?? element.textContent ?? "",
        outline: style.outlineStyle !== "none" || (around !== null && getComputedStyle(around).outlineStyle !== "none"),
      };
    });
    reached.add(name.trim());
    if (name && name !== "Close the runs") expect(outline, `${name} shows that it has the focus`).toBe(true);
  }
  for (const name of ["Filter runs", "Filter tags", "Linked", "Step of all cards", "Step of input of max", "Look closely at input of max"]) {
    expect([...reached]).toContain(name);
  }
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press("Enter");
  await expect(page.locator("canvas.stage").first()).toBeVisible();
});

test("a page of 360 pixels holds everything", async ({ page, open }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open(EVERY);
  const tabs = page.getByRole("navigation", { name: "Kinds" }).getByRole("link");
  for (const tab of await tabs.all()) {
    await tab.click();
    await page.waitForTimeout(200);
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(beyond, await tab.innerText()).toBeLessThanOrEqual(0);
    const inside = await page.locator("main").evaluate((main) => main.scrollWidth - main.clientWidth);
    expect(inside, await tab.innerText()).toBeLessThanOrEqual(0);
  }
  await expect(page.getByRole("searchbox", { name: "Filter runs" })).toBeHidden();
  await page.getByRole("button", { name: "Runs", exact: true }).click();
  await expect(page.getByRole("searchbox", { name: "Filter runs" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("searchbox", { name: "Filter runs" })).toBeHidden();
});

test("on a phone a picture of a comparison is as large as the page is wide, and the tools are behind a button", async ({ page, open }) => {
  await page.setViewportSize({ width: 375, height: 700 });
  await open(join(LOGS, "pooled"), view({ tab: "images", compare: true, panes: TWO, step: 0, split: true }));
  await expect(page.locator("canvas.stage")).toHaveCount(2);
  const box = await page.locator("canvas.stage").first().boundingBox();
  expect(box?.height).toBeGreaterThan(0.9 * (box?.width ?? Infinity));
  // All of it, and the head of the next.
  await expect.poll(async () => ((await page.locator("figcaption").last().boundingBox())?.y ?? Infinity) - 700).toBeLessThan(100);
  await expect(page.getByRole("button", { name: "Swipe" })).toBeHidden();
  await page.getByRole("button", { name: "Tools" }).click();
  await page.getByRole("button", { name: "Swipe" }).click();
  await expect(page.locator("canvas.stage")).toHaveCount(1);
});

test("who comes back is where they were, with the focus on what they opened", async ({ page, open }) => {
  await page.setViewportSize({ width: 1000, height: 700 });
  await open(EVERY, view({ tab: "images" }));
  const main = page.locator("main");
  const top = () => main.evaluate((main) => main.scrollTop);
  await expect(page.getByRole("article").first()).toBeVisible();
  await main.evaluate((main) => main.scrollTo(0, 900));
  // One that is in sight, so that a click does not scroll.
  await expect.poll(top).toBe(900);
  const seen = () => page.evaluate(() => [...document.querySelectorAll(".mount")].find((mount) => {
    const { top, bottom } = mount.getBoundingClientRect();
    return top > 110 && bottom < innerHeight;
  })?.getAttribute("aria-label") ?? "");
  await expect.poll(seen).not.toBe("");
  const opener = page.getByRole("button", { name: await seen(), exact: true });
  for (const back of [() => page.keyboard.press("Escape"), () => page.goBack(), () => page.getByRole("button", { name: "All images" }).click()]) {
    await expect(opener).toBeVisible();
    const before = await top();
    expect(before).toBeGreaterThan(0);
    await opener.click();
    await expect(page.locator("canvas.stage")).toBeVisible();
    await back();
    await expect(opener).toBeFocused();
    await expect.poll(top).toBe(before);
    // What moves the list a little is over by then.
    await page.waitForTimeout(500);
  }
  const left = await top();
  const tab = (name: RegExp) => page.getByRole("navigation", { name: "Kinds" }).getByRole("link", { name }).click();
  await tab(/^Scalars/);
  await expect(page.locator(".card .u-over").first()).toBeVisible();
  expect(await top()).toBe(0);
  await tab(/^Images/);
  await expect.poll(top).toBe(left);
  // The place is kept when the page is loaded again, not when it is opened anew.
  await page.waitForTimeout(2000);
  await page.reload();
  await expect.poll(top).toBe(left);
  await page.goto(page.url());
  await expect(page.getByRole("article").first()).toBeVisible();
  expect(await top()).toBe(0);
});

test("an address restores the view, and going back undoes", async ({ page, open }) => {
  await open(join(LOGS, "pooled"));
  await page.getByRole("button", { name: "Look closely at output of max" }).click();
  await expect(page.locator("canvas.stage")).toHaveCount(1);
  await page.goBack();
  await expect(page.getByRole("article").first()).toBeVisible();
  await page.goForward();
  await expect(page.locator("canvas.stage")).toHaveCount(1);
});

test("a tab is a link, which may be opened in a tab of its own", async ({ page, open, context }) => {
  await open(EVERY, view({ tab: "images", tags: "" }));
  const link = page.getByRole("navigation", { name: "Kinds" }).getByRole("link", { name: /^Text/ });
  const [other] = await Promise.all([context.waitForEvent("page"), link.click({ modifiers: ["Control"] })]);
  await expect(other.getByRole("region", { name: /^Texts of note/ })).toBeVisible();
  await expect(page).toHaveURL(/tab=images/);
  // A link has its own Enter, which compares pictures elsewhere on this page.
  await link.press("Enter");
  await expect(page.getByRole("region", { name: /^Texts of note/ })).toBeVisible();
  await page.goBack();
  await expect(page.locator(".mount").first()).toBeVisible();
});
