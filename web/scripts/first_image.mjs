// Measures, in Chromium, how soon a board shows what a person came for.
//
//   node scripts/first_image.mjs LOGDIR CENOTE [TENSORBOARD] [RUNS]
//
// LOGDIR is a log with images, CENOTE and TENSORBOARD are the commands. Each of RUNS (5) starts the command anew, with a
// browser that runs already and has nothing cached. Printed are medians of: the time from starting the command to the first
// image on the page; the memory of the server and its children then, and how much of it is no file; the time from asking for a
// random step to its image on the page, and the bytes that came for it. TensorBoard's page is opened as soon as TensorBoard
// has the images, which flatters it: opened earlier, it says that there is nothing and stays that way.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { chromium } from "@playwright/test";

const [logdir, cenote, tensorboard, runs = "5"] = process.argv.slice(2);
if (!logdir || !cenote) throw new Error("usage: node scripts/first_image.mjs LOGDIR CENOTE [TENSORBOARD] [RUNS]");
const RANDOM_STEPS = 20;

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
let port = 6400 + Math.floor(Math.random() * 1000);

/** Asks until the answer is one that counts. */
async function until(url, isThere) {
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok && await isThere(answer)) return;
    await sleep(5);
  }
}

/**
 * The memory of a process and all below it, in MiB: what is resident, files that the system keeps mapped included, and what
 * is its own.
 */
function memory(pid) {
  const below = (parent) => {
    try {
      const children = execFileSync("pgrep", ["-P", String(parent)]).toString().trim().split("\n").map(Number);
      return children.flatMap((child) => [child, ...below(child)]);
    } catch {
      return [];
    }
  };
  const processes = [pid, ...below(pid)].map((each) => readFileSync(`/proc/${each}/status`, "utf8"));
  const kibibytes = (status, name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  const mebibytes = (name) => processes.reduce((sum, status) => sum + kibibytes(status, name), 0) / 1024;
  return { resident: mebibytes("VmRSS"), own: mebibytes("RssAnon") };
}

const OURS = {
  name: "cenote",
  start: (at) => spawn(cenote, ["board", "--logdir", logdir, "--port", String(at)], { stdio: "ignore" }),
  ready: (at) => until(`http://127.0.0.1:${at}/api/log`, () => true),
  page: (at) => `http://127.0.0.1:${at}/`,
  seen: () => {
    const canvas = document.querySelector(".mount canvas");
    return canvas?.dataset.key ? canvas.getContext("2d").getImageData(0, 0, 8, 8).data.some((value) => value > 0) : false;
  },
  /** Types a step, waits for its image, and tells how long that took. */
  move: async (place) => {
    const begun = performance.now();
    const field = document.querySelector(".card .step input");
    const before = document.querySelector(".mount canvas").dataset.key;
    field.value = String(place);
    field.dispatchEvent(new Event("change", { bubbles: true }));
    while (document.querySelector(".mount canvas").dataset.key === before) await new Promise(requestAnimationFrame);
    return performance.now() - begun;
  },
  key: () => document.querySelector(".mount canvas").dataset.key,
  steps: () => Number(document.querySelector(".card .steps input[type=range]").max) + 1,
};

const THEIRS = {
  name: "TensorBoard",
  start: (at) => spawn(tensorboard, ["--logdir", logdir, "--port", String(at), "--host", "127.0.0.1"], { stdio: "ignore" }),
  ready: (at) => until(`http://127.0.0.1:${at}/data/plugin/images/tags`, async (answer) => Object.keys(await answer.json()).length > 0),
  page: (at) => `http://127.0.0.1:${at}/#images`,
  move: async (place) => {
    const loader = globalThis.loaderOf(document);
    const shown = () => loader.shadowRoot.querySelector("#main-image-container img");
    const begun = performance.now();
    const before = shown().src;
    loader._stepIndex = place;
    while (shown()?.src === before || !shown()?.complete) await new Promise(requestAnimationFrame);
    return performance.now() - begun;
  },
  key: () => {
    const loader = globalThis.loaderOf(document);
    return new URL(loader.shadowRoot.querySelector("#main-image-container img").src).search;
  },
  steps: () => {
    // Polymer keeps the steps of a card in the element; it is deep in shadow roots.
    globalThis.loaderOf = (root) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.localName === "tf-image-loader") return element;
        const found = element.shadowRoot && globalThis.loaderOf(element.shadowRoot);
        if (found) return found;
      }
      return null;
    };
    return globalThis.loaderOf(document)._steps.length;
  },
  seen: () => {
    const all = [document];
    for (const root of all) {
      for (const element of root.querySelectorAll("*")) {
        if (element.shadowRoot) all.push(element.shadowRoot);
        if (element.id === "main-image-container" || element.tagName === "IMG" && /individualImage/.test(element.src)) {
          const image = element.tagName === "IMG" ? element : element.querySelector("img");
          if (image?.complete && image.naturalWidth > 0) return true;
        }
      }
    }
    return false;
  },
};

