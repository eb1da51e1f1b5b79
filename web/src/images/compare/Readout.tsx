// The pixel under the pointer: where it is in this picture, and its values as they are in the log.
import { valuesAt } from "../pixels";
import { contentPixels } from "./looked";
import { type Content, useModel } from "./model";

export function Readout({ content }: { content: Content | undefined }) {
  const model = useModel();
  const pixel = content ? model.pointed(content.box) : null;
  if (!content || !pixel) return <p class="readout" aria-hidden="true">&nbsp;</p>;
  const [r, g, b, a] = valuesAt(contentPixels(content), pixel.x, pixel.y);
  return (
    <p class="readout">
      <span class="swatch" style={{ background: `rgb(${r} ${g} ${b})` }} />
      <span>x {pixel.x} y {pixel.y}</span>
      <span class="values">R {r} G {g} B {b}{a < 255 && ` A ${a}`}</span>
    </p>
  );
}
