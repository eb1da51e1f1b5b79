import { expect, test } from "vitest";
import { fileName, stepName } from "./files";

test("a file has a name that every file system takes", () => {
  expect([fileName(["loss", "a/x"], "csv"), fileName(["loss", ""], "csv"), fileName(["../?"], "pb")]).toEqual(["loss.a_x.csv", "loss.csv", "data.pb"]);
  expect([stepName("train/input", 3), stepName("日本 läuf", undefined), stepName("..", 0)]).toEqual(["train_input_step3", "日本_läuf", "value_step0"]);
  expect(stepName("本".repeat(300), 1)).toBe(`${"本".repeat(66)}_step1`);
  expect(fileName(["a".repeat(300)], "csv")).toBe(`${"a".repeat(200)}.csv`);
});
