// One chat: its head, its log and its composer. The owners' room holds its general part and, after it, the threads.
import { Composer } from "./composer.js";
import { el } from "./dom.js";
import { dayLine, messageNode } from "./message.js";

const COLOURS = { ana: "rose", ben: "sky", mei: "sage", room: "yolk", channel: "clay" };

export class Chat {
  // `page`: ask(frame) -> whether it went, sorry(sentence), why(chat, message), unread(chat), onScreen(chat)
  constructor(node, { place, title, subtitle, who, placeholder, hints = [], photos = true, colour }, page) {
    this.node = node;
    this.place = place;
    this.title = title;
    this.page = page;
    this.messages = new Map();
    this.unread = 0;
    this.mark = el("span", { class: "unread", "aria-hidden": "true" });
    this.badge = el("span", { class: "badge" });
    this.log = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": `What was said: ${title}`, tabindex: "0" });
    this.hints = el("div", { class: "hint" }, ...hints);
    this.composer = new Composer(placeholder || `Write as ${who}…`, { send: (said) => this.send(said), sorry: page.sorry }, { photos });
    const initial = title.replace(/^(Thread|Customer) /, "").slice(0, 1);
    this.head = el(
      "header",
      { class: "head" },
      el("span", { class: `avatar ${colour || COLOURS[place] || "yolk"}`, "aria-hidden": "true" }, initial),
      el("div", {}, el(place.includes("/") ? "h3" : "h2", {}, title), subtitle ? el("p", {}, subtitle) : null),
      this.mark,
      this.badge,
    );
    node.append(this.head, this.log, this.hints, this.composer.node);
    this.pinned = true;
    this.log.addEventListener("scroll", () => (this.pinned = this.distance() < 60));
    new ResizeObserver(() => this.pinned && this.toEnd()).observe(this.log);
    for (const event of ["focusin", "pointerdown", "pointerenter"]) node.addEventListener(event, () => this.read());
  }

  send({ text, media, reply_to, edits }) {
    if (edits) return this.page.ask({ do: "edit", place: this.place, message_id: edits, text });
    return this.page.ask({ do: "say", place: this.place, text, media, reply_to });
  }

  show(message, fresh = true) {
    const old = this.messages.get(message.id);
    this.messages.set(message.id, message);
    const node = messageNode(message, this.place, this.deeds());
    const stood = old && this.log.querySelector(`[data-id="${CSS.escape(message.id)}"]`);
    if (stood) this.replace(stood, node);
    else this.append(message, node);
    this.hints.hidden = true;
    if (this.pinned || !message.from_bot || !fresh) this.toEnd();
    if (fresh && !old && message.from_bot && !this.attended()) this.count(this.unread + 1);
    const explained = JSON.stringify(message.explanation);
    if (fresh && message.explanation && explained !== JSON.stringify(old?.explanation)) this.page.why(this, message);
  }

  replace(stood, node) {
    const focused = stood.contains(document.activeElement);
    node.classList.add("settled");
    stood.replaceWith(node);
    if (focused) (node.querySelector("button.choice") || this.composer.box).focus({ preventScroll: true });
  }

  append(message, node) {
    const day = message.at.slice(0, 10);
    if (day !== this.lastDay) this.log.append(dayLine(message.at));
    this.lastDay = day;
    this.log.append(node);
    for (const picture of node.querySelectorAll("img")) picture.addEventListener("load", () => this.pinned && this.toEnd());
  }

  distance() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight;
  }

  toEnd() {
    this.pinned = true;
    this.log.scrollTop = this.log.scrollHeight;
  }

  deeds() {
    const ask = (frame) => this.page.ask({ place: this.place, ...frame });
    return {
      press: (message, button) => ask({ do: "press", message_id: message.id, data: button.data }),
      reply: (message) => this.composer.reply(message),
      edit: (message) => this.composer.edit(message),
      remove: (message) => ask({ do: "delete", message_id: message.id }),
      why: (message) => this.page.why(this, message, true),
      find: (id) => this.messages.get(id),
    };
  }

  attended() {
    if (document.hidden) return false;
    return this.page.onScreen(this) || this.node.matches(":hover") || this.node.contains(document.activeElement);
  }

  read() {
    if (this.unread) this.count(0);
  }

  count(unread) {
    this.unread = unread;
    this.mark.textContent = unread || "";
    this.node.classList.toggle("has-unread", unread > 0);
    this.page.unread(this);
  }

  wait(waiting) {
    this.badge.textContent = waiting;
    this.badge.hidden = !waiting;
  }
}

// Sentences to try: a click writes them into the textbox, Enter sends.
export function tries(words, examples, chat) {
  const chips = examples.map((example) =>
    el("button", { type: "button", class: "try", onclick: () => chat().composer.write(example) }, example),
  );
  return [el("p", {}, words), el("div", { class: "chips" }, ...chips)];
}
