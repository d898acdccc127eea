// Neutral text (words and spans in code points) as nodes of the page.
import { el } from "./dom.js";

const TAGS = { bold: "strong", italic: "em", code: "code", strike: "s" };

function wrapping(span) {
  if (TAGS[span.kind]) return el(TAGS[span.kind]);
  if (span.kind === "link" && safe(span.url)) {
    return el("a", { href: span.url, target: "_blank", rel: "noopener noreferrer" });
  }
  return el("span", { class: span.kind, tabindex: span.kind === "spoiler" ? "0" : null });
}

function safe(url) {
  try {
    return ["http:", "https:", "mailto:"].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}

export function rendered(text) {
  const characters = Array.from(text.plain);
  const spans = text.spans
    .map((span) => ({ ...span, end: span.start + span.length }))
    .sort((a, b) => a.start - b.start || b.end - a.end);
  return part(characters, spans, 0, characters.length);
}

// The outermost span first, what lies in it within it; a span that reaches beyond its surroundings is cut in two.
function part(characters, spans, start, end) {
  const nodes = document.createDocumentFragment();
  let at = start;
  spans.forEach((span, index) => {
    const from = Math.max(span.start, at);
    const to = Math.min(span.end, end);
    if (from >= to) return;
    nodes.append(characters.slice(at, from).join(""));
    const wrapper = wrapping(span);
    wrapper.append(part(characters, spans.slice(index + 1), from, to));
    nodes.append(wrapper);
    at = to;
  });
  nodes.append(characters.slice(at, end).join(""));
  return nodes;
}
