// Styles of the whole page come before those of its parts, which the code below brings along.
import "./style/tokens.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/runs.css";
import "./style/cards.css";
import { render } from "preact";
import { App } from "./app/App";
import { fetchAhead } from "./images/ahead";
import { follow } from "./lib/store";
import { view } from "./lib/view";
import "./lib/theme";
import { settleTab } from "./views";

const root = document.getElementById("app");
const draw = () => { if (root) render(<App />, root); };
/** How long the page stays empty, in milliseconds, for what is about to come. */
const PATIENCE = 150;
settleTab();
// The log and the first pictures come with the page, as a rule: then it is drawn once, with them.
const known = follow().then(() => ["", "images"].includes(view.value.tab) ? fetchAhead() : undefined);
void Promise.race([known, new Promise((resolve) => { setTimeout(resolve, PATIENCE); })]).then(draw);
