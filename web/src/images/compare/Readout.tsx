// The pixel under the pointer: where it is in this picture, and its values as they are in the log.
import { type Difference, type Rgba, signed, valuesAt } from "../pixels";
import { contentPixels } from "./looked";
import { type Content, useModel } from "./model";

export function Readout({ content, letter }: { content: Content | undefined; letter?: string }) {
  const model = useModel();
  const pixel = content ? model.pointed(content.box) : null;
  if (!content || !pixel) return <p class="readout" aria-hidden="true">&nbsp;</p>;
  const values = valuesAt(contentPixels(content), pixel.x, pixel.y);
  const part = model.belonging(content.box);
  return (
    <p class="readout">
      {letter && <b>{letter}</b>}
      <span class="swatch" style={{ background: `rgb(${values[0]} ${values[1]} ${values[2]})` }} />
      <span>x {pixel.x} y {pixel.y}</span>
      <Values values={values} alpha={values[3] < 255} />
      {part && <span class="part">{part.isWindow ? "window" : "goes into"} x {ends(part.box.x, part.box.width)} y {ends(part.box.y, part.box.height)}</span>}
    </p>
  );
}

/** What the first of two pictures has more than the second. */
export function ReadoutApart({ apart }: { apart: Difference | null }) {
  const model = useModel();
  const pixel = apart && model.pointed(apart);
  const values = pixel && apart.at(pixel.x, pixel.y);
  if (!values) return <p class="readout" aria-hidden="true">&nbsp;</p>;
  return <p class="readout"><b>A − B</b><Values values={values} alpha={values[3] !== 0} /></p>;
}

function Values({ values: [r, g, b, a], alpha }: { values: Rgba; alpha: boolean }) {
  return <span class="values">R {signed(r)} G {signed(g)} B {signed(b)}{alpha && ` A ${signed(a)}`}</span>;
}

const ends = (from: number, length: number): string => length > 1 ? `${from}…${from + length - 1}` : String(from);
