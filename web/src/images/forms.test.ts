import { expect, test } from "vitest";
import { whyNotShown } from "./forms";

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

test("a picture that is not shown is empty, broken, or not for this browser", () => {
  expect(whyNotShown(bytes(""))).toMatch(/is empty/);
  expect(whyNotShown(bytes("no picture"))).toMatch(/is broken/);
  for (const begins of ["\x89PNG\r\n", "II*\0", "\0\0\0\x20ftypavif", "RIFF\0\0\0\0WEBPVP8 "]) expect(whyNotShown(bytes(begins))).toMatch(/this browser cannot/);
});
