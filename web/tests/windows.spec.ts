import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { colorsOf, expect, sizeOf, test, view } from "./board";
import { picture, rewrite } from "./events";
import { LOGS } from "./logs";

const STEM = "`MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)`";
const IN = { run: "max", tag: "input" };
const OUT = { run: "max", tag: "output" };
const AVERAGE = { run: "mean", tag: "output" };
const AGAIN = { run: "again", tag: "output" };

/** A log of an input and three outputs, of one grey each. */
function pooled(name: string): string {
  const log = join(LOGS, name);
  rmSync(log, { recursive: true, force: true });
  rewrite(join(log, "max"), picture("input", 0, [8, 8], () => 128), picture("output", 0, [4, 4], () => 128, STEM));
  rewrite(join(log, "mean"), picture("output", 0, [4, 4], () => 100, STEM));
  rewrite(join(log, "again"), picture("output", 0, [4, 4], () => 30, STEM));
  return log;
}

const compared = (panes: unknown[], parts: Record<string, unknown> = {}) => view({ tab: "images", compare: true, panes, ...parts });
const figure = (page: Page, name: string) => page.getByRole("figure", { name, exact: true });
const stage = (page: Page, name: string) => figure(page, name).locator("canvas.stage");
const readout = (page: Page, name: string) => figure(page, name).locator(".readout");

/** Points at the middle of a pixel of a picture that fits. */
async function pointAt(page: Page, name: string, side: number, [x, y]: readonly [number, number], sideOfFirst = side): Promise<void> {
  const box = await stage(page, name).boundingBox();
  if (!box) throw new Error(`${name} is not drawn`);
  const scale = parseFloat(await page.getByRole("group", { name: "Zoom" }).locator("output").innerText()) * sideOfFirst / side;
  await page.mouse.move(box.x + box.width / 2 + (x + 0.5 - side / 2) * scale, box.y + box.height / 2 + (y + 0.5 - side / 2) * scale);
}

test("a pixel of the output shows the window that it was made of, and one of the input where it goes", async ({ page, open }) => {
  await open(pooled("windows"), compared([IN, OUT]));
  await expect(figure(page, "output of max").getByText("4 × 4")).toBeVisible();
  const input = stage(page, "input of max");
  const { width, height } = await sizeOf(input);
  const scale = parseFloat(await page.getByRole("group", { name: "Zoom" }).locator("output").innerText());
  const edge = (pixel: number) => Math.round(width / 2 - 4 * scale) + pixel * scale;
  const top = Math.round(height / 2 - 4 * scale);
  // Along the left side of the window of columns 3 … 5, rows 1 … 3.
  const line = Array.from({ length: 60 }, (_, n) => [edge(3) - 1, top + Math.round((1.1 + n / 60 * 2.8) * scale)] as const);
  const shades = async () => new Set((await colorsOf(input, line)).map(([red]) => red));
  expect([...await shades()]).toEqual([128]);
  // The picture of the output lies half a pixel off: its windows begin in the padding.
  const output = await stage(page, "output of max").boundingBox();
  if (!output) throw new Error("no output");
  await page.mouse.move(output.x + output.width / 2 + scale * 0.6, output.y + output.height / 2 - scale * 1.4);
  await expect(readout(page, "output of max")).toContainText("x 2 y 1");
  await expect(readout(page, "input of max")).toContainText("window x 3…5 y 1…3");
  const drawn = await shades();
  expect([drawn.has(0), drawn.has(255)]).toEqual([true, true]);
  // Column 5 lies in two windows, row 2 in one.
  await pointAt(page, "input of max", 8, [5, 2]);
  await expect(readout(page, "input of max")).toContainText(/x 5 y 2.*window x/);
  await expect(readout(page, "output of max")).toContainText("goes into x 2…3 y 1");
  await page.mouse.move(5, 5);
  await expect(readout(page, "input of max")).not.toContainText("window");
});

