// Pictures that move, taken apart.
import { useEffect, useState } from "preact/hooks";
import { still } from "../lib/motion";
import type { Size } from "./grid";
import type { Picture } from "./pictures";

/** One of several pictures that follow one another. */
export interface Frame {
  picture: Picture;
  /** When the next one follows, in milliseconds from the beginning of the first. */
  until: number;
}

/** The most frames, and bytes of them, that are kept of one picture: of a longer one, the beginning moves. */
const MOST_FRAMES = 256;
const MOST_BYTES = 96 << 20;

const close = (frames: readonly Frame[]): void => { for (const { picture } of frames) picture.bitmap.close(); };

const howMany = (count: number, { width, height }: Size): number =>
  Math.min(count, MOST_FRAMES, Math.max(1, Math.floor(MOST_BYTES / (width * height * 4))));

/** The frames of a picture that moves, which whoever asks for them closes; none once they are not wanted any more. */
export async function framesOf(film: Blob, isWanted: () => boolean): Promise<Frame[]> {
  // Not every browser has it: then the first frame stands for all.
  if (!("ImageDecoder" in globalThis)) return [];
  const decoder = new ImageDecoder({ data: await film.arrayBuffer(), type: film.type, colorSpaceConversion: "none" });
  const frames: Frame[] = [];
  let whole = false;
  try {
    await Promise.all([decoder.tracks.ready, decoder.completed]);
    const all = decoder.tracks.selectedTrack?.frameCount ?? 0;
    let most = all;
    for (let frameIndex = 0; frameIndex < most && isWanted(); frameIndex += 1) {
      const frame = await frameAt(decoder, frameIndex, frames.at(-1)?.until ?? 0);
      frames.push(frame);
      most = howMany(all, frame.picture);
    }
    whole = isWanted();
  } finally {
    decoder.close();
    if (!whole) close(frames);
  }
  return whole ? frames : [];
}

async function frameAt(decoder: ImageDecoder, frameIndex: number, from: number): Promise<Frame> {
  const { image } = await decoder.decode({ frameIndex });
  try {
    const bitmap = await createImageBitmap(image, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
    // In microseconds; browsers show a frame of no duration for a tenth of a second.
    const until = from + (image.duration || 100_000) / 1000;
    return { picture: { bitmap, width: bitmap.width, height: bitmap.height, film: null }, until };
  } finally {
    image.close();
  }
}

/** The frame of a picture that is shown now: all pictures that move keep one time. Without motion, the first. */
export function useFrame(picture: Picture | null): Picture | null {
  const film = picture?.film ?? null;
  const [shown, setShown] = useState<{ film: Blob; picture: Picture } | null>(null);
  useEffect(() => {
    if (!film || still.value) return;
    let asked = 0;
    let wanted = true;
    let kept: readonly Frame[] = [];
    // They are taken apart here, not where pictures are kept: cards let the browser show them.
    const run = (frames: readonly Frame[]) => {
      if (!wanted) return close(frames);
      kept = frames;
      const whole = frames.at(-1)?.until ?? 0;
      const tick = (now: number) => {
        const frame = frames.find(({ until }) => now % whole < until);
        if (frame) setShown((last) => last?.picture === frame.picture ? last : { film, picture: frame.picture });
        asked = requestAnimationFrame(tick);
      };
      if (frames.length > 1) asked = requestAnimationFrame(tick);
    };
    framesOf(film, () => wanted).then(run, () => {});
    return () => {
      wanted = false;
      cancelAnimationFrame(asked);
      setShown(null);
      close(kept);
    };
  }, [film, still.value]);
  return shown && shown.film === film && !still.value ? shown.picture : picture;
}
