import { render } from "preact";
import { App } from "./app/App";
import { follow } from "./lib/store";
import "./lib/theme";
import "./style/tokens.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/runs.css";
import "./style/cards.css";

const root = document.getElementById("app");
const draw = () => { if (root) render(<App />, root); };
// What is asked for with the page is there by now, as a rule: then the page is drawn once, with it.
void Promise.race([follow(), new Promise((resolve) => { setTimeout(resolve, 150); })]).then(draw);
