import { join } from "node:path";
import { expect, test, view } from "./board";
import { append, rewrite, strings } from "./events";
import { LOGS } from "./logs";

const texts = (from: number, to: number) => Array.from({ length: to - from }, (_, n) =>
  strings("text", "config/text_summary", from + n, `words of step ${from + n}\n\nand some more\n\nto scroll over`));

test("the last texts are shown, stay while somebody reads, and lead to all others", async ({ page, open }) => {
  const log = join(LOGS, "texts");
  rewrite(log, ...texts(0, 130));
  await open(log, view({ tab: "text" }));
  const card = page.getByRole("article", { name: /^config/ });
  const count = card.getByRole("status");
  const first = card.locator("section h4").first();
  await expect(count).toHaveText("81 to 130 of 130 texts, the last first");
  await expect(first).toContainText("step 129");
  await expect(card.locator("section")).toHaveCount(50);
  // The last ones are followed until somebody scrolls.
  append(log, ...texts(130, 135));
  await expect(first).toContainText("step 134");
  await card.getByRole("region").evaluate((list) => list.scrollTo(0, 300));
  append(log, ...texts(135, 138));
  await expect(card.getByRole("button", { name: "3 newer" })).toBeVisible();
  await expect(first).toContainText("step 134");
  await card.getByRole("button", { name: "Earlier" }).click();
  await expect(first).toContainText("step 84");
  await card.getByRole("button", { name: "Earlier" }).click();
  await expect(card.locator("section h4").last()).toContainText("step 0");
  await expect(card.getByRole("button", { name: "Earlier" })).toHaveCount(0);
  await card.getByRole("button", { name: "Later" }).click();
  await expect(first).toContainText("step 99");
  await card.getByRole("button", { name: "38 newer" }).click();
  await expect(first).toContainText("step 137");
});

test("the filter of tags is of what is shown", async ({ page, open }) => {
  const log = join(LOGS, "named texts");
  rewrite(log, ...texts(0, 1), strings("text", "other/text_summary", 0, "other words"));
  await open(log, view({ tab: "text", tags: "^config$" }));
  await expect(page.locator(".card h3")).toHaveText(["config"]);
  await expect(page.getByText("1 text", { exact: true })).toBeVisible();
});
