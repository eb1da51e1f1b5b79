import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, fingerprint, fingerprintOf, pictureOf, pixelsOf, test, view } from "./board";
import { LOGS } from "./logs";

const POOLED = join(LOGS, "pooled");
const card = (page: import("@playwright/test").Page, tag: string, run: string) =>
  page.getByRole("article", { name: `${tag}, ${run}`, exact: true });

test("every step of a tag is reached by slider, keys and typing", async ({ page, open }) => {
  await open(POOLED, view({ linked: false }));
  const input = card(page, "input", "max");
  const slider = input.getByRole("slider", { name: "Step of input of max" });
  const typed = input.getByRole("spinbutton");
  const last = Number(await slider.getAttribute("max"));
  expect(last).toBeGreaterThan(3);
  const seen = new Set<number>();
  await slider.focus();
  await slider.press("Home");
  for (let step = 0; step <= Math.min(last, 12); step += 1) {
    await expect(typed).toHaveValue(String(step));
    const wanted = fingerprintOf(await pictureOf(page, "max", "input", step));
    await expect.poll(() => fingerprint(input.locator("canvas"))).toBe(wanted);
    seen.add(wanted);
    if (step < last) await slider.press("ArrowRight");
  }
  expect(seen.size).toBe(Math.min(last, 12) + 1);
  await slider.press("End");
  await expect(typed).toHaveValue(String(last));
  await slider.press("PageDown");
  expect(Number(await typed.inputValue())).toBeLessThan(last);
  await typed.fill("2");
  await typed.press("Enter");
  await expect(slider).toHaveValue("2");
  await typed.fill("100000");
  await typed.press("Enter");
  await expect(typed).toHaveValue(String(last));
});

test("a card says which layer its pictures are of", async ({ page, open }) => {
  await open(POOLED);
  const layer = "MaxPool2d(kernel_size=3, stride=3, padding=0, dilation=1, ceil_mode=True)";
  await expect(card(page, "output", "max").getByText(layer, { exact: true })).toBeVisible();
  await expect(card(page, "input", "max").getByText(/ images a step$/)).toBeVisible();
});

