// The panel that shows why an answer was given: what was considered, how sure the bot was, and where the line lies.
import { el } from "./dom.js";

const OUTCOMES = {
  answered: (owner) => ["Answered", "The best match is above the line, so the stored answer went out word for word."],
  suggested: (owner) => ["Asked back", "Nothing was sure enough, so the nearest questions were offered as buttons."],
  handed_over: (owner) => [`Handed to ${owner}`, `Nothing came near enough, so ${owner} was asked instead of guessing.`],
  relayed: (owner) => ["Passed on", `${owner} is in this conversation, so the words went to her.`],
  done: () => ["Done", "This asked for something to be done, not for an answer."],
  refused: () => ["Refused", "This isn't open to whoever asked."],
  failed: () => ["Failed", "Something broke; it was set aside and reported."],
};

function percent(share) {
  return `${Math.round(100 * Math.min(1, Math.max(0, Number(share) || 0)))} %`;
}

export function emptyWhy() {
  return el(
    "div",
    { class: "hint" },
    el("p", {}, "Ask something as a customer. Here you will see which answers were considered, how well each fits, and the line above which the bot dares to answer."),
  );
}

export function whyNode(who, explanation, owner) {
  const [headline, sentence] = (OUTCOMES[explanation.outcome] || (() => [String(explanation.outcome), ""]))(owner);
  const line = Number(explanation.line) || 0;
  const candidates = Array.isArray(explanation.candidates) ? explanation.candidates : [];
  return el(
    "div",
    { class: `verdict ${explanation.outcome}` },
    el("p", { class: "asked" }, el("b", {}, who), ` “${explanation.text || ""}”`),
    el("p", { class: "headline" }, el("span", { class: "pill" }, headline), ` ${percent(explanation.confidence)} sure`),
    el("p", { class: "sentence" }, explanation.reason || sentence),
    candidates.length
      ? el("ol", { class: "candidates" }, ...candidates.map((candidate) => candidateNode(candidate, line)))
      : el("p", { class: "none" }, "Nothing in the shop's answers came near."),
    candidates.length && line ? el("p", { class: "legend" }, el("i", {}), `The line: answers from ${percent(line)} on`) : null,
  );
}

function candidateNode(candidate, line) {
  const bar = el("span", { class: "bar", "aria-hidden": "true" }, el("i", {}), line ? el("b", {}) : null);
  bar.firstChild.style.width = percent(candidate.score).replace(" ", "");
  if (line) bar.lastChild.style.left = percent(line).replace(" ", "");
  const over = Number(candidate.score) >= line;
  return el(
    "li",
    { class: over ? "over" : "under" },
    el("span", { class: "title", title: candidate.entry }, candidate.title || candidate.entry),
    el("span", { class: "score" }, percent(candidate.score)),
    bar,
  );
}
