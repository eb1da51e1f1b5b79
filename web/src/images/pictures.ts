// Pictures of the log, decoded.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { blob } from "../lib/api";
import { type Failure, useAgain } from "../lib/cache";
import type { Size } from "./grid";
import { exactPixels } from "./exact";
import { HEAD, whyNotShown } from "./forms";
import { isOpaque, type Pixels } from "./pixels";

export interface Picture extends Size {
  bitmap: ImageBitmap;
  /** What it was decoded from, if it moves: then its bitmap is the first frame. */
  film: Blob | null;
}

/** Bytes of decoded pictures that are kept. */
const ROOM = 192 << 20;

const kept = new Map<string, Promise<Picture>>();
/** Those of them that have come. */
const decoded = new Map<string, Picture>();
let held = 0;

const nameOf = (key: string, sample: number): string => `${key}/${sample}`;

/** A picture, decoded once and as it is in the file. */
export function picture(key: string, sample: number): Promise<Picture> {
  const name = nameOf(key, sample);
  const known = kept.get(name);
  if (known) {
    // The last one used is the last one to go.
    kept.delete(name);
    kept.set(name, known);
    return known;
  }
  const made = decode(key, sample);
  kept.set(name, made);
  made.then(
    (picture) => {
      // It may have had to go before it came.
      if (kept.get(name) === made) keep(name, picture);
    },
    () => kept.delete(name),
  );
  return made;
}

const bytesOf = (picture: Picture | undefined): number => picture ? picture.width * picture.height * 4 : 0;

/** Keeps a picture that has come, and lets go of the oldest ones for it. */
function keep(name: string, picture: Picture): void {
  decoded.set(name, picture);
  held += bytesOf(picture);
  for (const oldest of kept.keys()) {
    if (held <= ROOM || oldest === name) break;
    held -= bytesOf(decoded.get(oldest));
    decoded.delete(oldest);
    kept.delete(oldest);
  }
}

async function decode(key: string, sample: number): Promise<Picture> {
  const response = await fetch(blob(key, sample)).catch(() => null);
  if (!response) throw new Error("the board does not answer");
  if (response.status === 404) throw new Error("this picture is gone from the log");
  if (!response.ok) throw new Error(`the board answered ${response.status}`);
  const content = await response.blob();
  const bitmap = await createImageBitmap(content, { colorSpaceConversion: "none", premultiplyAlpha: "none" })
    .catch(async () => { throw new Error(whyNotShown(new Uint8Array(await content.slice(0, HEAD).arrayBuffer()))); });
  return { bitmap, ...sizeOf(bitmap), film: content.type === "image/gif" ? content : null };
}

const sizeOf = ({ width, height }: Size): Size => ({ width, height });

/** Decodes pictures that may be wanted next. */
export function prefetch(keys: readonly (string | undefined)[], sample: number): void {
  for (const key of keys) {
    if (key !== undefined) picture(key, sample).catch(() => {});
  }
}

const read = new WeakMap<Picture, Pixels>();

/** The values of a picture's pixels, as they are in the file. */
export function pixelsOf(picture: Picture): Pixels {
  const known = read.get(picture);
  if (known) return known;
  const drawn = drawnPixels(picture);
  const pixels = isOpaque(drawn) ? drawn : exactPixels(picture.bitmap, picture) ?? drawn;
  read.set(picture, pixels);
  return pixels;
}

/** What a canvas holds of a picture: what is opaque, exactly. */
function drawnPixels(picture: Picture): Pixels {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser gives no canvas");
  context.drawImage(picture.bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, picture.width, picture.height);
  return { ...sizeOf(picture), data: data as Uint8ClampedArray<ArrayBuffer> };
}

interface State {
  picture: Picture | null;
  /** Which picture that is: the last one that has come, until the wanted one has. */
  key: string | null;
  error: string | null;
}

export type Shown = State & Failure;

/** What is shown before anything has come: the picture, if it is there already. */
function atFirst(key: string | null, sample: number): State {
  const picture = key === null ? undefined : decoded.get(nameOf(key, sample));
  return picture ? { picture, key, error: null } : { picture: null, key: null, error: null };
}

/** The wanted picture. One is fetched at a time: those passed over while it came are never asked for. */
export function usePicture(key: string | null, sample: number): Shown {
  const [shown, setShown] = useState<State>(() => atFirst(key, sample));
  const [times, again] = useAgain(shown.error !== null);
  const wanted = useRef<string | null>(null);
  const busy = useRef(false);
  wanted.current = key;
  useLayoutEffect(() => {
    const next = async () => {
      if (busy.current) return;
      busy.current = true;
      for (let asked: string | null = null; wanted.current !== null && wanted.current !== asked;) {
        asked = wanted.current;
        const come = await picture(asked, sample).then(
          (picture) => ({ picture, key: asked, error: null }),
          (error: unknown) => ({ picture: null, key: asked, error: error instanceof Error ? error.message : String(error) }),
        );
        setShown(come);
      }
      busy.current = false;
    };
    void next();
  }, [key, sample, times]);
  useLayoutEffect(() => () => { wanted.current = null; }, []);
  return { ...shown, again };
}
