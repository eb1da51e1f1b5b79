// Names of files that are saved.

/** A name for one picture of a tag; the browser adds what the picture is. */
export function fileName(tag: string, step: number | undefined): string {
  const plain = tag.replace(/[^\w.-]+/g, "_").replace(/^\.+/, "");
  return step === undefined ? plain || "image" : `${plain || "image"}_step${step}`;
}
