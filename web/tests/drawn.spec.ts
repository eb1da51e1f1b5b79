import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test, view } from "./board";
import { append, rewrite, scalar, strings } from "./events";
import { LOGS } from "./logs";

const EVERY = join(LOGS, "every_kind");
const note = (step: number) => strings("text", "note/text_summary", step, `words of step ${step}\n\nand more\n\nto scroll over`);

test("the tab stays when the log gets something for one before it", async ({ page, open }, info) => {
  const run = join(info.outputPath("log"), "run");
  append(run, note(0));
  await open(info.outputPath("log"));
  const tab = (name: RegExp) => page.getByRole("navigation", { name: "Kinds" }).getByRole("link", { name });
  await expect(tab(/^Text/)).toHaveAttribute("aria-current", "page");
  const entries = await page.evaluate(() => history.length);
  append(run, scalar("loss", 0, 1));
  await expect(tab(/^Scalars/)).toBeVisible();
  await expect(tab(/^Text/)).toHaveAttribute("aria-current", "page");
  await expect(page).toHaveURL(/tab=text/);
  expect(await page.evaluate(() => history.length)).toBe(entries);
});

test("a log that begins to hold something is shown from then on", async ({ page, open }, info) => {
  const run = join(info.outputPath("log"), "run");
  await open(info.outputPath("log"));
  await expect(page.getByRole("heading", { name: "There is no such directory yet" })).toBeVisible();
  append(run, note(0));
  await expect(page.getByRole("region", { name: /^Texts of note/ })).toBeVisible();
});

for (const store of ["localStorage", "sessionStorage"]) {
  test(`a browser that refuses ${store} has the page all the same`, async ({ page, open }) => {
    await page.addInitScript((store) => {
      Object.defineProperty(window, store, { get() { throw new DOMException("denied", "SecurityError"); } });
    }, store);
    await open(EVERY, view({ tab: "images" }));
    await expect(page.getByRole("article").first()).toBeVisible();
    await page.keyboard.press("t");
    await expect(page).toHaveURL(/theme=dark/);
    const color = page.getByLabel("Colour of run1", { exact: true });
    await color.fill("#ff0000");
    await expect.poll(() => color.evaluate(({ parentElement }) => parentElement && getComputedStyle(parentElement).backgroundColor)).toBe("rgb(255, 0, 0)");
  });
}

test("the page is dark on a dark system before its script runs", async ({ browser, page, open }) => {
  const { url } = await open(EVERY);
  await expect(page.getByRole("article").first()).toBeVisible();
  const ground = () => getComputedStyle(document.documentElement).backgroundColor;
  const light = await page.evaluate(ground);
  for (const colorScheme of ["light", "dark"] as const) {
    const quiet = await browser.newPage({ colorScheme });
    // Its styles come, its script does not.
    await quiet.route("**/*.js", (route) => route.abort());
    await quiet.goto(url);
    if (colorScheme === "light") expect(await quiet.evaluate(ground)).toBe(light);
    else expect(await quiet.evaluate(ground)).not.toBe(light);
    await quiet.close();
  }
});

test("styles of parts come after those of the whole page", async ({ page, open }) => {
  await open(join(LOGS, "pooled"), view({ tab: "images", compare: true, panes: [{ run: "max", tag: "input" }] }));
  const frame = page.locator(".compare");
  // By a key, so that the focus is one that shows.
  await page.keyboard.press("x");
  await expect(frame).toBeFocused();
  expect(await frame.evaluate((frame) => [frame.matches(":focus-visible"), getComputedStyle(frame).outlineStyle])).toEqual([true, "none"]);
});

test("ridges are drawn without a layer for each", async ({ page, open }) => {
  await open(EVERY, view({ tab: "histograms" }));
  const paths = page.locator(".ridges path");
  await expect(paths.first()).toBeVisible();
  const drawn = await paths.evaluateAll((paths) => paths.map((path) => getComputedStyle(path)).map(({ opacity, fillOpacity }) => [opacity, fillOpacity]));
  expect(new Set(drawn.map(([opacity]) => opacity))).toEqual(new Set(["1"]));
  expect(new Set(drawn.map(([, fillOpacity]) => fillOpacity)).size).toBeGreaterThan(1);
});

test("a colour that is picked changes colours, and nothing else", async ({ page, open }) => {
  const log = join(LOGS, "picked");
  rmSync(log, { recursive: true, force: true });
  rewrite(join(log, "a"), ...Array.from({ length: 20 }, (_, step) => note(step)));
  const board = await open(log, view({ tab: "text" }));
  const texts = page.getByRole("region", { name: /^Texts of note/ });
  await expect(texts.locator("section").first()).toBeVisible();
  await texts.evaluate((list) => list.scrollTo(0, 200));
  const pick = async (color: string) => {
    await page.getByLabel(/^Colour of/).first().fill(color);
    await page.waitForTimeout(300);
  };
  await pick("#ff0000");
  expect(await texts.evaluate((list) => list.scrollTop)).toBe(200);
  expect(await page.locator(".card .dot").first().evaluate((dot) => getComputedStyle(dot).backgroundColor)).toBe("rgb(255, 0, 0)");
  await board.stop();
  await open(EVERY, view({ tab: "audio" }));
  await page.locator("audio").first().evaluate((audio) => { audio.dataset.mark = "same"; });
  await pick("#00ff00");
  expect(await page.locator("audio").first().evaluate((audio) => audio.dataset.mark)).toBe("same");
});
