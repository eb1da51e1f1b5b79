import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test, view } from "./board";
import { append, histogram, layout, rewrite, scalar, strings } from "./events";

const line = (tag: string, value: (step: number) => number, steps = 5) =>
  Array.from({ length: steps }, (_, step) => scalar(tag, step, value(step)));

/** Moves the pointer to a part of the first chart's width and height. */
async function pointAt(page: Page, across: number, down: number): Promise<void> {
  const plot = page.locator(".u-over").first();
  await expect(plot).toBeVisible();
  const box = await plot.boundingBox();
  if (!box) throw new Error("no chart");
  await page.mouse.move(box.x + box.width * across, box.y + box.height * down, { steps: 2 });
}

const rows = (page: Page) => page.locator(".tooltip tbody tr");

const written = (value: number, text: string) =>
  [...line("loss", (step) => value + step / 8), strings("text", "note/text_summary", 0, text), histogram("weights", 0, value)];

for (const [tab, shows] of Object.entries({
  scalars: async (page: Page, value: number) => {
    await pointAt(page, 0.98, 0.5);
    await expect(rows(page).first()).toContainText(String(value + 0.5));
  },
  text: (page: Page, value: number) => expect(page.locator(".markdown")).toHaveText(`value ${value}`),
  histograms: (page: Page, value: number) => expect(page.locator(".values li").first()).toHaveText(String(value)),
})) {
  test(`a run that is written anew under its name is shown anew: ${tab}`, async ({ page, open }, info) => {
    const run = join(info.outputPath("log"), "run");
    rewrite(run, ...written(1, "value 1"));
    await open(info.outputPath("log"), view({ tab, smoothing: 0 }));
    await shows(page, 1);
    rewrite(run, ...written(7, "value 7"));
    await expect(async () => {
      await page.mouse.move(0, 0);
      await shows(page, 7);
    }).toPass({ timeout: 15_000 });
  });
}

test("of a series that grows, the new points alone are sent", async ({ page, open }, info) => {
  const run = join(info.outputPath("log"), "run");
  append(run, ...line("loss", (step) => step, 50));
  const answers: { from: number; steps: number[] }[] = [];
  page.on("response", async (response) => {
    if (!response.url().includes("/api/scalars")) return;
    const { series } = await response.json() as { series: { from: number; steps: number[] }[] };
    answers.push(...series);
  });
  await open(info.outputPath("log"), view({ tab: "scalars", smoothing: 0 }));
  await expect.poll(() => answers.length).toBe(1);
  append(run, scalar("loss", 50, 77));
  await expect.poll(() => answers.length).toBe(2);
  expect(answers.map(({ from, steps }) => [from, steps.length])).toEqual([[0, 50], [50, 1]]);
  await pointAt(page, 0.98, 0.5);
  await expect(rows(page).first()).toContainText("77");
});

test("a row tells the step of its point, where many points share a time", async ({ page, open }, info) => {
  const points = Array.from({ length: 50 }, (_, step) => scalar("dup", step, step, 1.7e9 + Math.floor(step / 10)));
  append(join(info.outputPath("log"), "run"), ...points);
  await open(info.outputPath("log"), view({ tab: "scalars", axis: "wall", smoothing: 0 }));
  await pointAt(page, 0.98, 0.1);
  const cells = await rows(page).first().locator("td").allTextContents();
  expect(cells.slice(1, 5)).toEqual(["49", "49", "49", "4.00 s"]);
});

test("runs keep their colours in the common chart, whose legend tells tags and runs apart", async ({ page, open }, info) => {
  for (const run of ["a", "b"]) append(join(info.outputPath("log"), run), ...line("loss", (step) => step), ...line("rate", (step) => 2 * step));
  await open(info.outputPath("log"), view({ tab: "scalars", overlay: ["loss", "rate"], smoothing: 0 }));
  const legend = page.locator(".common-chart").getByRole("list", { name: "Legend" });
  await expect(legend.getByRole("listitem")).toHaveText(["loss", "rate", "a", "b"]);
  const [loss, rate] = await legend.locator("line").evaluateAll((lines) => lines.map((line) => line.getAttribute("stroke-dasharray")));
  expect(loss).not.toBe(rate);
  const dots = (inside: string) => page.locator(`${inside} .dot`).evaluateAll((dots) => dots.map((dot) => getComputedStyle(dot).backgroundColor));
  await pointAt(page, 0.5, 0.5);
  const strokes = await rows(page).locator(".sample line").evaluateAll((lines) => lines.map((line) => getComputedStyle(line).stroke));
  const colors = await dots(".common-chart .chart-legend");
  expect(colors.length).toBe(2);
  expect([...new Set(strokes)].sort()).toEqual([...colors].sort());
});

