import { render } from "preact";
import { App } from "./app/App";
import { follow } from "./lib/store";
import "./lib/theme";
import "./style/tokens.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/runs.css";
import "./style/cards.css";

follow();
const root = document.getElementById("app");
if (root) render(<App />, root);
