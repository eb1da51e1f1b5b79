import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, view } from "./board";
import { LOGS } from "./logs";

const EVERY = join(LOGS, "every_kind");

test("a chart tells the values under the pointer, zooms, and goes back", async ({ page, open }) => {
  await open(EVERY, view({ tab: "scalars", tags: "^loss$", smoothing: 0 }));
  const card = page.getByRole("article", { name: /^loss/ });
  const plot = card.locator(".u-over");
  await expect(plot).toBeVisible();
  const box = await plot.boundingBox();
  if (!box) throw new Error("no chart");
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
  await expect(page.locator(".tooltip tbody tr").first()).toContainText("restarted");
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.8, { steps: 5 });
  await page.mouse.up();
  await card.getByRole("button", { name: "Whole", exact: true }).click();
  await expect(card.getByRole("button", { name: "Whole", exact: true })).toHaveCount(0);
  await expect(card.locator(".chart-foot")).toContainText("voided by a later start");
});

test("what stands beside a chart follows what is seen of its heights alone", async ({ page, open }) => {
  await open(EVERY, view({ tab: "scalars", tags: "^loss/train$", smoothing: 0 }));
  const canvas = page.locator(".card .plot canvas");
  const marks = () => canvas.evaluate((canvas: HTMLCanvasElement) =>
    canvas.getContext("2d")!.getImageData(0, 0, Math.round(36 * devicePixelRatio), canvas.height).data.join());
  const box = await page.locator(".card .u-over").boundingBox();
  if (!box) throw new Error("no chart");
  const before = await marks();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height * 0.2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 2, box.y + box.height * 0.7, { steps: 5 });
  await page.mouse.up();
  await expect(page.getByRole("button", { name: "Whole", exact: true })).toBeVisible();
  await expect.poll(marks).not.toBe(before);
});

test("the rows at the pointer are sorted as asked for", async ({ page, open }) => {
  await open(EVERY, view({ tab: "scalars", overlay: ["loss", "accuracy"], smoothing: 0 }));
  const plot = page.locator(".common-chart .u-over");
  await expect(plot).toBeVisible();
  const rowsAtPointer = async (order: string) => {
    await page.getByRole("button", { name: order, exact: true }).click();
    const box = await plot.boundingBox();
    if (!box) throw new Error("no chart");
    await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.5, { steps: 2 });
    await expect(page.locator(".tooltip tbody tr").nth(1)).toBeVisible();
    return page.locator(".tooltip tbody tr td:first-child").allTextContents();
  };
  const highest = await rowsAtPointer("Highest");
  expect(await rowsAtPointer("Lowest")).toEqual([...highest].reverse());
  await expect(page).toHaveURL(/pointer=ascending/);
});

test("a chart is read by keys", async ({ page, open }) => {
  await open(EVERY, view({ tab: "scalars", tags: "^loss$", smoothing: 0 }));
  const chart = page.getByRole("group", { name: /^loss\./ });
  await expect(chart.locator(".u-over")).toBeVisible();
  await chart.focus();
  await chart.press("ArrowRight");
  await expect(chart.getByRole("status")).toContainText("restarted: 0 at 0");
  await chart.press("ArrowRight");
  await expect(chart.getByRole("status")).toContainText("restarted: 1 at 1");
});

test("a chart is saved as CSV, JSON and SVG", async ({ page, open }) => {
  await open(EVERY, view({ tab: "scalars", tags: "^loss$" }));
  const card = page.getByRole("article", { name: /^loss/ });
  await expect(card.locator(".u-over")).toBeVisible();
  const saved = async (form: string) => {
    await card.locator("summary").click();
    const [download] = await Promise.all([page.waitForEvent("download"), card.getByRole("button", { name: form }).click()]);
    return readFileSync(await download.path(), "utf8");
  };
  expect(await saved("CSV")).toMatch(/^Wall time,Step,Value\r\n[\d.]+,0,0\r\n/);
  expect((JSON.parse(await saved("JSON")) as number[][])[1]?.slice(1)).toEqual([1, 1]);
  expect(await saved("SVG")).toMatch(/^<svg [^]*<\/svg>$/);
});

