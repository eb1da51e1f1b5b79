import { join } from "node:path";
import type { Page } from "@playwright/test";
import { at, colorsOf, expect, fingerprint, pictureOf, sizeOf, test, view } from "./board";
import { LOGS } from "./logs";

const POOLED = join(LOGS, "pooled");
const TWO = [{ run: "max", tag: "input" }, { run: "max", tag: "output" }];
const beside = (parts: Record<string, unknown> = {}) => view({ tab: "images", compare: true, panes: TWO, step: 1, ...parts });
const pane = (page: Page, tag: string) => page.getByRole("figure", { name: new RegExp(`^${tag} of (max|run1)$`) });
const stage = (page: Page, name: string) => page.getByRole("figure", { name }).locator("canvas.stage");
const zoom = (page: Page) => page.getByRole("group", { name: "Zoom" }).locator("output");

/** Waits until the pictures of both panes are there. */
async function ready(page: Page): Promise<void> {
  for (const tag of ["input", "output"]) await expect(pane(page, tag).locator("figcaption .count")).toHaveText(/\d+ × \d+/);
}

/** Moves the pointer to a place in a stage, in parts of the stage. */
async function pointAt(page: Page, name: string, x: number, y: number): Promise<void> {
  const box = await stage(page, name).boundingBox();
  if (!box) throw new Error(`${name} is not drawn`);
  await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
}

test("what is chosen on cards stands side by side, and more is added", async ({ page, open }) => {
  await open(POOLED, view({ runs: "max" }));
  await page.getByRole("button", { name: "Compare input of max" }).click();
  await page.getByRole("button", { name: "Compare output of max" }).click();
  await page.getByRole("button", { name: "Compare 2" }).click();
  await expect(page.locator("canvas.stage")).toHaveCount(2);
  await page.getByRole("combobox", { name: "Add a picture" }).selectOption({ label: "input · again" });
  await expect(page.locator("canvas.stage")).toHaveCount(3);
  await page.getByRole("button", { name: "Take input of again away" }).click();
  await expect(page.locator("canvas.stage")).toHaveCount(2);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("article").first()).toBeVisible();
});

test("at a whole zoom every pixel is a square of screen pixels", async ({ page, open }) => {
  await open(POOLED, beside({ match: "pixels" }));
  await ready(page);
  await page.keyboard.press("1");
  await expect(zoom(page)).toHaveText("1×");
  await page.keyboard.press("+");
  await page.keyboard.press("+");
  await expect(zoom(page)).toHaveText("3×");
  const picture = await pictureOf(page, "max", "output", 1);
  const size = await sizeOf(stage(page, "output of max"));
  const [left, top] = [Math.round(size.width / 2 - picture.width * 1.5), Math.round(size.height / 2 - picture.height * 1.5)];
  for (const [x, y] of [[0, 0], [5, 9], [picture.width - 1, picture.height - 1]] as const) {
    const nine = Array.from({ length: 9 }, (_, n) => [left + 3 * x + n % 3, top + 3 * y + Math.floor(n / 3)] as const);
    const colors = await colorsOf(stage(page, "output of max"), nine);
    for (const color of colors) expect(color.slice(0, 3)).toEqual(at(picture, x, y));
  }
  const crisp = await fingerprint(stage(page, "output of max"));
  await page.keyboard.press("x");
  await expect.poll(() => fingerprint(stage(page, "output of max"))).not.toBe(crisp);
});

test("the values under the pointer are those of the log, at the same place of both pictures", async ({ page, open }) => {
  await open(POOLED, beside());
  await ready(page);
  const [input, output] = [await pictureOf(page, "max", "input", 1), await pictureOf(page, "max", "output", 1)];
  for (const [x, y] of [[0.5, 0.5], [0.31, 0.44], [0.62, 0.57]] as const) {
    await page.mouse.move(5, 5);
    await expect(pane(page, "output").locator(".readout")).not.toHaveText(/R/);
    await pointAt(page, "input of max", x, y);
    await expect(pane(page, "output").locator(".readout")).toHaveText(/R/);
    // Behind its values stands the window of the other's pixel.
    const told = (await pane(page, "input").locator(".readout").innerText()).replace(/window.*/s, "");
    const other = await pane(page, "output").locator(".readout").innerText();
    const [px, py, ...rgb] = [...told.matchAll(/\d+/g)].map(Number) as [number, number, ...number[]];
    const [ox, oy, ...orgb] = [...other.matchAll(/\d+/g)].map(Number) as [number, number, ...number[]];
    expect(rgb).toEqual(at(input, px, py));
    expect(orgb).toEqual(at(output, ox, oy));
    expect(Math.abs(ox / output.width - px / input.width)).toBeLessThanOrEqual(1 / output.width);
    expect(Math.abs(oy / output.height - py / input.height)).toBeLessThanOrEqual(1 / output.height);
  }
});

