import { cpSync, openSync, readFileSync, rmSync, writeFileSync, writeSync, closeSync } from "node:fs";
import { join } from "node:path";
import { expect, test, view } from "./board";
import { append, scalar } from "./events";
import { eventFile, LOGS } from "./logs";

const labels = (page: import("@playwright/test").Page) => page.locator(".run .label bdi");

test("runs are a tree that is searched, folded, hidden and pinned", async ({ page, open }) => {
  const log = join(LOGS, "tree");
  for (const name of ["base", "sweep/a", "sweep/b", "sweep/deep/c"]) cpSync(join(LOGS, "pooled/max"), join(log, name), { recursive: true });
  await open(log, view({ tab: "images" }));
  await expect(labels(page)).toHaveText(["base", "sweep/", "a", "b", "deep/", "c"]);
  const cards = page.locator(".card .names bdi");
  const runsOfCards = async () => [...new Set(await cards.allInnerTexts())].sort();
  await page.getByRole("button", { name: "Folder sweep/", exact: true }).click();
  await expect(labels(page)).toHaveText(["base", "sweep/"]);
  await page.getByRole("button", { name: "Folder sweep/", exact: true }).click();

  await page.getByRole("button", { name: /^sweep\// }).click();
  await expect(page.locator(".run.off")).toHaveCount(5);
  await expect.poll(runsOfCards).toEqual(["base"]);
  await page.getByRole("button", { name: "b", exact: true }).click();
  await expect.poll(runsOfCards).toEqual(["base", "sweep/b"]);
  await expect(page).toHaveURL(/visible=.*b/);
  await page.reload();
  await expect.poll(runsOfCards).toEqual(["base", "sweep/b"]);
  await page.getByRole("button", { name: "Show all" }).click();

  await page.getByRole("searchbox", { name: "Filter runs" }).fill("b$");
  await expect(labels(page)).toHaveText(["sweep/", "b"]);
  await expect.poll(runsOfCards).toEqual(["sweep/b"]);
  // All is what the filter leaves: the others stay as they are.
  await page.getByRole("button", { name: "Hide these 1", exact: true }).click();
  await page.getByRole("searchbox", { name: "Filter runs" }).fill("");
  await expect.poll(runsOfCards).toEqual(["base", "sweep/a", "sweep/deep/c"]);
  await page.getByRole("searchbox", { name: "Filter runs" }).fill("nothing(");
  await expect(page.getByText("Not a regular expression (unterminated group)")).toBeVisible();
  await expect(page.getByText("No run matches.")).toBeInViewport();
  await expect(page.getByText("No visible run matches")).toBeVisible();
  await page.getByRole("button", { name: "Show all runs" }).click();

  await page.locator(".run", { hasText: "c" }).last().hover();
  await page.getByRole("button", { name: "Pin sweep/deep/c" }).click();
  await expect(labels(page).first()).toHaveText("sweep/deep/c");
  await page.locator(".run", { hasText: "base" }).hover();
  await page.locator(".run", { hasText: "base" }).getByRole("button", { name: "only" }).click();
  await expect.poll(runsOfCards).toEqual(["base"]);
});

test("a run keeps its colour when others come, and somebody may pick another", async ({ page, open }) => {
  const log = join(LOGS, "colours");
  rmSync(log, { recursive: true, force: true });
  append(join(log, "b"), scalar("loss", 0, 1, 1000), scalar("loss", 1, 1, 1001));
  append(join(log, "c"), scalar("loss", 0, 2, 2000), scalar("loss", 1, 2, 2001));
  await open(log, view({ tab: "scalars" }));
  const colors = () => page.locator(".run .dot").evaluateAll((dots) => dots.map((dot) => getComputedStyle(dot).backgroundColor));
  await expect(labels(page)).toHaveText(["b", "c"]);
  const before = await colors();
  append(join(log, "a"), scalar("loss", 0, 3, 3000));
  await expect(labels(page)).toHaveText(["a", "b", "c"]);
  await page.reload();
  await expect(labels(page)).toHaveText(["a", "b", "c"]);
  expect((await colors()).slice(1)).toEqual(before);
  const legend = page.locator(".card canvas").first();
  await expect(legend).toBeVisible();
  const reddish = () => legend.evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at]! > 240 && data[at + 1]! < 20 && data[at + 2]! < 20) count += 1;
    return count;
  });
  const usual = await reddish();
  await page.getByLabel("Colour of b").fill("#ff0000");
  await expect.poll(async () => (await colors())[1]).toBe("rgb(255, 0, 0)");
  await expect.poll(reddish).toBeGreaterThan(usual + 20);
  await page.reload();
  await expect.poll(async () => (await colors())[1]).toBe("rgb(255, 0, 0)");
  await page.getByRole("button", { name: "Give back the colours" }).click();
  await expect.poll(async () => (await colors()).slice(1)).toEqual(before);
});

