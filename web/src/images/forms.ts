// What bytes of a picture say of why no browser shows them.

/** So many bytes tell a form. */
export const HEAD = 16;

/** How pictures begin, and after how many bytes. */
const BEGINNINGS: readonly (readonly [offset: number, text: string])[] = [
  [0, "\x89PNG"], [0, "\xff\xd8\xff"], [0, "GIF8"], [0, "BM"], [8, "WEBP"], [0, "II*\0"], [0, "MM\0*"], [4, "ftyp"], [0, "\xff\x0a"], [4, "JXL "],
  [0, "\0\0\x01\0"], [0, "P6"], [0, "<svg"], [0, "<?xml"],
];

/** Why a picture with these first bytes is not shown, and what to do. */
export function whyNotShown(head: Uint8Array): string {
  if (head.length === 0) return "this picture is empty: the log holds no bytes of it";
  const text = String.fromCharCode(...head);
  if (!BEGINNINGS.some(([offset, begins]) => text.startsWith(begins, offset))) {
    return "this picture is broken: it does not begin like one of any known form";
  }
  return "this browser cannot show this picture: it is damaged, too large, or of a form that the browser lacks. Save it to look at it";
}
