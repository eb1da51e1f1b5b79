// The top of the page: the log, the tabs, and how the log is doing.
import { kinds, log } from "../lib/store";
import { dark, toggleTheme } from "../lib/theme";
import { Icon } from "../lib/icons";
import { linkTo } from "../lib/view";
import { VIEWS } from "../views";
import { drawer, DrawerButton } from "./Drawer";
import { helpIsOpen } from "./Help";
import { Status } from "./Status";

export function Header({ tab }: { tab: string }) {
  const about = log.value;
  return (
    <header class="top" inert={drawer.value}>
      <DrawerButton />
      <div class="brand">
        <img src="/icon.svg" alt="" width="22" height="22" />
        <strong>Cenote</strong>
        {about && <span class="logdir" title={about.logdir}><bdi>{about.logdir}</bdi></span>}
      </div>
      <nav class="tabs" aria-label="Kinds">
        {VIEWS.map((each) => {
          const tags = each.kinds.reduce((sum, kind) => sum + (kinds.value.get(kind) ?? 0), 0);
          // The one that is looked at stays, unless the log has nothing at all.
          if (tags === 0 && (each.tab !== tab || kinds.value.size === 0)) return null;
          const count = each.count ? each.count() : tags;
          return (
            <a key={each.tab} aria-current={each.tab === tab ? "page" : undefined} {...linkTo({ tab: each.tab, compare: false })}>
              {each.title}{count !== null && <span class="count">{count}</span>}
            </a>
          );
        })}
      </nav>
      <Status />
      <button type="button" class="icon" onClick={toggleTheme} title="Dark or light (t)"
        aria-label={dark.value ? "Light colours" : "Dark colours"}>
        <Icon name={dark.value ? "sun" : "moon"} />
      </button>
      <button type="button" class="icon" aria-label="Keys and help" title="Keys and help (?)"
        onClick={() => { helpIsOpen.value = true; }}>
        <Icon name="help" />
      </button>
    </header>
  );
}
