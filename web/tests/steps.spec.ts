import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { colorsOf, expect, sizeOf, test, view } from "./board";
import { append, picture, prCurve, rewrite } from "./events";
import { LOGS } from "./logs";

const grey = (value: number) => () => value;
const common = (page: Page) => page.getByRole("spinbutton", { name: "Type a step of all cards" });
const range = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);

/** An empty log of its own. */
function fresh(name: string): string {
  rmSync(join(LOGS, name), { recursive: true, force: true });
  return join(LOGS, name);
}

test("two series whose names read alike side by side are two", async ({ page, open }) => {
  const log = fresh("alike");
  rewrite(join(log, "a"), ...[0, 1].map((step) => picture("b c", step, [4, 4], grey(20))));
  rewrite(join(log, "a b"), ...[0, 1].map((step) => picture("c", step, [4, 4], grey(200))));
  const panes = [{ run: "a", tag: "b c" }, { run: "a b", tag: "c" }];
  await open(log, view({ tab: "images", compare: true, panes, linked: false }));
  const middle = async (name: string) => {
    const canvas = page.getByRole("figure", { name, exact: true }).locator("canvas.stage");
    const { width, height } = await sizeOf(canvas);
    return (await colorsOf(canvas, [[width >> 1, height >> 1]]))[0]?.[0];
  };
  await expect.poll(() => middle("b c of a")).toBe(20);
  await expect.poll(() => middle("c of a b")).toBe(200);
  const typed = (name: string) => page.getByRole("spinbutton", { name: `Type a step of ${name}` });
  await typed("b c of a").fill("0");
  await typed("b c of a").press("Enter");
  await expect(typed("b c of a")).toHaveValue("0");
  await expect(typed("c of a b")).toHaveValue("1");
});

test("a log of PR curves alone goes through its steps", async ({ page, open }) => {
  const log = fresh("curves");
  rewrite(join(log, "run"), ...range(5).map((n) => prCurve("class0", n * 10, 0.2 * n)));
  await open(log);
  const typed = page.getByRole("spinbutton", { name: "Type a step of class0" });
  const slider = page.getByRole("slider", { name: "Step of class0" });
  await expect(typed).toHaveValue("40");
  await slider.press("ArrowLeft");
  await expect(typed).toHaveValue("30");
  await expect(page).toHaveURL(/step=30/);
  await slider.press("Home");
  await expect(typed).toHaveValue("0");
  await slider.press("End");
  await expect(page).not.toHaveURL(/step=/);
});

test("all cards play on when the longest series scrolls out of sight, and stop when the page does", async ({ page, open }) => {
  const log = fresh("tall");
  for (const run of range(8)) {
    rewrite(join(log, `run${run}`), ...range(run === 0 ? 60 : 50).map((step) => picture("x", step, [4, 4], grey(step))));
  }
  await open(log, view({ size: 800, step: 0, speed: 20 }));
  await page.getByRole("button", { name: "Play all cards" }).click();
  await page.locator("main").evaluate((main) => { main.scrollTop = main.scrollHeight; });
  await expect(page.getByRole("button", { name: "Stop x of run0" })).toHaveCount(0);
  const before = await common(page).inputValue();
  await expect(common(page)).not.toHaveValue(before);
  await expect(page.getByRole("button", { name: "Stop all cards" })).toBeVisible();
});

test("what a key plays follows a series that grows", async ({ page, open }) => {
  const log = fresh("growing");
  rewrite(join(log, "run"), ...range(3).map((step) => picture("x", step, [4, 4], grey(step))));
  await open(log, view({ step: 0, speed: 4 }));
  await expect(common(page)).toHaveValue("0");
  await page.getByRole("slider", { name: "Step of all cards" }).press(" ");
  append(join(log, "run"), ...range(3, 3).map((step) => picture("x", step, [4, 4], grey(step))));
  await expect(common(page)).toHaveValue("5", { timeout: 15_000 });
});
