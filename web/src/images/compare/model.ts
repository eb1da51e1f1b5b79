// What a comparison knows: the pictures of its panes, the common sight, and the place under the pointer.
import { type ReadonlySignal, type Signal, computed, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { show, view } from "../../lib/view";
import type { Box, Size } from "../grid";
import { around, footprint } from "../footprint";
import { isMaximum, type Largest, largestOf } from "../maximum";
import type { Picture } from "../pictures";
import { counterpart, linkedScale, reach, sameSight } from "../pairing";
import { fit, pixelAt, type Point, type Sight } from "../zoom";
import { contentPixels } from "./looked";
import { namesOf } from "./names";

/** What a pane shows now. */
export interface Content {
  card: string;
  title: string;
  run: string;
  picture: Picture;
  box: Box;
}

/** What is pointed at: a place of a picture, in parts of it and in parts of the first picture. */
interface Pointer {
  picture: Size;
  place: Point;
  inFirst: Point;
}

const areaOf = ({ width, height }: Size): number => width * height;
const isAlike = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;

export class Model {
  /** By card. */
  readonly contents: Signal<Map<string, Content>> = signal(new Map());
  /** In screen pixels; all panes are alike. */
  readonly pane: Signal<Size> = signal({ width: 0, height: 0 });
  readonly pointer: Signal<Pointer | null> = signal(null);
  /** What each picture is called, by card. */
  readonly names: ReadonlySignal<Map<string, string>> = computed(() => namesOf([...this.contents.value.values()]));
  readonly first: ReadonlySignal<Content | null>;
  readonly sight: ReadonlySignal<Sight>;

  constructor(cards: () => readonly string[]) {
    this.first = computed(() => {
      const contents = this.contents.value;
      const card = cards().find((card) => contents.has(card));
      return card === undefined ? null : contents.get(card) ?? null;
    });
    this.sight = computed(() => {
      const { zoom } = view.value;
      if (zoom) return { scale: zoom[0], x: zoom[1], y: zoom[2] };
      return { scale: this.fitting(), x: 0.5, y: 0.5 };
    });
  }

  /** The scale at which every picture fits. */
  private fitting(): number {
    const first = this.first.value?.box;
    const pane = this.pane.value;
    if (!first || pane.width === 0) return 1;
    const boxes = [...this.contents.value.values()].map(({ box }) => box);
    const scales = boxes.map((box) => fit(view.value.match === "size" ? reach(box, first) : box, pane, view.value.crisp));
    return Math.min(...scales);
  }

  put(content: Content): void {
    this.contents.value = new Map(this.contents.value).set(content.card, content);
  }

  take(card: string): void {
    const rest = new Map(this.contents.value);
    rest.delete(card);
    this.contents.value = rest;
  }

  /** The sight of one picture: the place that belongs to the common one, at its linked size. */
  sightOf(picture: Size): Sight {
    const first = this.first.value?.box ?? picture;
    const sight = this.sight.value;
    return { ...sameSight(first, picture, sight), scale: linkedScale(first, picture, sight.scale, view.value.match) };
  }

  /** What is in the middle of one picture's pane, in parts of the first. */
  inFirst(picture: Size, place: Point): Point {
    return sameSight(picture, this.first.value?.box ?? picture, place);
  }

  /** Points at a place of one picture. */
  point(picture: Size, place: Point | null): void {
    this.pointer.value = place && { picture, place, inFirst: counterpart(picture, this.first.value?.box ?? picture, place) };
  }

  /** The pixel of one picture that belongs to what is under the pointer. */
  pointed(picture: Size): Point | null {
    const place = this.pointer.value?.inFirst;
    return place ? pixelAt(picture, counterpart(this.first.value?.box ?? picture, picture, place)) : null;
  }

  /**
   * The parts of a picture that belong to the pixel under the pointer: its window, or what it helps to make. Of the picture that
   * is pointed at, the windows of those pixels of smaller pictures that belong to it.
   */
  footprints(picture: Size): Box[][] {
    const pointer = this.pointer.value;
    if (!pointer) return [];
    const pixel = pixelAt(pointer.picture, pointer.place);
    if (!pixel) return [];
    if (!isAlike(pointer.picture, picture)) return [footprint(pointer.picture, picture, pixel)].filter((boxes) => boxes.length > 0);
    const found = [...this.contents.value.values()].filter(({ box }) => areaOf(box) < areaOf(picture))
      .map(({ box }) => this.windowOf(box, picture)).filter((boxes) => boxes.length > 0);
    return [...new Map(found.map((boxes) => [JSON.stringify(boxes), boxes])).values()];
  }

  private windowOf(small: Size, picture: Size): Box[] {
    const pixel = this.pointed(small);
    return pixel ? footprint(small, picture, pixel) : [];
  }

  /** The box around the one part of a picture that belongs to the pixel under the pointer, and whether that is what it was made of. */
  belonging(picture: Size): { box: Box; isWindow: boolean } | null {
    const [boxes, ...others] = this.footprints(picture);
    const box = boxes && others.length === 0 ? around(boxes) : null;
    const from = this.pointer.value?.picture;
    return box && from ? { box, isWindow: areaOf(picture) >= areaOf(from) } : null;
  }

  /** Where in a picture the values of the pixel under the pointer come from, if a layer took the largest ones. */
  largest(card: string): Largest[] {
    const [content, pointer] = [this.contents.value.get(card), this.pointer.value];
    if (!content || !pointer) return [];
    const { box } = content;
    const isPointedAt = (small: Size) => areaOf(pointer.picture) >= areaOf(box) || isAlike(small, pointer.picture) && small.made === pointer.picture.made;
    for (const small of this.contents.value.values()) {
      if (areaOf(small.box) >= areaOf(box) || !isMaximum(small.box.made) || !isPointedAt(small.box)) continue;
      const pixel = this.pointed(small.box);
      const found = pixel ? largestOf(contentPixels(content), footprint(small.box, box, pixel), contentPixels(small), pixel) : [];
      if (found.length > 0) return found;
    }
    return [];
  }

  /** Looks at a place; the first picture's scale counts. */
  look(sight: Sight | null): void {
    show({ zoom: sight && [Number(sight.scale.toPrecision(6)), round(sight.x), round(sight.y)] });
  }

  /** Looks as one of the pictures, whose size is given, is to be looked at. */
  lookFrom(picture: Size, sight: Sight): void {
    const before = this.sightOf(picture).scale;
    this.look({ ...this.inFirst(picture, sight), scale: this.sight.value.scale * sight.scale / before });
  }
}

const round = (part: number): number => Number(part.toFixed(5));

export const ModelContext = createContext<Model | null>(null);

export function useModel(): Model {
  const model = useContext(ModelContext);
  if (!model) throw new Error("this part belongs into a comparison");
  return model;
}
