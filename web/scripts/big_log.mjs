// Writes a large log: `node scripts/big_log.mjs DIR [IMAGES]` makes one run of 100,000 different pictures, 1 GB in all.
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { png } from "./png.mjs";
import { double, field, record, whole } from "./records.mjs";

const [dir, count = "100000"] = process.argv.slice(2);
if (!dir) throw new Error("usage: node scripts/big_log.mjs DIR [IMAGES]");
const [WIDTH, HEIGHT] = [60, 55];

let state = 1;
function noise() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state & 255;
}

mkdirSync(dir, { recursive: true });
const begun = Date.now() / 1000;
const file = openSync(join(dir, `events.out.tfevents.${Math.floor(begun)}.large.1.0`), "w");
writeSync(file, record(Buffer.concat([double(1, begun), field(3, Buffer.from("brain.Event:2"))])));
for (let step = 0; step < Number(count); step += 1) {
  const image = Buffer.concat([whole(1, HEIGHT), whole(2, WIDTH), whole(3, 3), field(4, png(WIDTH, HEIGHT, noise))]);
  const value = Buffer.concat([field(1, Buffer.from("noise")), field(4, image)]);
  writeSync(file, record(Buffer.concat([double(1, begun + step / 1000), whole(2, step), field(5, field(1, value))])));
}
closeSync(file);
