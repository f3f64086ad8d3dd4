/**
 * docs/errors.md as the page that every problem's `type` leads to: `/docs/errors#<code>`. It renders what that file
 * is written in (headings, paragraphs, tables, one block of code) and no more of Markdown.
 */

const STYLE = `body{font:1rem/1.6 system-ui,sans-serif;max-width:60rem;margin:3rem auto;padding:0 1.25rem;color:#1d2b2a;background:#fbfaf7;overflow-wrap:break-word}
a{color:#0b6b60}code{background:#eeece4;padding:.1em .3em;border-radius:.25em}pre{background:#eeece4;padding:1rem;overflow:auto}pre code{padding:0}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-bottom:1px solid #d9d6cc}tr:target{background:#fff3c4}
@media(max-width:40rem){thead{display:none}tr,td{display:block}tr{padding:.6rem 0;border-bottom:1px solid #d9d6cc}td{border:0;padding:.1rem 0}}
@media(prefers-color-scheme:dark){body{color:#e6ebe9;background:#14191a}a{color:#6cc9bb}code,pre{background:#242b2c}th,td,tr{border-color:#333c3d}tr:target{background:#4a4420}}`;

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeHtml = (text: string) => text.replaceAll(/[&<>"]/g, (character) => ESCAPES[character] ?? "");

/** A whole page for the text of docs/errors.md. A row whose first cell is a code gets that code as its id. */
export function renderErrorPage(markdown: string): string {
  const body = markdown
    .trim()
    .split(/\n{2,}/)
    .map(renderBlock)
    .join("\n");
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Kivuko errors</title><style>${STYLE}</style></head>
<body><main>
${body}
</main></body></html>
`;
}

function renderBlock(block: string): string {
  const heading = /^(#{1,3}) (.+)$/.exec(block);
  if (heading) {
    const [, marks = "", text = ""] = heading;
    const id = text
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, "")
      .replaceAll(" ", "-");
    return `<h${marks.length} id="${id}">${renderText(text)}</h${marks.length}>`;
  }
  if (block.startsWith("```")) {
    return `<pre><code>${escapeHtml(block.split("\n").slice(1, -1).join("\n"))}</code></pre>`;
  }
  if (block.startsWith("|")) {
    return renderTable(block.split("\n"));
  }
  return `<p>${renderText(block)}</p>`;
}

function renderTable([head = "", _rule, ...rows]: readonly string[]): string {
  const cells = (row: string) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => renderText(cell.trim()));
  const titles = cells(head).map((cell) => `<th scope="col">${cell}</th>`);
  const lines = rows.map((row) => {
    const code = /^\| `([a-z_]+)` \|/.exec(row)?.[1];
    return `<tr${code === undefined ? "" : ` id="${code}"`}>${cells(row)
      .map((cell) => `<td>${cell}</td>`)
      .join("")}</tr>`;
  });
  return `<table><thead><tr>${titles.join("")}</tr></thead><tbody>\n${lines.join("\n")}\n</tbody></table>`;
}

function renderText(text: string): string {
  return escapeHtml(text)
    .replaceAll(/`([^`]+)`/g, "<code>$1</code>")
    .replaceAll(/\[([^\]]+)\]\(([^)\s]+)\)/g, '<a href="$2">$1</a>')
    .replaceAll(/(^|\s)_([^_]+)_(?=\s|$)/g, "$1<em>$2</em>");
}
