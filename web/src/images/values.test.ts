import { expect, test } from "vitest";
import { joined } from "./values";

const values = (...steps: number[]) => ({
  steps, wall_times: steps.map((step) => step / 2), keys: steps.map((step) => `k${step}`), sizes: steps, marks: null,
});

test("new values follow the last known one", () => {
  expect(joined(values(1, 2), values(2, 3, 4))).toEqual(values(1, 2, 3, 4));
});

test("a series that was written anew is not joined to the old one", () => {
  expect(joined(values(1, 2), values(3, 4))).toBeNull();
  expect(joined(values(1, 2), { ...values(2, 1), marks: [0, 2] })).toBeNull();
  expect(joined(values(1, 2), values())).toBeNull();
});
