import { render } from "preact";
import { App } from "./app/App";
import { fetchAhead } from "./images/ahead";
import { follow } from "./lib/store";
import { view } from "./lib/view";
import "./lib/theme";
import "./style/tokens.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/runs.css";
import "./style/cards.css";

const root = document.getElementById("app");
const draw = () => { if (root) render(<App />, root); };
// What is asked for with the page is there by now, as a rule: then the page is drawn once, with it.
const known = follow().then(() => { if (["", "images"].includes(view.value.tab)) fetchAhead(); });
void Promise.race([known, new Promise((resolve) => { setTimeout(resolve, 150); })]).then(draw);