test("thousands of runs are a list of which a few rows are drawn", async ({ page, open }) => {
  await open(join(LOGS, "many"), view({ tab: "images" }));
  await expect(page.getByRole("heading", { name: /Runs 2,000/ })).toBeVisible({ timeout: 20_000 });
  expect(await page.locator(".run").count()).toBeLessThan(100);
  expect(await page.locator(".card").count()).toBeLessThan(60);
  await page.locator(".run-rows").evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await expect(labels(page).last()).toHaveText(/trial1999|trial19/);
  await page.getByRole("searchbox", { name: "Filter runs" }).fill("trial1234$");
  await expect(labels(page)).toHaveText(["sweep14/", "trial1234"]);
  await expect(page.locator(".card .names bdi").first()).toHaveText("sweep14/trial1234");
});

test("tags are grouped by prefix, counted, closed and filtered", async ({ page, open }) => {
  await open(join(LOGS, "every_kind"), view({ tab: "images", runs: "run1" }));
  const group = page.locator(".group button").first();
  await expect(group).toHaveAttribute("aria-expanded", "true");
  const before = await page.locator(".card").count();
  await group.click();
  await expect.poll(() => page.locator(".card").count()).toBeLessThan(before);
  await expect(page).toHaveURL(/closed=/);
  await group.click();
  const title = await page.locator(".card h3").first().innerText();
  await page.keyboard.press("/");
  await page.keyboard.type(`^${title.replace(/[^\w/]/g, ".")}$`);
  await expect(page.locator(".card h3")).toHaveText([title]);
  await page.getByRole("searchbox", { name: "Filter tags" }).fill("no such tag");
  await expect(page.getByText("No images match")).toBeVisible();
});

test("groups count tags, as tabs do, however many cards each has", async ({ page, open }) => {
  await open(join(LOGS, "pooled"), view({ tab: "images" }));
  await expect(page.locator(".card")).toHaveCount(4);
  await expect(page.locator(".group .count")).toHaveText("2");
  await expect(page.getByRole("navigation", { name: "Kinds" }).getByRole("link", { name: /^Images/ })).toHaveText("Images2");
});

test("damage of the log is told", async ({ page, open }) => {
  const log = join(LOGS, "damaged");
  rmSync(log, { recursive: true, force: true });
  cpSync(join(LOGS, "pooled/max"), log, { recursive: true });
  const file = eventFile(log);
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
  bytes[12 + 200] = 0xff;
  // A length that cannot be: what follows has to be found again.
  bytes.fill(0x7f, 4000, 4040);
  writeFileSync(file, bytes);
  await open(log);
  // The sign stands right behind the name.
  const [name, sign] = await Promise.all([page.locator(".run bdi"), page.locator(".run .damaged")].map((each) => each.boundingBox()));
  expect(sign!.x - (name!.x + name!.width)).toBeLessThan(12);
  await page.getByRole("button", { name: /problem/ }).click();
  const sheet = page.getByRole("dialog", { name: "Problems of the log" });
  await expect(sheet.getByRole("listitem").first()).toContainText("tfevents");
  await expect(sheet.getByRole("listitem").first()).toContainText("at byte");
  await page.keyboard.press("Escape");
  await expect(page.locator(".card canvas").first()).toBeVisible();
});

test("a log that grows is followed, and nobody loses their place", async ({ page, open }) => {
  const log = join(LOGS, "growing");
  rmSync(log, { recursive: true, force: true });
  cpSync(join(LOGS, "pooled/max"), log, { recursive: true });
  const file = eventFile(log);
  const bytes = readFileSync(file);
  // The first half, which ends within a record, as a log that is being written does.
  writeFileSync(file, bytes.subarray(0, bytes.length >> 1));
  await open(log, view({ linked: false }));
  const [input, output] = ["input", "output"].map((tag) => page.getByRole("article", { name: `${tag}, .`, exact: true }));
  if (!input || !output) throw new Error("no cards");
  await input.getByRole("slider").press("Home");
  const before = Number(await output.getByRole("slider").getAttribute("max"));
  const end = openSync(file, "a");
  writeSync(end, bytes.subarray(bytes.length >> 1));
  closeSync(end);
  await expect.poll(async () => Number(await output.getByRole("slider").getAttribute("max"))).toBeGreaterThan(before);
  await expect(input.getByRole("spinbutton")).toHaveValue("0");
  // A card at its end stays at the end.
  await expect(output.getByRole("slider")).toHaveValue(await output.getByRole("slider").getAttribute("max") ?? "");
});