test("the first pictures need no question that the page has not answered", async ({ page, open }) => {
  await open(POOLED);
  const canvas = (tag: string) => card(page, tag, "max").locator("canvas");
  await expect(canvas("output")).toBeVisible();
  // By now the log has been read.
  await page.reload();
  for (const tag of ["input", "output"]) await expect(canvas(tag)).toBeVisible();
  const asked = await page.evaluate(() => (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
    .map(({ name, transferSize }) => ({ path: new URL(name).pathname, transferSize })));
  expect(asked.filter(({ path }) => ["/api/log", "/api/runs", "/api/values"].includes(path))).toEqual([]);
  const blobs = asked.filter(({ path }) => path.startsWith("/api/blob/"));
  expect(blobs.length).toBeGreaterThan(1);
  // What the browser has, it may take again.
  const sent = blobs.filter(({ transferSize }) => transferSize > 0).map(({ path }) => path);
  expect(new Set(sent).size).toBe(sent.length);
});

test("linked cards move together, others keep a step of their own, and a reload keeps both", async ({ page, open }) => {
  await open(POOLED);
  const steps = (tag: string, run: string) => card(page, tag, run).getByRole("spinbutton");
  const common = page.getByRole("slider", { name: "Step of all cards" });
  await common.focus();
  await common.press("Home");
  await common.press("ArrowRight");
  for (const run of ["max", "again"]) {
    for (const tag of ["input", "output"]) await expect(steps(tag, run)).toHaveValue("1");
  }
  await page.getByRole("button", { name: "Linked" }).click();
  await steps("output", "max").fill("3");
  await steps("output", "max").press("Enter");
  await expect(steps("input", "max")).toHaveValue("1");
  await expect(page).toHaveURL(/steps=.*output.*3/);
  await page.reload();
  await expect(steps("output", "max")).toHaveValue("3");
  await expect(steps("input", "max")).toHaveValue("1");
  await page.getByRole("button", { name: "Linked" }).click();
  await expect(steps("output", "max")).toHaveValue("1");
});

test("neighbours are fetched ahead, and a picture is fetched once", async ({ page, open }) => {
  const asked: string[] = [];
  page.on("request", (request) => { if (request.url().includes("/api/blob/")) asked.push(request.url()); });
  await open(POOLED, view({ step: 1, tags: "input", runs: "max" }));
  const input = card(page, "input", "max");
  await expect(input.locator("canvas")).toBeVisible();
  // The picture, the two after it and the one before it.
  await expect.poll(() => asked.length).toBe(4);
  await input.getByRole("slider").press("ArrowRight");
  await expect(input.getByRole("spinbutton")).toHaveValue("2");
  await expect.poll(() => asked.length).toBe(5);
  expect(new Set(asked).size).toBe(asked.length);
});

test("playing goes through the steps and begins anew", async ({ page, open }) => {
  await open(POOLED, view({ step: 0, speed: 12, tags: "input", runs: "max" }));
  const input = card(page, "input", "max");
  const typed = input.getByRole("spinbutton");
  await input.getByRole("button", { name: "Play input of max" }).click();
  const last = Number(await input.getByRole("slider").getAttribute("max"));
  // The step that the slider tells changes with every drawing, however slow the machine.
  const seen = await input.getByRole("slider").evaluate((slider, many) => new Promise<number[]>((resolve) => {
    const seen: number[] = [];
    new MutationObserver(() => {
      seen.push(Number(/\d+/.exec(slider.getAttribute("aria-valuetext") ?? "")?.[0]));
      if (seen.length > many) resolve(seen);
    }).observe(slider, { attributeFilter: ["aria-valuetext"] });
  }), Math.min(last, 20) + 3);
  for (const [n, step] of seen.slice(1).entries()) expect(step).toBe(((seen[n] ?? 0) + 1) % (last + 1));
  await input.getByRole("button", { name: "Stop input of max" }).click();
  const stopped = await typed.inputValue();
  await page.waitForTimeout(200);
  await expect(typed).toHaveValue(stopped);
});

test("a picture is saved as it is in the log, and a series as a ZIP", async ({ page, open }) => {
  await open(POOLED, view({ step: 1 }));
  const [saved] = await Promise.all([
    page.waitForEvent("download"), card(page, "input", "max").getByRole("link", { name: "Save input of max" }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe("input_step1.png");
  expect(readFileSync(await saved.path()).subarray(1, 4).toString()).toBe("PNG");
  await card(page, "input", "max").getByRole("button", { name: "Look closely" }).click();
  const [zip] = await Promise.all([
    page.waitForEvent("download"), page.getByRole("link", { name: /all steps of input of max as a ZIP/ }).click(),
  ]);
  const content = readFileSync(await zip.path());
  const last = Number(await page.getByRole("slider", { name: "Step of input of max" }).getAttribute("max"));
  // The last record of a ZIP tells how many files there are.
  const end = content.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  expect(content.readUInt16LE(end + 10)).toBe(last + 1);
});

test("a grid is split into its images, in all cards alike", async ({ page, open }) => {
  await open(POOLED, view({ step: 0, runs: "max" }));
  const whole = await pictureOf(page, "max", "input", 0);
  const tile = whole.width / 8;
  await page.getByRole("button", { name: "Split grid" }).click();
  await page.getByRole("spinbutton", { name: "Image of the grid" }).fill("11");
  await page.getByRole("spinbutton", { name: "Image of the grid" }).press("Enter");
  const input = card(page, "input", "max").locator("canvas");
  await expect.poll(async () => (await pixelsOf(input)).width).toBe(tile);
  const shown = await pixelsOf(input);
  const row = (y: number) => {
    const from = ((y + tile) * whole.width + 2 * tile) * 4;
    return whole.data.slice(from, from + tile * 4);
  };
  expect(shown.data.slice(0, tile * 4)).toEqual(row(0));
  expect(shown.data.slice((tile - 1) * tile * 4)).toEqual(row(tile - 1));
  const output = await pictureOf(page, "max", "output", 0);
  expect((await pixelsOf(card(page, "output", "max").locator("canvas"))).width).toBe(output.width / 8);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press(".");
  await expect(page.getByRole("spinbutton", { name: "Image of the grid" })).toHaveValue("12");
  await page.getByRole("spinbutton", { name: "Image of the grid" }).fill("2");
  await page.getByRole("spinbutton", { name: "Image of the grid" }).press("Enter");
  await page.getByRole("spinbutton", { name: "columns of the grid" }).fill("4");
  await page.getByRole("spinbutton", { name: "columns of the grid" }).press("Enter");
  await expect.poll(async () => (await pixelsOf(input)).width).toBe(whole.width / 4);
  await expect(page).toHaveURL(/columns=4/);
});

test("brightness, contrast and single channels change what is seen", async ({ page, open }) => {
  await open(POOLED, view({ step: 0, runs: "max", tags: "input" }));
  const canvas = card(page, "input", "max").locator("canvas");
  const plain = await pictureOf(page, "max", "input", 0);
  await expect.poll(async () => (await pixelsOf(canvas)).data.join()).toBe(plain.data.join());
  await page.getByText("Look", { exact: true }).click();
  await page.getByRole("button", { name: "G", exact: true }).click();
  const green = await pixelsOf(canvas);
  for (const pixel of [0, 500, 5000]) {
    const value = plain.data[pixel * 4 + 1];
    expect(green.data.slice(pixel * 4, pixel * 4 + 4)).toEqual([value, value, value, 255]);
  }
  await page.getByRole("button", { name: "RGB" }).click();
  await page.getByRole("slider", { name: "Brightness" }).fill("0.5");
  const dark = await pixelsOf(canvas);
  expect(dark.data[2000]).toBe(Uint8ClampedArray.of((plain.data[2000] ?? 0) / 2)[0]);
  await page.getByRole("button", { name: "As in the log" }).click();
  expect((await pixelsOf(canvas)).data.join()).toBe(plain.data.join());
});

test("pictures of every form are shown", async ({ page, open }) => {
  await open(join(LOGS, "every_kind"), view({ tab: "images" }));
  const cards = page.getByRole("article");
  await expect(cards.first()).toBeVisible();
  for (const article of await cards.all()) {
    await article.scrollIntoViewIfNeeded();
    await expect(article.locator(".mount canvas, .mount img")).toBeVisible();
  }
  await expect(page.locator(".failed")).toHaveCount(0);
});

test("a picture that moves stands still on its card where a person wants no motion", async ({ page, open }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(join(LOGS, "every_kind"), view({ tab: "images", tags: "^video$" }));
  const mount = page.locator(".mount");
  await expect(mount.locator("canvas")).toBeVisible();
  await expect(mount.locator("img")).toHaveCount(0);
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await expect(mount.locator("img")).toBeVisible();
});

test("cards follow one another by run or by tag, and a card takes a whole row", async ({ page, open }) => {
  await open(POOLED);
  const titles = page.locator(".card h3");
  await expect(titles).toHaveText(["input", "output", "input", "output"]);
  await page.getByText("Look", { exact: true }).click();
  await page.getByRole("button", { name: "By tag" }).click();
  await expect(titles).toHaveText(["input", "input", "output", "output"]);
  const first = page.locator(".card").first();
  const before = (await first.boundingBox())?.width ?? 0;
  await first.getByRole("button", { name: "Whole row" }).click();
  expect((await first.boundingBox())?.width ?? 0).toBeGreaterThan(before * 2);
  await expect(page).toHaveURL(/wide=/);
});

test("keys on a card move all cards through their steps", async ({ page, open }) => {
  await open(POOLED);
  const typed = page.getByRole("spinbutton", { name: "Type a step of all cards" });
  await expect(typed).toBeVisible();
  const last = await typed.inputValue();
  await page.getByRole("button", { name: "Look closely at output of max" }).focus();
  await page.keyboard.press("Home");
  await expect(typed).toHaveValue("0");
  await page.keyboard.press("PageUp");
  await expect(typed).not.toHaveValue("0");
  await page.keyboard.press("PageDown");
  await expect(typed).toHaveValue("0");
  await page.keyboard.press("End");
  await expect(typed).toHaveValue(last);
});

test("a menu is seen whole, and closed by a click elsewhere or by Escape", async ({ page, open }) => {
  await open(POOLED);
  const look = page.locator("summary", { hasText: "Look" });
  const panel = page.locator(".popover .panel").first();
  for (const width of [1440, 1400, 1280, 390]) {
    await page.setViewportSize({ width, height: 844 });
    await look.click();
    // Where it is hidden, nobody can see or reach it.
    await expect.poll(() => panel.evaluate((panel) => {
      const { left, right, top } = panel.getBoundingClientRect();
      return [left + 2, right - 2].every((x) => panel.contains(document.elementFromPoint(x, top + 20)));
    }), `at ${width}`).toBe(true);
    await page.keyboard.press("Escape");
    await expect(panel).toBeHidden();
    await expect(look).toBeFocused();
  }
  await look.click();
  await expect(panel).toBeVisible();
  await page.locator("main").click({ position: { x: 5, y: 400 } });
  await expect(panel).toBeHidden();
  // Side by side, Escape closes the menu first.
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.getByRole("button", { name: "Tools" }).click();
  await look.click();
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(page.locator("canvas.stage").first()).toBeVisible();
});
