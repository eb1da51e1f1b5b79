// What a page of charts takes from the board while runs are written: `node scripts/live_bytes.mjs CENOTE [RUNS] [POINTS]`
// writes so many runs of so many points, one more each second for 20 seconds, and counts the bytes that come over the wire.
import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { double, field, float, record, whole } from "./records.mjs";

const [cenote, runs = "10", points = "200000"] = process.argv.slice(2);
if (!cenote) throw new Error("usage: node scripts/live_bytes.mjs CENOTE [RUNS] [POINTS]");
const SECONDS = 20;

const log = mkdtempSync(join(tmpdir(), "live-"));
const tag = field(1, Buffer.from("loss"));
const point = (step) => record(Buffer.concat([double(1, 1.7e9 + step), whole(2, step), field(5, field(1, Buffer.concat([tag, float(2, Math.sin(step / 1000))])))]));
const append = (from, to) => {
  const bytes = Buffer.concat(Array.from({ length: to - from }, (_, n) => point(from + n)));
  for (let run = 0; run < Number(runs); run += 1) {
    mkdirSync(join(log, `run${run}`), { recursive: true });
    appendFileSync(join(log, `run${run}`, "events.out.tfevents.1700000000.live"), bytes);
  }
};
append(0, Number(points));

const board = spawn(cenote, ["board", "--logdir", log, "--port", "0"], { stdio: ["ignore", "pipe", "pipe"] });
const url = await new Promise((resolve) => {
  for (const stream of [board.stdout, board.stderr]) {
    stream.on("data", (chunk) => { const found = /http:\/\/\S+/.exec(String(chunk)); if (found) resolve(found[0]); });
  }
});
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  let taken = 0;
  session.on("Network.loadingFinished", ({ encodedDataLength }) => { taken += encodedDataLength; });
  const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
  await page.goto(`${url}?tab=scalars`, { waitUntil: "load" });
  await pause(10_000);
  const first = taken;
  // A board that has read for long looks again after ten times as long.
  let count = Number(points);
  append(count, count += 1);
  while (taken === first) await pause(100);
  await pause(5000);
  const begun = taken;
  for (let second = 0; second < SECONDS; second += 1) {
    append(count, count += 1);
    await pause(1000);
  }
  console.log(`${runs} runs of ${points} points: ${first} bytes at first, ${taken - begun} in ${SECONDS} s of a point a second`);
} finally {
  await browser.close();
  board.kill();
  rmSync(log, { recursive: true, force: true });
}
