import { expect, test } from "vitest";
import { render } from "./markdown";

test("Markdown is rendered", () => {
  expect(render("# a\n\n*b* `c`")).toBe("<h1>a</h1>\n<p><em>b</em> <code>c</code></p>\n");
  expect(render("|a|b|\n|:-|-:|\n|1|2|")).toContain('<td class="right">2</td>');
});

test("what could do harm is text", () => {
  for (const text of [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "[a](data:text/html,<script>)",
    "![a](javascript:alert(1))", '[a](http://x" onclick="alert(1))', "|a|\n|:-:|\n|<b style='x'>|",
  ]) {
    const html = render(text);
    expect(html).not.toMatch(/<(script|img|b)\b/i);
    expect(html).not.toMatch(/<[^>]*(javascript:|data:text|onclick|style=)/i);
  }
});

test("a picture is a link, so that nothing is fetched", () => {
  expect(render("![cat](http://x/y.png)")).toBe('<p><a href="http://x/y.png" rel="noreferrer" target="_blank">cat</a></p>\n');
});
