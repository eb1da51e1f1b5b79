import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test, view } from "./board";
import { LOGS } from "./logs";

const POOLED = join(LOGS, "pooled");
const TWO = [{ run: "max", tag: "input" }, { run: "max", tag: "output" }];
const top = (page: Page) => page.locator("main").evaluate((main) => main.scrollTop);
const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.tagName);

test("Escape leaves a field, then the drawer, then the comparison: one at a time", async ({ page, open }) => {
  await open(POOLED, view({ tab: "images", compare: true, panes: TWO }));
  const compared = page.locator("canvas.stage");
  await expect(compared).toHaveCount(2);
  const filter = page.getByRole("searchbox", { name: "Filter runs" });
  await filter.fill("max");
  await filter.press("Escape");
  await expect(filter).toHaveValue("");
  await expect(filter).not.toBeFocused();
  await page.waitForTimeout(200);
  await expect(compared).toHaveCount(2);
  await page.getByRole("spinbutton").first().press("Escape");
  await page.waitForTimeout(200);
  await expect(compared).toHaveCount(2);
  await page.setViewportSize({ width: 390, height: 800 });
  await page.getByRole("button", { name: "Runs", exact: true }).click();
  await expect(filter).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(filter).toBeHidden();
  await page.waitForTimeout(200);
  await expect(compared).toHaveCount(2);
  await page.keyboard.press("Escape");
  await expect(compared).toHaveCount(0);
});

test("the drawer of runs has the focus and the keys while it is open", async ({ page, open }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await open(POOLED, view({ tab: "images" }));
  const button = page.getByRole("button", { name: "Runs", exact: true });
  await button.focus();
  await button.press("Enter");
  await expect.poll(() => focused(page)).toBe("Runs");
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("ASIDE");
  for (let press = 0; press < 25; press += 1) {
    await page.keyboard.press("Tab");
    const inside = await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest("aside, .shade, .skip") !== null);
    expect(inside, await focused(page)).toBe(true);
  }
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  // Elsewhere this compares pictures.
  await page.keyboard.press("Enter");
  await expect(page).not.toHaveURL(/compare=true/);
  await page.keyboard.press("Escape");
  await expect(button).toBeFocused();
  // A window that has room for both has no drawer.
  await button.click();
  await page.setViewportSize({ width: 1200, height: 800 });
  await expect(page.locator("main")).not.toHaveAttribute("inert");
});

test("keys that scroll pages scroll pictures, except where those have the focus", async ({ page, open }) => {
  await page.setViewportSize({ width: 1000, height: 420 });
  await open(POOLED, view({ tab: "images", step: 2, order: "tag" }));
  const step = page.getByRole("spinbutton", { name: "Type a step of all cards" });
  await expect(step).toHaveValue("2");
  await page.keyboard.press("PageDown");
  await expect.poll(() => top(page)).toBeGreaterThan(100);
  await page.keyboard.press("Home");
  await expect.poll(() => top(page)).toBe(0);
  await page.keyboard.press(" ");
  await expect.poll(() => top(page)).toBeGreaterThan(100);
  await expect(step).toHaveValue("2");
  // Left and right scroll nothing.
  await page.keyboard.press("ArrowRight");
  await expect(step).toHaveValue("3");
  await page.getByRole("button", { name: /^Look closely/ }).first().press("Home");
  await expect(step).toHaveValue("0");
  await page.getByRole("button", { name: "Linked" }).press("End");
  await expect(step).not.toHaveValue("0");
});