test("where a layer took the largest values, marks say which pixels had them", async ({ page, open }) => {
  const log = join(LOGS, "largest");
  rmSync(log, { recursive: true, force: true });
  // Red grows to the right, green downwards, and blue is the same.
  const valueAt = (x: number, y: number, channel: number) => [x * 10, y * 10, 7][channel] ?? 0;
  rewrite(join(log, "max"), picture("input", 0, [4, 4], valueAt),
    picture("output", 0, [2, 2], (x, y, channel) => valueAt(2 * x + 1, 2 * y + 1, channel), "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)"));
  await open(log, compared([IN, OUT]));
  await expect(figure(page, "output of max").getByText("2 × 2")).toBeVisible();
  await pointAt(page, "output of max", 2, [1, 1], 4);
  await expect(readout(page, "input of max")).toContainText("window x 2…3 y 2…3");
  const input = stage(page, "input of max");
  const { width, height } = await sizeOf(input);
  const scale = parseFloat(await page.getByRole("group", { name: "Zoom" }).locator("output").innerText());
  const marks = [[3, 2], [2, 3], [2, 2]].map(([x = 0, y = 0], channel) =>
    [Math.round(width / 2 + (x - 2 + 1 / 8 + (channel + 0.5) / 5) * scale), Math.round(height / 2 + (y - 1 - 1 / 8 - 0.1) * scale)] as const);
  const colors = await colorsOf(input, marks);
  expect(colors.map(([r = 0, g = 0, b = 0]) => [r, g, b].indexOf(Math.max(r, g, b)))).toEqual([0, 1, 2]);
  for (const color of colors) expect(Math.max(...color.slice(0, 3))).toBeGreaterThan(200);
});

test("pictures of one title are told apart, and any two of them are joined", async ({ page, open }) => {
  await open(pooled("joined"), compared([OUT, AVERAGE, AGAIN], { layout: "swipe" }));
  await expect(page.locator(".corner.left")).toHaveText("output of max");
  await expect(page.locator(".corner.right")).toHaveText("output of mean");
  // Only those that take part have their steps here.
  await expect(page.locator(".panes figure")).toHaveCount(2);
  await page.getByRole("combobox", { name: "Picture B" }).selectOption({ label: "output · again" });
  await expect(page.locator(".corner.right")).toHaveText("output of again");
  await page.getByRole("combobox", { name: "Picture A" }).selectOption({ label: "output · again" });
  await expect(page.locator(".corner.left")).toHaveText("output of again");
  await expect(page.locator(".corner.right")).toHaveText("output of max");
  await page.waitForTimeout(250);
  await page.reload();
  await expect(page.locator(".corner.left")).toHaveText("output of again");
  await expect(page.locator(".corner.right")).toHaveText("output of max");
  await page.keyboard.press("b");
  await expect(page.locator("canvas.stage")).toHaveCount(3);
});

test("what pictures are called says which belong together", async ({ page, open }) => {
  await open(pooled("called"), compared([IN, OUT, AVERAGE]));
  await expect(page.locator(".pairings")).toHaveText(
    "each pixel of output of max made of 3 × 3 of input, 2 × 2 apart; each pixel of output of mean made of 3 × 3 of input, 2 × 2 apart");
});

test("a difference tells its values as they are, however it is amplified and looked at", async ({ page, open }) => {
  await open(pooled("apart"), compared([AGAIN, OUT], { layout: "difference", gain: 2 }));
  await pointAt(page, "Difference", 4, [1, 1]);
  const readouts = page.locator(".readouts .readout");
  await expect(readouts).toHaveText([/^A.*R 30 G 30 B 30/, /^B.*R 128 G 128 B 128/, "A − BR −98 G −98 B −98"]);
  const { width, height } = await sizeOf(stage(page, "Difference"));
  const middle = async () => (await colorsOf(stage(page, "Difference"), [[width / 2 + 30, height / 2 + 30]]))[0]?.slice(0, 3);
  expect(await middle()).toEqual([196, 196, 196]);
  await page.getByText("Look", { exact: true }).click();
  await page.getByRole("slider", { name: "Brightness" }).fill("0.5");
  await expect.poll(middle).toEqual([98, 98, 98]);
  await page.keyboard.press("Escape");
  await pointAt(page, "Difference", 4, [1, 1]);
  await expect(readouts.nth(2)).toHaveText("A − BR −98 G −98 B −98");
});

test("who looks closely at a picture keeps what is chosen", async ({ page, open }) => {
  await open(pooled("closely"), view({ tab: "images" }));
  for (const of of ["input of max", "output of max", "output of mean"]) await page.getByRole("button", { name: `Compare ${of}` }).click();
  await page.getByRole("button", { name: "Look closely at output of again" }).click();
  await expect(page.locator("canvas.stage")).toHaveCount(1);
  await page.waitForTimeout(250);
  await page.reload();
  await expect(figure(page, "output of again")).toBeVisible();
  // What is added here is looked at closely as well.
  await page.getByRole("combobox", { name: "Add a picture" }).selectOption({ label: "input · max" });
  await expect(page.locator("canvas.stage")).toHaveCount(2);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Compare 3" }).click();
  await expect(page.locator("canvas.stage")).toHaveCount(3);
});

