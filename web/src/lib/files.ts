// Names of files that are saved.

/** What every file system takes of a text. */
const plain = (text: string): string => text.replaceAll(/[^\p{L}\p{N}._-]+/gu, "_").replaceAll(/^[._]+|_+$/g, "");

/** Many file systems take 255 bytes for a name; some of them are for what follows. */
const MOST_BYTES = 200;

function short(name: string): string {
  const bytes = new TextEncoder().encode(name);
  if (bytes.length <= MOST_BYTES) return name;
  // A letter that is cut is left out.
  return new TextDecoder().decode(bytes.subarray(0, MOST_BYTES)).replace(/\ufffd+$/, "");
}

/** A name for a file of several parts. */
export function fileName(parts: readonly string[], extension: string): string {
  const name = parts.map(plain).filter((part) => part !== "").join(".");
  return `${short(name) || "data"}.${extension}`;
}

/** A name for the value of a tag at a step; the browser adds what it is. */
export function stepName(tag: string, step: number | undefined): string {
  const name = short(plain(tag)) || "value";
  return step === undefined ? name : `${name}_step${step}`;
}
