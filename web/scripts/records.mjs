// What event files are made of: records, and the fields of messages.

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? (n >>> 1) ^ 0x82f63b78 : n >>> 1;
  return n >>> 0;
});

/** The masked CRC-32C of a TFRecord. */
function masked(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const u32 = (number) => { const bytes = Buffer.alloc(4); bytes.writeUInt32LE(number >>> 0); return bytes; };

/** A record of an event file. */
export function record(payload) {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(payload.length));
  return Buffer.concat([length, u32(masked(length)), payload, u32(masked(payload))]);
}

function varint(number) {
  const bytes = [];
  for (; number > 127; number = Math.floor(number / 128)) bytes.push((number & 127) | 128);
  return Buffer.from([...bytes, number]);
}

/** Fields of a message: bytes or a message, a whole number, a double, a float. */
export const field = (number, content) => Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
export const whole = (number, value) => Buffer.concat([varint(number * 8), varint(value)]);
export const double = (number, value) => { const bytes = Buffer.alloc(9); bytes[0] = number * 8 + 1; bytes.writeDoubleLE(value, 1); return bytes; };
export const float = (number, value) => { const bytes = Buffer.alloc(5); bytes[0] = number * 8 + 5; bytes.writeFloatLE(value, 1); return bytes; };
