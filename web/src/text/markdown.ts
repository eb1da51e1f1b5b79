// Markdown as HTML that can do no harm: no HTML of the text's own, no scripts in links, nothing fetched.
import MarkdownIt from "markdown-it";

const markdown = new MarkdownIt({ html: false, linkify: true });

// Tables say how their columns are aligned by a style, which the content-security policy forbids: a class says the same.
for (const cell of ["th_open", "td_open"] as const) {
  markdown.renderer.rules[cell] = (tokens, at, options, _, self) => {
    const token = tokens[at];
    const side = /text-align:(\w+)/.exec(String(token?.attrGet("style") ?? ""))?.[1];
    if (token) token.attrs = side ? [["class", side]] : null;
    return self.renderToken(tokens, at, options);
  };
}

// Pictures of other servers would tell them who looks; they become links.
markdown.renderer.rules.image = (tokens, at) => {
  const escape = markdown.utils.escapeHtml;
  const [address, text] = [String(tokens[at]?.attrGet("src") ?? ""), tokens[at]?.content ?? ""];
  return `<a href="${escape(address)}" rel="noreferrer" target="_blank">${escape(text || address)}</a>`;
};

markdown.renderer.rules.link_open = (tokens, at, options, _, self) => {
  tokens[at]?.attrSet("rel", "noreferrer");
  tokens[at]?.attrSet("target", "_blank");
  return self.renderToken(tokens, at, options);
};

export const render = (text: string): string => markdown.render(text);
