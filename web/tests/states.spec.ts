import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, startBoard, test, view } from "./board";
import { append, scalar } from "./events";
import { LOGS } from "./logs";

function fresh(name: string): string {
  const log = join(LOGS, name);
  rmSync(log, { recursive: true, force: true });
  return log;
}

test("a directory that is not there is waited for, as is one without logs", async ({ page, open }) => {
  const log = fresh("later");
  await open(log);
  await expect(page.getByRole("heading", { name: "There is no such directory yet" })).toBeVisible();
  await expect(page.locator("pre").first()).toContainText(`cenote run --logdir ${log}`);
  mkdirSync(log);
  await expect(page.getByRole("heading", { name: "No event files yet" })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Kinds" }).getByRole("link")).toHaveCount(0);
  await expect(page).toHaveTitle("later · Cenote");
  cpSync(join(LOGS, "pooled/max"), join(log, "run"), { recursive: true });
  await expect(page.getByRole("article", { name: "input, run" }).locator("canvas")).toBeVisible();
  await expect(page).toHaveTitle("Images · later · Cenote");
});

test("a log of which nothing can be read is told from one without pictures", async ({ page, open }) => {
  const log = fresh("unreadable");
  mkdirSync(log);
  writeFileSync(join(log, "events.out.tfevents.1"), new Uint8Array(5000).map((_, at) => at * 37));
  await open(log);
  await expect(page.getByRole("heading", { name: "Nothing that can be read in this log yet" })).toBeVisible();
  await expect(page.getByText("other tabs")).toHaveCount(0);
});

test("a log without values is not called damaged", async ({ page, open }) => {
  const log = fresh("without values");
  append(join(log, "run"));
  await open(log);
  await expect(page.getByRole("heading", { name: "No values in this log yet" })).toBeVisible();
  await expect(page.getByText("Embeddings lie")).toHaveCount(0);
  writeFileSync(join(log, "run", "projector_config.pbtxt"), "");
  await expect(page.getByText("Embeddings lie beside the event files of run.")).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Kinds" }).getByRole("link")).toHaveCount(0);
});

test("what a view shows is asked for again when that changes, and by pages in sight alone", async ({ page, open }) => {
  const log = fresh("asked");
  cpSync(join(LOGS, "every_kind"), log, { recursive: true });
  const asked: string[] = [];
  page.on("request", (request) => { asked.push(new URL(request.url()).pathname); });
  const count = (route: string) => asked.filter((path) => path === `/api/${route}`).length;
  await page.addInitScript(() => { Object.defineProperty(document, "hidden", { get: () => !("isSeen" in window) }); });
  await open(log, view({ tab: "hparams" }));
  await expect(page.getByRole("region", { name: "Sessions" }).locator("tbody tr")).toHaveCount(3);
  // Whoever has not looked at the page yet needs no news.
  await page.waitForTimeout(1500);
  expect(count("updates")).toBe(0);
  await page.evaluate(() => {
    Object.assign(window, { isSeen: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect.poll(() => count("updates")).toBe(1);
  expect(count("hparams")).toBe(1);
  for (let step = 0; step < 4; step += 1) {
    const before = count("runs");
    append(join(log, "beside"), scalar("loss", step, step));
    await expect.poll(() => count("runs"), { timeout: 15_000 }).toBeGreaterThan(before);
  }
  expect(count("hparams")).toBe(1);
  append(join(log, "run1/session0"), scalar("accuracy", 100, 1));
  await expect.poll(() => count("hparams"), { timeout: 15_000 }).toBe(2);
});

test("a run that is deleted goes, and the rest stays", async ({ page, open }) => {
  const log = fresh("deleted");
  for (const run of ["kept", "thrown"]) cpSync(join(LOGS, "pooled/max"), join(log, run), { recursive: true });
  await open(log);
  await expect(page.getByRole("article")).toHaveCount(4);
  rmSync(join(log, "thrown"), { recursive: true });
  await expect(page.getByRole("article")).toHaveCount(2);
  await expect(page.getByRole("article", { name: "input, kept" })).toBeVisible();
});

test("a server that is gone is told, and the page goes on when it is back", async ({ page, open }) => {
  const log = fresh("restarted");
  cpSync(join(LOGS, "pooled/max"), log, { recursive: true });
  const board = await open(log, "?step=1");
  const card = page.getByRole("article", { name: "input, ." });
  await expect(card.locator("canvas")).toBeVisible();
  await board.stop();
  await expect(page.getByRole("alert")).toContainText("The board does not answer");
  await expect(page.getByRole("alert")).toContainText(`cenote board --logdir ${log}`);
  await expect(card.locator("canvas")).toBeVisible();
  const again = await startBoard(log, Number(new URL(board.url).port));
  try {
    await page.getByRole("button", { name: "Try now" }).click();
    await expect(page.getByRole("alert")).toHaveCount(0);
    await card.getByRole("slider").press("ArrowRight");
    await expect(card.getByRole("spinbutton")).toHaveValue("2");
    await expect(card.locator(".failed")).toHaveCount(0);
  } finally {
    await again.stop();
  }
});

test("what failed while the server was away comes when it is back, or when somebody says so", async ({ page, open }) => {
  const log = join(LOGS, "every_kind");
  const board = await open(log, view({ tab: "histograms", tags: "no such tag" }));
  await expect(page.getByText("No histograms match")).toBeVisible();
  await board.stop();
  await page.getByRole("searchbox", { name: "Filter tags" }).fill("");
  const failed = page.locator(".card .failed").first();
  await expect(failed).toBeVisible();
  const again = await startBoard(log, Number(new URL(board.url).port));
  try {
    // Unless the page has found the server again by itself by then.
    await page.getByRole("button", { name: "Try now" }).click({ timeout: 3000 }).catch(() => undefined);
    await expect(page.locator(".ridges path").first()).toBeVisible();
    await expect(failed).toHaveCount(0);
    await page.route("**/api/texts?*", (route) => route.abort());
    await page.goto(`${again.url}${view({ tab: "text" })}`);
    await expect(failed).toBeVisible();
    await page.unroute("**/api/texts?*");
    await failed.getByRole("button", { name: "Try again" }).click();
    await expect(page.locator(".texts section").first()).toBeVisible();
  } finally {
    await again.stop();
  }
});