test("several tags stand in one chart", async ({ page, open }) => {
  await open(EVERY, view({ tab: "scalars" }));
  for (const tag of ["loss", "accuracy"]) await page.getByRole("button", { name: `Put ${tag} into the common chart` }).click();
  const common = page.locator(".common-chart article");
  await expect(common.getByRole("heading")).toHaveText("loss + accuracy");
  await expect(page).toHaveURL(/overlay=/);
  await page.getByRole("button", { name: "Take the common chart away" }).click();
  await expect(common).toHaveCount(0);
});

test("texts are Markdown, or as they are in the log", async ({ page, open }) => {
  await open(EVERY, view({ tab: "text" }));
  const texts = page.getByRole("region", { name: /^Texts of note/ });
  await expect(texts.getByRole("heading", { name: "Step 11", exact: true })).toBeVisible();
  await expect(texts.getByRole("listitem").first()).toHaveText("one");
  await page.getByRole("button", { name: "As in the log" }).click();
  await expect(texts.locator("pre").first()).toContainText("# Step 11");
});

test("a sound is there to be played", async ({ page, open }) => {
  await open(EVERY, view({ tab: "audio" }));
  const sound = page.locator("audio");
  await expect.poll(() => sound.evaluate((audio) => (audio as HTMLAudioElement).duration)).toBeGreaterThan(0);
});

test("kinds that nothing draws are listed, and can be saved", async ({ page, open }) => {
  await open(EVERY, view({ tab: "other" }));
  await expect(page.getByRole("row", { name: /tetrahedron_VERTEX/ })).toBeVisible();
  await expect(page.getByText(`tensorboard --logdir ${EVERY}`)).toBeVisible();
  await expect(page.getByText("Embeddings lie beside the event files of")).toBeVisible();
  const [saved] = await Promise.all([
    page.waitForEvent("download"), page.getByRole("button", { name: /^Save tetrahedron_VERTEX/ }).click(),
  ]);
  expect(readFileSync(await saved.path()).includes("tetrahedron_VERTEX")).toBe(true);
});

test("histograms are drawn behind each other, over each other, or as distributions", async ({ page, open }) => {
  await open(EVERY, view({ tab: "histograms", tags: "^(?!counted)" }));
  const card = page.locator(".card").first();
  const ridges = card.locator("svg path.offset");
  await expect(ridges.first()).toBeVisible();
  const svg = await card.getByRole("img").boundingBox();
  if (!svg) throw new Error("no histogram");
  await page.mouse.move(svg.x + svg.width / 2, svg.y + svg.height - 20);
  await expect(card.locator(".chart-foot").first()).toContainText(/step \d+: .* from /);
  await expect(card.locator(".values li").nth(1)).toBeVisible();
  await expect(card.locator(".times li").first()).toBeVisible();
  const many = await ridges.count();
  await page.getByRole("button", { name: "Overlay" }).click();
  await expect(card.locator("svg path.overlay")).toHaveCount(many);
  await page.getByRole("button", { name: "Distribution" }).click();
  await expect(card.locator(".u-over")).toBeVisible();
});

test("sessions are sorted, searched and filtered along an axis", async ({ page, open }) => {
  await open(EVERY, view({ tab: "hparams" }));
  const names = page.getByRole("region", { name: "Sessions" }).locator("tbody td:first-child");
  await expect(names).toHaveText([/session0/, /session1/, /session2/]);
  const rate = page.getByRole("columnheader", { name: "lr" });
  await rate.getByRole("button").click();
  await expect(names).toHaveText([/session2/, /session1/, /session0/]);
  await expect(rate).toHaveAttribute("aria-sort", "ascending");
  await page.getByRole("searchbox", { name: "Search sessions" }).fill("session1");
  await expect(names).toHaveText([/session1/]);
  await page.getByRole("searchbox", { name: "Search sessions" }).fill("");
  const axis = await page.locator(".parallel .grip").first().boundingBox();
  if (!axis) throw new Error("no axis");
  await page.mouse.move(axis.x + 14, axis.y + 1);
  await page.mouse.down();
  await page.mouse.move(axis.x + 14, axis.y + axis.height * 0.3, { steps: 4 });
  await page.mouse.up();
  await expect(names).toHaveText([/session0/]);
  await expect(page).toHaveURL(/filters=/);
  await page.reload();
  await expect(names).toHaveText([/session0/]);
  await page.getByRole("button", { name: "Remove the filter" }).click();
  await expect(names).toHaveCount(3);
});

