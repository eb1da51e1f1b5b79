import { expect, test } from "vitest";
import { bytes, duration, durationWithin, moment, short, whole } from "./format";

test("numbers are short", () => {
  expect([0, 1.23456, 1234567, 1e-7, NaN].map(short)).toEqual(["0", "1.235", "1.23e+6", "1.00e-7", "NaN"]);
});

test("bytes and times have their units", () => {
  expect([0, 1023, 1536, 5 * 1024 ** 3].map(bytes)).toEqual(["0 B", "1023 B", "1.5 KiB", "5.0 GiB"]);
  expect([1.5, 90, 5400, 172800].map(duration)).toEqual(["1.50 s", "1.5 min", "1.50 h", "2.00 d"]);
});

test("lengths of time are told apart from others in sight, however short", () => {
  expect([0, 0.004, 0.00012].map(duration)).toEqual(["0.00 s", "0.0040 s", "0.00012 s"]);
  expect([0, 0.002, 0.004].map((seconds) => durationWithin(seconds, 0.009))).toEqual(["0.0000 s", "0.0020 s", "0.0040 s"]);
  expect([90, 90.3].map((seconds) => durationWithin(seconds, 3))).toEqual(["1.500 min", "1.505 min"]);
});

test("whole numbers have separators", () => {
  expect([0, 999, 1000, -1234567, 2 ** 53, 1234.56789, NaN].map(whole)).toEqual(["0", "999", "1,000", "-1,234,567", "9,007,199,254,740,992", "1,234.568", "NaN"]);
});

test("moments are of the clock on the wall", () => {
  expect(moment(new Date(2026, 0, 2, 3, 4, 5).getTime() / 1000)).toBe("2026-01-02 03:04:05");
  expect(moment(NaN)).toBe("no time");
});
