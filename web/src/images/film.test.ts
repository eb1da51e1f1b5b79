import { afterEach, expect, test, vi } from "vitest";
import { framesOf } from "./film";

/** A film of so many frames of a size, of which each lasts a tenth of a second; what is open, and how many were decoded. */
function stub(frameCount: number, side: number, fails = Infinity) {
  const told = { open: 0, decoded: 0 };
  const opened = <T extends object>(thing: T) => {
    told.open += 1;
    return { ...thing, close: () => { told.open -= 1; } };
  };
  vi.stubGlobal("ImageDecoder", class {
    tracks = { ready: Promise.resolve(), selectedTrack: { frameCount } };
    completed = Promise.resolve();
    close = opened({}).close;
    decode({ frameIndex }: { frameIndex: number }) {
      if (frameIndex === fails) return Promise.reject(new Error("damaged"));
      told.decoded += 1;
      return Promise.resolve({ image: opened({ duration: 100_000 }) });
    }
  });
  vi.stubGlobal("createImageBitmap", () => Promise.resolve(opened({ width: side, height: side })));
  return told;
}

const film = new Blob(["GIF89a"], { type: "image/gif" });

afterEach(() => vi.unstubAllGlobals());

test("a film is taken apart into its frames, and no more bytes of them than there is room", async () => {
  const told = stub(3, 8);
  expect((await framesOf(film, () => true)).map(({ until }) => until)).toEqual([100, 200, 300]);
  expect(told.open).toBe(3);
  const large = stub(200, 1024);
  // Of 4 MiB each.
  expect(await framesOf(film, () => true)).toHaveLength(24);
  expect(large.decoded).toBe(24);
});

test("a film that is not wanted any more, or damaged, leaves nothing open", async () => {
  const told = stub(100, 8);
  expect(await framesOf(film, () => told.decoded < 5)).toEqual([]);
  expect(told).toEqual({ open: 0, decoded: 5 });
  const damaged = stub(100, 8, 7);
  await expect(framesOf(film, () => true)).rejects.toThrow("damaged");
  expect(damaged.open).toBe(0);
});
