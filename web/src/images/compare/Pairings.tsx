// Says how the pixels of pictures of different sizes belong together.
import { pairedInWords } from "../pairing";
import { useModel } from "./model";

export function Pairings({ cards }: { cards: readonly string[] }) {
  const { contents: { value: contents }, names } = useModel();
  const [first, ...others] = cards.flatMap((card) => {
    const content = contents.get(card);
    return content ? [{ title: names.value.get(card) ?? content.title, ...content.box }] : [];
  });
  const said = first ? others.flatMap((other) => pairedInWords(first, other) ?? []) : [];
  if (said.length === 0) return null;
  return <p class="pairings">{[...new Set(said)].join("; ")}</p>;
}
