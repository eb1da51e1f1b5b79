// Sounds: the one of a step is played.
import { Card } from "../cards/Card";
import { CardGrid } from "../cards/CardGrid";
import { blob } from "../lib/api";
import { Toolbar } from "../lib/controls";
import { Failed } from "../lib/Failed";
import { stepName } from "../lib/files";
import { Icon } from "../lib/icons";
import { NoMatch } from "../lib/NoMatch";
import { cardName, type Series, series } from "../lib/store";
import { titleOf } from "../lib/title";
import { LinkToggle } from "../steps/LinkToggle";
import { positionOf } from "../steps/position";
import { StepBar } from "../steps/StepBar";
import { useValues } from "../steps/values";
import "./audio.css";

export default function Sounds() {
  const items = series("audio");
  return (
    <>
      <Toolbar><LinkToggle /></Toolbar>
      {items.length === 0 && <NoMatch what="sounds" />}
      <CardGrid items={items} tagOf={({ tag }) => tag.tag} keyOf={({ run, tag }) => cardName(run.name, tag.tag)} cardWidth={360}
        heightOf={heightOf}>
        {(item) => <SoundCard {...item} />}
      </CardGrid>
    </>
  );
}

const heightOf = (): number => 172;

function SoundCard({ run, tag }: Series) {
  const card = cardName(run.name, tag.tag);
  const { value: values, ...failed } = useValues(run, tag);
  const place = values ? positionOf(card, values) : -1;
  const key = values?.keys[place];
  const title = titleOf(tag);
  const label = `${title} of ${run.name}`;
  const save = key !== undefined && (
    <a class="icon" href={blob(key)} download={stepName(tag.tag, values?.steps[place])} aria-label={`Save ${label}`} title="Save this sound"><Icon name="save" /></a>
  );
  return (
    <Card name={card} title={title} run={run.name} description={tag.description} widens={false} actions={save}>
      <div class="sounds">
        <Failed {...failed} />
        {key !== undefined && Array.from({ length: Math.max(1, tag.samples) }, (_, sample) => (
          <audio key={`${key} ${sample}`} controls preload="metadata" src={blob(key, sample)} aria-label={`${label}, step ${values?.steps[place]}`} />
        ))}
      </div>
      {values ? <StepBar card={card} kind="audio" values={values} label={label} /> : <div class="steps" />}
    </Card>
  );
}
