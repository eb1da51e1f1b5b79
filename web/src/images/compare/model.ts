// What a comparison knows: the pictures of its panes, the common sight, and the place under the pointer.
import { type ReadonlySignal, type Signal, computed, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { show, view } from "../../lib/view";
import type { Box, Size } from "../grid";
import type { Picture } from "../pictures";
import { counterpart, linkedScale, reach, sameSight } from "../pairing";
import { fit, pixelAt, type Point, type Sight } from "../zoom";

/** What a pane shows now. */
export interface Content {
  card: string;
  title: string;
  picture: Picture;
  box: Box;
}

export class Model {
  /** By card. */
  readonly contents: Signal<Map<string, Content>> = signal(new Map());
  /** In screen pixels; all panes are alike. */
  readonly pane: Signal<Size> = signal({ width: 0, height: 0 });
  /** The place under the pointer, in parts of the first picture. */
  readonly pointer: Signal<Point | null> = signal(null);
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
    this.pointer.value = place && counterpart(picture, this.first.value?.box ?? picture, place);
  }

  /** The pixel of one picture that belongs to what is under the pointer. */
  pointed(picture: Size): Point | null {
    const place = this.pointer.value;
    return place && pixelAt(picture, counterpart(this.first.value?.box ?? picture, picture, place));
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
