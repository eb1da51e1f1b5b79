// Writes a large log: `node scripts/big_log.mjs DIR [IMAGES]` makes one run of 100,000 different pictures, 1 GB in all.
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { double, field, record, whole } from "./records.mjs";

const [dir, count = "100000"] = process.argv.slice(2);
if (!dir) throw new Error("usage: node scripts/big_log.mjs DIR [IMAGES]");
const [WIDTH, HEIGHT] = [60, 55];

function chunk(name, content) {
  const body = Buffer.concat([Buffer.from(name), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

let state = 1;
function noise() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state & 255;
}

/** A PNG of noise, stored as it is. */
function png() {
  const pixels = Buffer.alloc(HEIGHT * (1 + WIDTH * 3));
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = at % (1 + WIDTH * 3) === 0 ? 0 : noise();
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels, { level: 0 })), chunk("IEND", Buffer.alloc(0)),
  ]);
}

mkdirSync(dir, { recursive: true });
const begun = Date.now() / 1000;
const file = openSync(join(dir, `events.out.tfevents.${Math.floor(begun)}.large.1.0`), "w");
writeSync(file, record(Buffer.concat([double(1, begun), field(3, Buffer.from("brain.Event:2"))])));
for (let step = 0; step < Number(count); step += 1) {
  const image = Buffer.concat([whole(1, HEIGHT), whole(2, WIDTH), whole(3, 3), field(4, png())]);
  const value = Buffer.concat([field(1, Buffer.from("noise")), field(4, image)]);
  writeSync(file, record(Buffer.concat([double(1, begun + step / 1000), whole(2, step), field(5, field(1, value))])));
}
closeSync(file);