test("zoom and place are linked, by wheel, drag and keys, and the address keeps them", async ({ page, open }) => {
  await open(POOLED, beside());
  await ready(page);
  const fitting = await zoom(page).innerText();
  const fitted = await fingerprint(stage(page, "output of max"));
  await pointAt(page, "input of max", 0.4, 0.4);
  const before = await pane(page, "output").locator(".readout").innerText();
  await page.mouse.wheel(0, -500);
  await expect(zoom(page)).not.toHaveText(fitting);
  // What was under the pointer still is.
  await pointAt(page, "input of max", 0.4, 0.4);
  await expect(pane(page, "output").locator(".readout")).toHaveText(before.replaceAll("\n", ""));
  await page.mouse.down();
  await pointAt(page, "input of max", 0.55, 0.5);
  await page.mouse.up();
  await expect(page).toHaveURL(/zoom=/);
  const moved = await fingerprint(stage(page, "output of max"));
  expect(moved).not.toBe(fitted);
  await page.mouse.move(5, 5);
  const still = await fingerprint(stage(page, "output of max"));
  await page.waitForTimeout(250);
  await page.reload();
  await expect.poll(() => fingerprint(stage(page, "output of max"))).toBe(still);
  await page.keyboard.press("0");
  await expect(zoom(page)).toHaveText(fitting);
  await page.keyboard.press("+");
  await page.keyboard.press("Shift+ArrowRight");
  await expect.poll(() => fingerprint(stage(page, "output of max"))).not.toBe(fitted);
});

test("two fingers zoom", async ({ page, open }) => {
  await open(POOLED, beside());
  await ready(page);
  const before = parseFloat(await zoom(page).innerText());
  const box = await stage(page, "input of max").boundingBox();
  if (!box) throw new Error("no stage");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const client = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", apart: number) => client.send("Input.dispatchTouchEvent", {
    type, touchPoints: type === "touchEnd" ? [] : [{ x: x - apart, y, id: 1 }, { x: x + apart, y, id: 2 }],
  });
  await touch("touchStart", 40);
  for (const apart of [60, 80, 100, 120]) await touch("touchMove", apart);
  await touch("touchEnd", 0);
  await expect.poll(async () => parseFloat(await zoom(page).innerText())).toBeGreaterThan(before * 2);
});

test("image 17 of the input stands beside image 17 of the output, equally large", async ({ page, open }) => {
  await open(POOLED, beside({ split: true, tile: 16 }));
  await ready(page);
  const whole = await pictureOf(page, "max", "input", 1);
  const tile = whole.width / 8;
  await expect(pane(page, "input").getByText(`${tile} × ${tile}`)).toBeVisible();
  await expect(page.getByRole("spinbutton", { name: "Image of the grid" })).toHaveValue("17");
  await pointAt(page, "input of max", 0.5, 0.5);
  const scale = parseInt(await zoom(page).innerText(), 10);
  const size = await sizeOf(stage(page, "input of max"));
  expect(await sizeOf(stage(page, "output of max"))).toEqual(size);
  const [left, top] = [Math.round(size.width / 2 - tile * scale / 2), Math.round(size.height / 2 - tile * scale / 2)];
  // Both begin at the same edge, and a pixel of the output is as large as its window: the last one may stick out.
  const pooled = (await pictureOf(page, "max", "output", 1)).width / 8;
  for (const [tag, side] of [["input", tile], ["output", pooled * Math.round(tile / pooled)]] as const) {
    const right = left + side * scale - 1;
    const edges = await colorsOf(stage(page, `${tag} of max`), [[left - 1, top + 9], [left, top + 9], [right, top + 9], [right + 1, top + 9]]);
    expect(edges.map(([, , , alpha]) => alpha)).toEqual([0, 255, 255, 0]);
  }
  // Image 17 is the first of the third row.
  const [color] = await colorsOf(stage(page, "input of max"), [[left + 3 * scale + 1, top + 4 * scale + 1]]);
  expect(color?.slice(0, 3)).toEqual(at(whole, 3, 2 * tile + 4));
  await page.locator("canvas.picker").click({ position: { x: 3, y: 3 } });
  await expect(page.getByRole("spinbutton", { name: "Image of the grid" })).toHaveValue("1");
});