test("sessions are filtered by keys, and lead to their runs", async ({ page, open }) => {
  await open(EVERY, view({ tab: "hparams" }));
  const names = page.getByRole("region", { name: "Sessions" }).locator("tbody td:first-child");
  await expect(names).toHaveCount(3);
  await page.locator("summary", { hasText: "Filters" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("spinbutton", { name: "lr from" }).fill("0.05");
  await page.keyboard.press("Tab");
  await expect(names).toHaveText([/session0/]);
  await expect(page.locator(".parallel .brush")).toHaveCount(1);
  await page.getByRole("spinbutton", { name: "lr from" }).fill("");
  await page.keyboard.press("Tab");
  await expect(names).toHaveCount(3);
  const scale = page.getByRole("button", { name: "Logarithmic axis of lr" });
  const before = await scale.getAttribute("aria-pressed");
  await scale.press("Enter");
  await expect(scale).not.toHaveAttribute("aria-pressed", before ?? "");
  await expect(page).toHaveURL(/scales=/);
  await page.getByRole("link", { name: /session1/ }).click();
  // Its own run, and the one that its metrics were logged beside.
  await expect(page.getByRole("heading", { name: /^Runs 2 of / })).toBeVisible();
  await expect(page).toHaveURL(/tab=scalars/);
});

test("lines of sessions are coloured by a value of theirs", async ({ page, open }) => {
  await open(EVERY, view({ tab: "hparams" }));
  const colors = () => page.locator(".parallel polyline").evaluateAll((lines) => lines.map((line) => getComputedStyle(line).stroke));
  await expect.poll(async () => (await colors()).length).toBe(3);
  const byRun = await colors();
  await page.getByRole("combobox", { name: "Colour by" }).selectOption({ label: "lr" });
  await expect(page).toHaveURL(/shade=/);
  await expect.poll(colors).not.toEqual(byRun);
  expect(new Set(await colors()).size).toBe(3);
});

test("a finger that begins on an axis scrolls, and filters nothing", async ({ browser, open, page }) => {
  const { url } = await open(EVERY, view({ tab: "hparams" }));
  const phone = await browser.newPage({ viewport: { width: 390, height: 500 }, hasTouch: true, isMobile: true });
  await phone.goto(`${url}${view({ tab: "hparams" })}`);
  const axis = await phone.locator(".parallel .grip").first().boundingBox();
  if (!axis) throw new Error("no axis");
  const client = await phone.context().newCDPSession(phone);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", y?: number) =>
    client.send("Input.dispatchTouchEvent", { type, touchPoints: y === undefined ? [] : [{ x: axis.x + 14, y }] });
  await touch("touchStart", axis.y + 150);
  for (let moved = 15; moved <= 120; moved += 15) await touch("touchMove", axis.y + 150 - moved);
  await touch("touchEnd");
  await expect.poll(() => phone.locator("main").evaluate((main) => main.scrollTop)).toBeGreaterThan(60);
  await expect(phone.locator(".parallel .brush")).toHaveCount(0);
  await phone.close();
  await expect(page.locator(".parallel")).toBeVisible();
});

test("precision is drawn over recall, step by step", async ({ page, open }) => {
  await open(EVERY, view({ tab: "pr_curves" }));
  const chart = page.getByRole("group", { name: /^Precision over recall/ });
  await expect(chart.locator(".u-over")).toBeVisible();
  // The frame of a chart is there before its curve: a key finds nothing until then.
  await expect(async () => {
    await chart.focus();
    await chart.press("ArrowRight");
    await expect(chart.getByRole("status")).toContainText(/run1: precision .* at recall .*, threshold .*, TP \d+, FP \d+, TN \d+, FN \d+/, { timeout: 500 });
  }).toPass();
});

test("charts are laid out as the log says", async ({ page, open }) => {
  await open(EVERY, view({ tab: "custom_scalars" }));
  await expect(page.getByRole("heading", { name: "train and test" })).toBeVisible();
  // What smooths curves is where it can be set.
  await expect(page.getByRole("slider", { name: /^Smoothing/ })).toBeVisible();
  await expect(page.locator(".card .u-over").first()).toBeVisible();
  // Around the line of a margin chart lies an area, so more is painted than of two lines with what is behind them.
  const painted = (title: string) => page.locator(".card", { hasText: title }).locator("canvas").first().evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, at) => at % 4 === 3 && value > 0).length;
  });
  await expect.poll(async () => await painted("with spread") - await painted("train and test")).toBeGreaterThan(2000);
});
