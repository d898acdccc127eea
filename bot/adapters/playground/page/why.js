// The panel that shows why an answer was given: how sure the bot was, where its line lies, and what it considered.
import { el } from "./dom.js";

const OUTCOMES = {
  answered: () => "Answered",
  suggested: () => "Asked back",
  handed_over: (owner) => `Handed to ${owner}`,
  relayed: (owner) => `Passed on to ${owner}`,
  waiting: () => "Waiting for the rest",
  done: () => "Done",
  refused: () => "Refused",
  failed: () => "Set aside and reported",
};

const REASONS = {
  exact: () => "This is word for word a question that the shop wrote down, so its answer went out as it stands.",
  sure: () => "It is surer than the line asks, so the stored answer went out word for word.",
  near: () => "Near, but below the line: rather than guess, the nearest questions are offered as buttons.",
  unsure: (owner) => `Nothing comes near enough. ${owner} is asked; nothing is made up.`,
  expired: (owner) => `The answer that fits is out of date, so ${owner} is asked.`,
  draft: (owner) => `The answer that fits is one that ${owner} wants to give herself each time.`,
  shared_phrasing: () => "Two answers are written down for these very words, so the customer chooses.",
  veto: () => "One answer fits well, but something in the question speaks against it, so it is only offered.",
  empty: (owner) => `There are no words here to go by, so ${owner} is asked.`,
};

const HOLDING = "No sure answer yet: the bot waits 3 seconds for the rest of the thought before it asks back or hands over.";

function share(value) {
  return Math.min(1, Math.max(0, Number(value) || 0));
}

function percent(value) {
  return `${Math.round(100 * share(value))} %`;
}

export function emptyWhy() {
  const words = "Ask something as a customer. Here you will see how sure the bot was, the line above which it dares to answer, and what else it considered.";
  return el("div", { class: "hint" }, el("p", {}, words));
}

export function whyNode(who, explanation, owner) {
  const outcome = String(explanation.outcome || "");
  const headline = OUTCOMES[outcome] ? OUTCOMES[outcome](owner) : outcome;
  const reason = REASONS[explanation.reason];
  const sentence = outcome === "waiting" ? HOLDING : reason ? reason(owner) : String(explanation.reason || "");
  const candidates = Array.isArray(explanation.candidates) ? explanation.candidates : [];
  return el(
    "div",
    { class: `verdict ${outcome}` },
    el("p", { class: "asked" }, el("b", {}, who), ` “${explanation.text || ""}”`),
    el("p", { class: "headline" }, el("span", { class: "pill" }, headline)),
    el("p", { class: "sentence" }, sentence),
    gauge(share(explanation.confidence), share(explanation.line)),
    el("h3", {}, candidates.length ? "What was considered, and how well it fits" : "Nothing in the shop's answers came near."),
    el("ol", { class: "candidates" }, ...candidates.map(candidateNode)),
  );
}

// How sure the bot is of its best candidate, against the line that this has to reach.
function gauge(confidence, line) {
  const bar = el("div", { class: "bar", "aria-hidden": "true" }, el("i", {}), line ? el("b", {}) : null);
  bar.firstChild.style.width = `${100 * confidence}%`;
  if (line) bar.lastChild.style.left = `${100 * line}%`;
  return el(
    "div",
    { class: confidence >= line ? "gauge over" : "gauge under" },
    el("p", {}, el("b", {}, `${percent(confidence)} sure`), line ? el("span", {}, `the line: ${percent(line)}`) : null),
    bar,
  );
}

function candidateNode(candidate, index) {
  const bar = el("span", { class: "bar", "aria-hidden": "true" }, el("i", {}));
  bar.firstChild.style.width = `${100 * share(candidate.score)}%`;
  return el(
    "li",
    { class: index ? "" : "best" },
    el("span", { class: "title", title: candidate.entry }, candidate.title || candidate.entry),
    el("span", { class: "score" }, percent(candidate.score)),
    bar,
  );
}
