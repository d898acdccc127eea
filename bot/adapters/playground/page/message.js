// One message of a log, as it stands now.
import { dayOf, el, icon, timeOf } from "./dom.js";
import { rendered } from "./text.js";

export function dayLine(iso) {
  return el("p", { class: "day" }, el("span", {}, dayOf(iso)));
}

// `deeds`: press(message, button), reply(message), edit(message), remove(message), why(message), find(id)
export function messageNode(message, place, deeds) {
  const mine = !message.from_bot;
  const note = mine && message.text.plain.startsWith("//");
  const classes = ["message", mine ? "mine" : "bot", `kind-${message.kind}`];
  if (note) classes.push("aside");
  if (message.deleted) classes.push("deleted");
  if (place === "channel") classes.push("story");
  return el(
    "article",
    { class: classes.join(" "), "data-id": message.id },
    el("p", { class: "author" }, message.author, kindWord(message, place, note)),
    el("div", { class: "bubble" }, ...body(message, deeds)),
    buttons(message, deeds),
    el("p", { class: "foot" }, ...foot(message, place, mine, deeds)),
  );
}

function kindWord(message, place, note) {
  if (note) return el("span", { class: "tag" }, "internal note");
  if (!place.startsWith("room/") || !message.from_bot) return null;
  return message.kind === "relay" ? el("span", { class: "tag" }, "customer") : null;
}

function body(message, deeds) {
  if (message.deleted) {
    return [el("em", { class: "gone" }, "deleted"), el("s", {}, message.text.plain)];
  }
  const quoted = message.quotes && deeds.find(message.quotes);
  const parts = [];
  if (quoted) parts.push(el("blockquote", { class: "quoted" }, el("b", {}, quoted.author), " ", short(quoted)));
  if (message.media.length) parts.push(el("div", { class: "media" }, ...message.media.map(mediaNode)));
  if (message.text.plain) parts.push(el("div", { class: "words", dir: "auto" }, rendered(message.text)));
  return parts;
}

function short(message) {
  const words = message.text.plain || (message.media.length ? "a photo" : "");
  return words.length > 90 ? `${words.slice(0, 89)}…` : words;
}

function mediaNode(media) {
  const source = `/media/${encodeURIComponent(media.file)}`;
  const pictured = media.kind === "photo" || media.kind === "sticker" || /\.(gif|webp|png)$/i.test(media.name);
  if (!pictured) {
    return el("a", { href: source, download: media.name || true }, media.name || media.kind);
  }
  return el("img", { src: source, alt: media.alt || (media.name ? `Photo ${media.name}` : "Photo") });
}

function buttons(message, deeds) {
  if (!message.buttons.length) return null;
  const row = message.buttons.map((button) =>
    el("button", { type: "button", class: "choice", onclick: () => deeds.press(message, button) }, button.label),
  );
  return el("div", { class: "choices" }, ...row);
}

function foot(message, place, mine, deeds) {
  const parts = [el("time", { datetime: message.at }, timeOf(message.at))];
  if (message.versions.length && !message.deleted) parts.push(earlier(message));
  for (const reaction of message.reactions) parts.push(el("span", { class: "reaction" }, reaction));
  if (message.explanation) {
    const outcome = String(message.explanation.outcome || "");
    parts.push(el("button", { type: "button", class: `ask-why ${outcome}`, onclick: () => deeds.why(message) }, "Why?"));
  }
  if (!message.deleted && place !== "channel") parts.push(deedsRow(message, mine, deeds));
  return parts;
}

function earlier(message) {
  const versions = message.versions.map((version) => el("span", { class: "version" }, version.plain));
  return el("details", { class: "versions" }, el("summary", {}, "edited"), ...versions);
}

function deedsRow(message, mine, deeds) {
  const row = [small("Reply", "quote", () => deeds.reply(message))];
  if (mine) row.push(small("Edit", "pencil", () => deeds.edit(message)), small("Delete", "bin", () => deeds.remove(message)));
  return el("span", { class: "deeds" }, ...row);
}

function small(label, picture, onclick) {
  return el("button", { type: "button", class: "small", "aria-label": label, title: label, onclick }, icon(picture));
}
