import { expect, test } from "vitest";
import { axisOf, brushFilter, brushOf, lineOf, positionOf, shadeOf, telling, ticksOf } from "./parallel";
import { distinctValues, filterSessions, isNumeric, nextOrder, type Session, sortSessions } from "./table";

const session = (name: string, values: Record<string, number | string | boolean>): Session =>
  ({ name, status: "", values: new Map(Object.entries(values)) });
const sessions = [
  session("run 10", { lr: 0.1, optimizer: "sgd", loss: 3 }),
  session("run 9", { lr: 0.001, optimizer: "adam", loss: Number.NaN }),
  session("run 1", { lr: 0.01, optimizer: "adam" }),
];
const names = (found: readonly Session[]) => found.map(({ name }) => name);

test("filters and words leave the sessions that pass all of them", () => {
  const range = new Map([["lr", { kind: "range", min: 0.005 } as const]]);
  expect(names(filterSessions(sessions, range))).toEqual(["run 10", "run 1"]);
  expect(names(filterSessions(sessions, range, "ADAM"))).toEqual(["run 1"]);
  const values = new Map([["optimizer", { kind: "values", allowed: ["sgd"] } as const]]);
  expect(names(filterSessions(sessions, values))).toEqual(["run 10"]);
});

test("what has no value comes last, whichever way the order runs", () => {
  expect(names(sortSessions(sessions, { column: "loss", descending: false }))[0]).toBe("run 10");
  expect(names(sortSessions(sessions, { column: "loss", descending: true }))[0]).toBe("run 10");
  expect(names(sortSessions(sessions, { column: "session", descending: false }))).toEqual(["run 1", "run 9", "run 10"]);
  expect(names(sortSessions(sessions, undefined))).toEqual(names(sessions));
});

test("a click sorts up, down, and not at all", () => {
  const up = nextOrder(undefined, "lr");
  const down = nextOrder(up, "lr");
  expect([up, down, nextOrder(down, "lr")]).toEqual([
    { column: "lr", descending: false }, { column: "lr", descending: true }, undefined,
  ]);
});

test("an axis is linear, logarithmic or of values, as its column asks for", () => {
  const column = (id: string) => ({ id, name: id, group: "hparam" as const });
  const lr = axisOf(sessions, column("lr"));
  expect(lr.scale).toEqual({ kind: "log", min: 0.001, max: 0.1 });
  const middle = sessions[2];
  expect(middle && positionOf(lr, middle)).toBeCloseTo(0.5);
  expect([isNumeric(sessions, "optimizer"), distinctValues(sessions, "optimizer")]).toEqual([false, ["adam", "sgd"]]);
  const optimizer = axisOf(sessions, column("optimizer"));
  expect(brushFilter(optimizer, 0.6, 1)).toEqual({ kind: "values", allowed: ["sgd"] });
  expect(brushOf(optimizer, { kind: "values", allowed: ["sgd"] })).toEqual({ from: 0.5, to: 1 });
  // Both ends of a brush are exact, so that what lies there is within.
  expect(brushFilter(lr, 1, 0)).toEqual({ kind: "range", min: 0.001, max: 0.1 });
  expect(ticksOf(optimizer).map(({ value }) => value)).toEqual(["adam", "sgd"]);
});

test("a line is interrupted where a session has no value", () => {
  const axes = ["lr", "loss", "optimizer"].map((id) => axisOf(sessions, { id, name: id, group: "metric" }));
  expect(sessions.map((each) => lineOf(axes, each).length)).toEqual([1, 2, 2]);
});

test("an axis is logarithmic where that spreads its values, or where somebody wants it", () => {
  const column = { id: "x", name: "x", group: "hparam" as const };
  const of = (...values: number[]) => values.map((x, n) => session(`${n}`, { x }));
  const kind = (values: number[], chosen?: "linear" | "log") => axisOf(of(...values), column, chosen).scale.kind;
  expect(kind([1e-4, 3e-4, 1e-3, 3e-3])).toBe("log");
  expect(kind([16, 32, 64, 128, 256])).toBe("log");
  expect(kind([0.1, 0.3, 0.5, 0.7, 0.9, 1.1])).toBe("linear");
  expect(kind([1, 2, 4])).toBe("linear");
  expect(kind([1, 2, 4], "log")).toBe("log");
  expect(kind([1e-4, 3e-4, 1e-3, 3e-3], "linear")).toBe("linear");
  expect(kind([0, 1, 2], "log")).toBe("linear");
});

test("a column with one value takes no axis", () => {
  const columns = ["lr", "seed", "optimizer"].map((id) => ({ id, name: id, group: "hparam" as const }));
  const all = [session("a", { lr: 1, seed: 3, optimizer: "sgd" }), session("b", { lr: 2, seed: 3, optimizer: "sgd" }), session("c", { lr: 1 })];
  expect(telling(all, columns).map(({ id }) => id)).toEqual(["lr"]);
});

test("a line has the colour of where its value lies; one without, that of none", () => {
  const axis = axisOf(sessions, { id: "lr", name: "lr", group: "hparam" }, "log");
  const shares = sessions.map((session) => /\d+(?=%)/.exec(shadeOf(axis, session))?.[0]);
  expect(shares).toEqual(["100", "0", "50"]);
  expect(shadeOf(axis, session("run 2", {}))).toBe("var(--ink-3)");
});