test("swipe shows one picture on the left of the edge and the other on its right", async ({ page, open }) => {
  const panes = [{ run: "max", tag: "input" }, { run: "max", tag: "output" }];
  await open(POOLED, beside({ panes }));
  await page.mouse.move(5, 5);
  await page.getByRole("button", { name: "Swipe" }).click();
  await expect(stage(page, "Swipe")).toBeVisible();
  const edge = page.getByRole("slider", { name: "Edge between the pictures" });
  await expect(page.locator(".corner.left")).toHaveText("input");
  const { width, height } = await sizeOf(stage(page, "Swipe"));
  const points = [0.3, 0.35, 0.4, 0.45, 0.55, 0.6, 0.65, 0.7].map((part) => [Math.round(part * width), height >> 1] as const);
  const seen = async (position: string) => {
    await edge.fill(position);
    return colorsOf(stage(page, "Swipe"), points);
  };
  const [one, other, both] = [await seen("1"), await seen("0"), await seen("0.5")];
  expect(one).not.toEqual(other);
  expect(both).toEqual(points.map(([x], n) => (x < width / 2 ? one : other)[n]));
});

test("a difference is nothing between a picture and itself, and is measured", async ({ page, open }) => {
  await open(POOLED, beside({ panes: [{ run: "max", tag: "input" }, { run: "again", tag: "input" }], layout: "difference" }));
  const figure = page.getByRole("figure", { name: "Difference" });
  await expect(figure.locator(".corner[role=status]")).toHaveText("mean 0.00, largest 0 of 255");
  await page.goto(page.url().replace(/panes=[^&]*/, `panes=${encodeURIComponent(JSON.stringify(TWO))}`));
  await expect(figure.locator(".corner[role=status]")).toHaveText(/mean [1-9]/);
  const { width, height } = await sizeOf(stage(page, "Difference"));
  const points = Array.from({ length: 60 }, (_, n) => [(width >> 1) - 30 + n, height >> 1] as const);
  const plain = await colorsOf(stage(page, "Difference"), points);
  expect(plain.flat().some((value) => value > 0 && value < 255)).toBe(true);
  await page.getByRole("slider", { name: "Amplified" }).fill("8");
  const amplified = plain.map(([r = 0, g = 0, b = 0, a = 0]) => [Math.min(255, 8 * r), Math.min(255, 8 * g), Math.min(255, 8 * b), a]);
  await expect.poll(() => colorsOf(stage(page, "Difference"), points)).toEqual(amplified);
});

test("a pixel of the output belongs to a whole window of the input", async ({ page, open }) => {
  await open(POOLED, beside({ split: true, layout: "difference" }));
  const [input, output] = [await pictureOf(page, "max", "input", 1), await pictureOf(page, "max", "output", 1)];
  const [side, pooled] = [input.width / 8, output.width / 8];
  const step = Math.round(side / pooled);
  let sum = 0;
  for (let n = 0; n < side * side; n += 1) {
    const [x, y] = [n % side, Math.floor(n / side)];
    const window = at(output, Math.floor(x / step), Math.floor(y / step));
    for (const [channel, value] of at(input, x, y).entries()) {
      expect(window[channel]).toBeGreaterThanOrEqual(value);
      sum += (window[channel] ?? 0) - value;
    }
  }
  await expect(page.locator(".corner[role=status]")).toContainText(`mean ${(sum / (side * side * 3)).toFixed(2)},`);
  await expect(page.locator(".pairings")).toHaveText(`each pixel of output beside ${step} × ${step} of input`);
  await page.keyboard.press("b");
  await pointAt(page, "input of max", 0.6, 0.55);
  const places = async (tag: string) => [...(await pane(page, tag).locator(".readout").innerText()).matchAll(/\d+/g)].slice(0, 2).map(Number);
  expect(await places("output")).toEqual((await places("input")).map((place) => Math.floor(place / step)));
});

