import { expect, test } from "vitest";
import { inLine, titleOf, windowTitle } from "./title";

test("a tag is called by its name in the log, if it has one", () => {
  expect(titleOf({ tag: "loss/scalar_summary", display_name: "loss", kind: "scalar" })).toBe("loss");
  expect(titleOf({ tag: "config/text_summary", display_name: "", kind: "text" })).toBe("config");
  expect(titleOf({ tag: "a/text_summary", display_name: "", kind: "image" })).toBe("a/text_summary");
  expect(titleOf({ tag: "", display_name: "", kind: "scalar" })).toBe("(no name)");
});

test("a description is a line", () => {
  expect(inLine("`MaxPool2d(kernel_size=3)`\n of CIFAR-10 ")).toBe("MaxPool2d(kernel_size=3) of CIFAR-10");
});

test("a window is called by what it shows, and of which log", () => {
  expect(windowTitle("Images", "/home/me/runs/")).toBe("Images · runs · Cenote");
  expect(windowTitle("Scalars", "C:\\runs\\cifar")).toBe("Scalars · cifar · Cenote");
  expect(windowTitle("", "")).toBe("Cenote");
});