test("names that are long end in dots, and leave what can be done in sight", async ({ page, open }) => {
  const log = join(LOGS, "long_names");
  rmSync(log, { recursive: true, force: true });
  const runs = [1, 2, 3, 4].map((n) => `a_run_whose_name_has_more_to_tell_than_fits_${n}`);
  for (const run of runs) rewrite(join(log, run), picture("block1/pool/output", 0, [4, 4], () => 9, STEM));
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(log, compared(runs.map((run) => ({ run, tag: "block1/pool/output" }))));
  await expect(page.locator("canvas.stage")).toHaveCount(4);
  for (const caption of await page.locator("figcaption").all()) {
    const parts = await caption.evaluate((caption) => ["strong", "bdi", ".about"].map((part) => {
      const element = caption.querySelector(part)!;
      const { width, right } = element.getBoundingClientRect();
      const end = caption.querySelector("a")!.getBoundingClientRect().left;
      return { wide: width > 30, within: right <= end, dots: element.scrollWidth <= element.clientWidth || getComputedStyle(element).textOverflow === "ellipsis" && getComputedStyle(element).display !== "inline" };
    }));
    expect(parts).toEqual(Array(3).fill({ wide: true, within: true, dots: true }));
  }
});

test("no key leads past the end of a grid", async ({ page, open }) => {
  const log = join(LOGS, "grids");
  rmSync(log, { recursive: true, force: true });
  // The last batch is not full.
  rewrite(join(log, "run"), picture("x", 0, [16, 4], (x) => x), picture("x", 1, [16, 2], (x) => x));
  await open(log, compared([{ run: "run", tag: "x" }], { split: true, tile: 14, columns: 8, rows: 2, step: 0 }));
  const number = page.getByRole("spinbutton", { name: "Image of the grid" });
  await expect(page.getByText("of 16", { exact: true })).toBeVisible();
  for (let press = 0; press < 3; press += 1) await page.keyboard.press(".");
  await expect(number).toHaveValue("16");
  await expect(page.getByRole("button", { name: "The next image" })).toBeDisabled();
  // A grid with fewer images takes nothing away that leads back.
  await page.keyboard.press("End");
  await expect(page.getByText("This grid has no image 16.")).toBeVisible();
  await expect(page.getByText("of 16", { exact: true })).toBeVisible();
  await expect(page.locator("canvas.picker")).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press(",");
  await page.keyboard.press("g");
  await expect(number).toHaveValue("16");
});

test("a finger scrolls past a picture that is seen whole, and moves one that is not", async ({ browser, open }) => {
  const { url } = await open(pooled("phone"));
  const phone = await browser.newPage({ viewport: { width: 390, height: 700 }, hasTouch: true, isMobile: true });
  await phone.goto(`${url}${compared([IN, OUT])}`);
  const canvas = stage(phone, "input of max");
  await expect(figure(phone, "output of max").getByText("4 × 4")).toBeAttached();
  const main = phone.locator("main");
  // A picture is about as high as it is wide.
  const box = await canvas.boundingBox();
  if (!box) throw new Error("no stage");
  expect(box.height).toBeGreaterThan(box.width * 0.9);
  const client = await phone.context().newCDPSession(phone);
  const swipe = async () => {
    const at = await canvas.boundingBox();
    const [x, y] = [195, (at?.y ?? 0) + 300];
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", by?: number) =>
      client.send("Input.dispatchTouchEvent", { type, touchPoints: by === undefined ? [] : [{ x, y: y - by }] });
    await touch("touchStart", 0);
    for (let by = 15; by <= 120; by += 15) await touch("touchMove", by);
    await touch("touchEnd");
  };
  await swipe();
  await expect.poll(() => main.evaluate((main) => main.scrollTop)).toBeGreaterThan(60);
  expect(phone.url()).not.toContain("zoom=");
  await phone.goto(`${url}${compared([IN, OUT], { zoom: [90, 0.5, 0.5] })}`);
  await expect(canvas).toBeVisible();
  await swipe();
  await expect.poll(() => decodeURIComponent(phone.url())).toMatch(/zoom=\[90,0\.5,0\.[6-9]/);
  expect(await main.evaluate((main) => main.scrollTop)).toBe(0);
  await phone.close();
});