test("a chart that has nothing to draw says why", async ({ page, open }, info) => {
  const log = info.outputPath("log");
  append(join(log, "run"), ...line("below", (step) => -1 - step), ...line("mixed", (step) => step - 2),
    layout({ "Some": ["mixed", "none.*"], "None": ["nothing"], "Broken": ["acc["] }));
  const board = await open(log, view({ tab: "scalars", log: true, smoothing: 0 }));
  const card = (name: RegExp) => page.getByRole("article", { name });
  await expect(card(/^below/)).toContainText("No value is above zero");
  await expect(card(/^below/).locator(".chart-foot")).toContainText("5 not above zero");
  await expect(card(/^mixed/).locator(".chart-foot")).toContainText("3 not above zero");
  await page.goto(`${board.url}${view({ tab: "custom_scalars", smoothing: 0 })}`);
  await expect(card(/^Some/).locator(".chart-foot")).toContainText("No tag that is shown matches “none.*”");
  await expect(card(/^Some/).locator(".u-over")).toBeVisible();
  await expect(card(/^None/).locator(".notice")).toContainText("No tag that is shown matches “nothing”");
  await expect(card(/^Broken/).locator(".notice")).toContainText("“acc[” is no regular expression");
});

test("a chart stays zoomed while it is out of sight, and in the address; other axes show all", async ({ page, open }, info) => {
  const tags = Array.from({ length: 60 }, (_, n) => `tag${String(n).padStart(2, "0")}`);
  append(join(info.outputPath("log"), "run"), ...tags.flatMap((tag) => line(tag, (step) => step)));
  await open(info.outputPath("log"), view({ tab: "scalars", smoothing: 0 }));
  await pointAt(page, 0.3, 0.3);
  await page.mouse.down();
  await pointAt(page, 0.7, 0.7);
  await page.mouse.up();
  const whole = page.getByRole("button", { name: "Whole", exact: true });
  await expect(whole).toHaveCount(1);
  await page.mouse.wheel(0, 20_000);
  await expect(whole).toHaveCount(0);
  await page.mouse.wheel(0, -20_000);
  await expect(whole).toHaveCount(1);
  await expect(page).toHaveURL(/charts=/);
  await page.reload();
  await expect(whole).toHaveCount(1);
  await page.getByRole("button", { name: "Wall", exact: true }).click();
  await expect(whole).toHaveCount(0);
  await page.getByRole("button", { name: "Step", exact: true }).click();
  await whole.click();
  await expect(page).not.toHaveURL(/charts=/);
});

test("of many lines those nearest to the pointer are listed, with all times, and the nearest is drawn bold", async ({ page, open }, info) => {
  for (let run = 10; run < 30; run += 1) append(join(info.outputPath("log"), `run${run}`), ...line("loss", () => run));
  await open(info.outputPath("log"), view({ tab: "scalars", smoothing: 0 }));
  const listed = async (down: number) => {
    await pointAt(page, 0.5, down);
    await expect(rows(page)).toHaveCount(12);
    return (await rows(page).locator("td:first-child").allTextContents()).sort();
  };
  const bold = page.locator(".overlay path.nearest");
  expect((await listed(0.02))[11]).toBe("run29");
  const top = await bold.getAttribute("d");
  expect((await listed(0.98))[0]).toBe("run10");
  expect(await bold.getAttribute("d")).not.toBe(top);
  await expect(page.locator(".tooltip th")).toHaveText(["12 nearest of 20", "Value", "Smoothed", "Step", "Relative", "Time"]);
  await expect(rows(page).first().locator("td").last()).toHaveText(/^2023-11-1\d \d\d:\d\d:\d\d$/);
});

test("smoothing is typed, and a field says what it is of", async ({ page, open }, info) => {
  append(join(info.outputPath("log"), "run"), ...line("loss", (step) => step % 2));
  await open(info.outputPath("log"), view({ tab: "scalars" }));
  const typed = page.getByRole("spinbutton", { name: "Smoothing, typed" });
  const slider = page.getByRole("slider", { name: "Smoothing" });
  for (const [text, value] of [["0.973", "0.973"], ["7", "0.999"], ["", "0.999"]] as const) {
    await typed.fill(text);
    await typed.press("Enter");
    await expect(slider).toHaveValue(value);
    await expect(typed).toHaveValue(value);
  }
  await expect(page).toHaveURL(/smoothing=0.999/);
  await slider.dblclick();
  await expect(typed).toHaveValue("0.6");
  await expect(page.getByText("First at the pointer")).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog").getByText("Ctrl + wheel")).toBeVisible();
});

test("the labels of large steps are whole", async ({ page, open }, info) => {
  append(join(info.outputPath("log"), "run"), ...Array.from({ length: 20 }, (_, n) => scalar("big", 1e12 + n * 1e10, n)));
  await open(info.outputPath("log"), view({ tab: "scalars", smoothing: 0 }));
  const ink = page.locator(".plot canvas").evaluate((canvas: HTMLCanvasElement) => {
    const edge = (left: number) => canvas.getContext("2d")!.getImageData(left, 0, 1, canvas.height).data.filter((_, n) => n % 4 === 3);
    return [0, canvas.width - 1].map((left) => edge(left).reduce((sum, alpha) => sum + alpha, 0));
  });
  expect(await ink).toEqual([0, 0]);
});

test("what is saved of a chart is named after its run, or how many there are", async ({ page, open }, info) => {
  append(join(info.outputPath("log"), "a"), ...line("loss", (step) => step), ...line("only", (step) => step));
  append(join(info.outputPath("log"), "b"), ...line("loss", (step) => step));
  await open(info.outputPath("log"), view({ tab: "scalars" }));
  for (const [tag, name] of [["loss", "loss.2_runs.csv"], ["only", "only.a.csv"]]) {
    await page.locator(`[aria-label="Save ${tag}"]`).click();
    const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
    expect(saved.suggestedFilename()).toBe(name);
  }
});