test("a log that names the layer tells how its windows overlap", async ({ page, open }) => {
  const panes = [{ run: "max", tag: "input" }, { run: "max", tag: "output" }];
  await open(join(LOGS, "overlapping"), view({ compare: true, panes }));
  await expect(page.locator(".pairings")).toHaveText("each pixel of output made of 7 × 7 of input, 3 × 3 apart, image by image");
  await expect(page.getByText("MaxPool2d(kernel_size=7, stride=3, padding=0, dilation=1, ceil_mode=False)", { exact: true })).toBeVisible();
});

test("a translucent pixel has the values of the file", async ({ page, open }) => {
  await open(join(LOGS, "every_kind"), view({ tab: "images", compare: true, panes: [{ run: "run1", tag: "rgba" }] }));
  await expect(pane(page, "rgba").locator("figcaption .count")).toHaveText("12 × 8");
  // The pattern that the example writes: its alpha goes from 170 to 255.
  const written = (x: number, y: number) => [0, 57, 114, 171].map((channel) => Math.floor(((channel + y * 7 + x * 3) % 257) / 256 * 255));
  for (const [x, y] of [[0.4, 0.4], [0.5, 0.45], [0.55, 0.6]] as const) {
    await pointAt(page, "rgba of run1", x, y);
    const [px = 0, py = 0, ...values] = [...(await page.locator(".readout").innerText()).matchAll(/\d+/g)].map(Number);
    expect(values).toEqual(written(px, py));
  }
});

test("keys step, play, split and change the layout", async ({ page, open }) => {
  await open(POOLED, beside({ speed: 4 }));
  await ready(page);
  const step = pane(page, "output").getByRole("spinbutton");
  await expect(step).toHaveValue("1");
  await page.keyboard.press("ArrowRight");
  await expect(step).toHaveValue("2");
  await page.keyboard.press("Home");
  await expect(step).toHaveValue("0");
  await page.keyboard.press("End");
  expect(Number(await step.inputValue())).toBeGreaterThan(2);
  await page.keyboard.press("Home");
  await page.keyboard.press(" ");
  await expect(step).not.toHaveValue("0");
  await page.keyboard.press(" ");
  await page.keyboard.press("g");
  await expect(page.getByRole("button", { name: "Split grid" })).toHaveAttribute("aria-pressed", "true");
  for (const [key, name] of [["s", "Swipe"], ["d", "Difference"], ["b", "Side by side"]] as const) {
    await page.keyboard.press(key);
    await expect(page.getByRole("button", { name, exact: true })).toHaveAttribute("aria-pressed", "true");
  }
});

test("a pane that the log lacks is named, and left out", async ({ page, open }) => {
  await open(POOLED, beside({ panes: [...TWO, { run: "gone", tag: "input" }] }));
  await expect(page.getByRole("alert")).toContainText("input of gone");
  await page.getByRole("button", { name: "Leave out" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page.locator("canvas.stage")).toHaveCount(2);
});

test("what moves in the log moves side by side, unless a person wants no motion", async ({ page, open }) => {
  const panes = [{ run: "run1", tag: "video" }];
  const moving = view({ tab: "images", compare: true, panes });
  await open(join(LOGS, "every_kind"), moving);
  const canvas = stage(page, "video of run1");
  const seen = new Set<number>();
  await expect.poll(async () => seen.add(await fingerprint(canvas)).size).toBeGreaterThan(3);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.reload();
  await expect(page.locator("figcaption .count")).toHaveText(/\d+ × \d+/);
  const still = await fingerprint(canvas);
  await page.waitForTimeout(600);
  expect(await fingerprint(canvas)).toBe(still);
});
