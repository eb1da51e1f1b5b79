// A board for each test, on a log of its own or a common one.
import { type ChildProcess, spawn } from "node:child_process";
import { test as base, type Locator, type Page } from "@playwright/test";
import { cenote } from "./logs";

export interface Board {
  url: string;
  stop(): Promise<void>;
}

/** Starts a board and waits for its address. */
export async function startBoard(logdir: string, port = 0): Promise<Board> {
  const child = spawn(cenote(), ["board", "--logdir", logdir, "--port", String(port)], { stdio: ["ignore", "pipe", "pipe"] });
  const url = await new Promise<string>((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const address = /http:\/\/\S+/.exec(said);
      if (address) resolve(address[0]);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => reject(new Error(`the board ended with ${code}: ${said}`)));
  });
  return { url, stop: () => stop(child) };
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}

interface Fixtures {
  /** Opens a page of a board on a log. */
  open: (logdir: string, search?: string) => Promise<Board>;
  /** What the browser complained of. */
  complaints: string[];
}

export const test = base.extend<Fixtures>({
  complaints: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => { if (message.type() === "error") complaints.push(message.text()); });
    await use(complaints);
  },
  open: async ({ page, complaints }, use) => {
    const boards: Board[] = [];
    await use(async (logdir, search = "") => {
      const board = await startBoard(logdir);
      boards.push(board);
      await page.goto(`${board.url}${search}`);
      return board;
    });
    await Promise.all(boards.map((board) => board.stop()));
    // A page that works has nothing to complain of, above all not of the content-security policy.
    const wrong = complaints.filter((complaint) => !complaint.startsWith("Failed to load resource"));
    if (wrong.length > 0) throw new Error(`the browser complained: ${wrong.join("\n")}`);
  },
});

export { expect } from "@playwright/test";

/** The search part of an address for parts of a view. */
export function view(parts: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parts)) {
    search.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  return `?${search}`;
}

export interface Drawn {
  width: number;
  height: number;
  data: number[];
}

/** A number that tells whether two drawings are alike. */
export function fingerprint(canvas: Locator): Promise<number> {
  return canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const data = (element as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
    let sum = width;
    for (const value of data) sum = (Math.imul(sum, 31) + value) >>> 0;
    return sum;
  });
}

/** Red, green, blue and alpha at points of a canvas. */
export function colorsOf(canvas: Locator, points: readonly (readonly [number, number])[]): Promise<number[][]> {
  return canvas.evaluate((element, points) => {
    const context = (element as HTMLCanvasElement).getContext("2d");
    return points.map(([x, y]) => Array.from(context?.getImageData(x, y, 1, 1).data ?? []));
  }, points as [number, number][]);
}

export const sizeOf = (canvas: Locator): Promise<{ width: number; height: number }> =>
  canvas.evaluate((element) => ({ width: (element as HTMLCanvasElement).width, height: (element as HTMLCanvasElement).height }));

/** The pixels of a canvas. */
export function pixelsOf(canvas: Locator): Promise<Drawn> {
  return canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const data = (element as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
    return { width, height, data: Array.from(data) };
  });
}

/** The pixels of a picture of the log, decoded by the browser from what the API sends. */
export function pictureOf(page: Page, run: string, tag: string, place: number): Promise<Drawn> {
  return page.evaluate(async ([run, tag, place]) => {
    const search = new URLSearchParams({ run: String(run), tag: String(tag) });
    const values = await (await fetch(`/api/values?${search}`)).json() as { keys: string[] };
    const blob = await (await fetch(`/api/blob/${values.keys.at(Number(place))}/0`)).blob();
    const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none" });
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context?.drawImage(bitmap, 0, 0);
    const { width, height } = bitmap;
    return { width, height, data: Array.from(context?.getImageData(0, 0, width, height).data ?? []) };
  }, [run, tag, place] as const);
}

/** The number that a drawing with these pixels has. */
export function fingerprintOf({ width, data }: Drawn): number {
  let sum = width;
  for (const value of data) sum = (Math.imul(sum, 31) + value) >>> 0;
  return sum;
}

/** Red, green and blue at a point. */
export const at = ({ width, data }: Drawn, x: number, y: number): number[] =>
  data.slice((y * width + x) * 4, (y * width + x) * 4 + 3);