async function once(browser, tool) {
  port += 1;
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  // The page itself tells when: a question from outside would take its time, just then.
  await page.addInitScript(`{
    const seen = ${tool.seen};
    const look = () => seen() ? console.debug("first image", performance.timeOrigin + performance.now()) : requestAnimationFrame(look);
    requestAnimationFrame(look);
  }`);
  const told = page.waitForEvent("console", { predicate: (message) => message.text().startsWith("first image"), timeout: 60_000 });
  const begun = performance.timeOrigin + performance.now();
  const server = tool.start(port);
  try {
    await tool.ready(port);
    await page.goto(tool.page(port), { waitUntil: "commit" });
    const first = Number((await told).text().split(" ").at(-1)) - begun;
    const result = { first, memory: memory(server.pid) };
    return tool.move ? { ...result, ...await random(page, tool) } : result;
  } finally {
    server.kill();
    await context.close();
  }
}

/** Random steps: the time until each is seen, and what came over the line. */
async function random(page, tool) {
  if (tool === OURS) await page.waitForFunction(() => /^Live/.test(document.querySelector(".lamp")?.textContent ?? ""), null, { timeout: 60_000 });
  await sleep(1500);
  const count = await page.evaluate(tool.steps);
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  const urls = new Map();
  const sizes = new Map();
  client.on("Network.requestWillBeSent", ({ requestId, request }) => urls.set(requestId, request.url));
  client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => sizes.set(urls.get(requestId), encodedDataLength));
  const times = [];
  let last = count - 1;
  const bytes = [];
  for (let move = 0; move < RANDOM_STEPS; move += 1) {
    // Not the one that is there: moving to it would never end.
    const place = (last + 1 + Math.floor(Math.random() * (count - 1))) % count;
    last = place;
    times.push(await page.evaluate(tool.move, place));
    await sleep(150);
    const key = await page.evaluate(tool.key);
    bytes.push([...sizes].find(([url]) => url?.includes(key))?.[1] ?? 0);
  }
  return { move: median(times), bytes: median(bytes), count };
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
await (await browser.newPage()).goto("about:blank");
const medians = {};
for (const tool of tensorboard ? [OURS, THEIRS] : [OURS]) {
  const results = [];
  for (let run = 0; run < Number(runs); run += 1) results.push(await once(browser, tool));
  medians[tool.name] = median(results.map(({ first }) => first));
  console.log(`${tool.name}: first image ${medians[tool.name].toFixed(0)} ms (${results.map(({ first }) => first.toFixed(0)).join(", ")}), `
    + `memory ${median(results.map(({ memory }) => memory.resident)).toFixed(1)} MiB, `
    + `${median(results.map(({ memory }) => memory.own)).toFixed(1)} of its own`);
  if (results[0].move !== undefined) {
    console.log(`  ${results[0].count} steps; a random one: ${median(results.map(({ move }) => move)).toFixed(1)} ms, `
      + `${median(results.map(({ bytes }) => bytes)).toFixed(0)} bytes`);
  }
}
if (tensorboard) console.log(`ratio ${(medians.TensorBoard / medians.cenote).toFixed(1)}`);
await browser.close();
