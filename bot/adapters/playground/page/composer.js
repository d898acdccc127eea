// Where people write: the textbox, photos to go with it, and what it replies to or changes.
import { el, icon } from "./dom.js";

export class Composer {
  // `deeds`: send({text, media, reply_to, edits}) -> whether it went, sorry(sentence)
  constructor(placeholder, deeds, { photos = true } = {}) {
    this.deeds = deeds;
    this.media = [];
    this.about = null;
    this.uploading = Promise.resolve();
    this.box = el("textarea", { rows: "1", "aria-label": "Message", placeholder, maxlength: "4096", enterkeyhint: "send" });
    this.previews = el("div", { class: "previews" });
    this.notice = el("div", { class: "about" });
    this.file = el("input", { type: "file", accept: "image/png,image/jpeg,image/gif,image/webp", multiple: true, "aria-label": "Attach a photo" });
    this.node = el(
      "form",
      { class: "composer", onsubmit: (event) => this.submit(event) },
      this.notice,
      this.previews,
      photos ? el("label", { class: "attach", title: "Attach a photo" }, this.file, icon("clip")) : null,
      this.box,
      el("button", { type: "submit", class: "send", "aria-label": "Send", title: "Send" }, icon("send")),
    );
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("paste", (event) => photos && this.attach(event.clipboardData.files));
    this.file.addEventListener("change", () => this.attach(this.file.files));
  }

  key(event) {
    if (event.key === "Escape" && this.about) this.forget();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.node.requestSubmit();
  }

  // What is on its way up belongs to the message, however quickly somebody sends.
  async submit(event) {
    event.preventDefault();
    await this.uploading;
    const text = this.box.value;
    if (!text.trim() && !this.media.length) return this.box.focus();
    const about = this.about || {};
    const said = { text, media: this.media.map((photo) => photo.file), reply_to: about.reply, edits: about.edit };
    if (!this.deeds.send(said)) return;
    this.box.value = "";
    this.media = [];
    this.forget();
    this.draw();
  }

  write(words) {
    this.box.value = words;
    this.box.focus();
  }

  reply(message) {
    this.about = { reply: message.id };
    this.tell(`Reply to ${message.author}`);
  }

  edit(message) {
    this.about = { edit: message.id };
    this.write(message.text.plain);
    this.tell("Change what you wrote");
  }

  tell(words) {
    const stop = el("button", { type: "button", "aria-label": "Never mind", title: "Never mind", onclick: () => this.forget() }, "×");
    this.notice.replaceChildren(words, stop);
    this.box.focus();
  }

  forget() {
    if (this.about && this.about.edit) this.box.value = "";
    this.about = null;
    this.notice.replaceChildren();
  }

  attach(files) {
    const chosen = Array.from(files);
    this.uploading = this.uploading.then(() => this.upload(chosen));
  }

  async upload(files) {
    for (const file of files) {
      const headers = { "X-Name": encodeURIComponent(file.name), "Content-Type": "application/octet-stream" };
      try {
        const answer = await fetch("/upload", { method: "POST", body: file, headers });
        const told = await answer.json();
        if (told.sorry) this.deeds.sorry(told.sorry);
        else this.media.push(told);
      } catch {
        this.deeds.sorry("The photo didn't arrive; a photo may have at most 10 MB.");
      }
    }
    this.file.value = "";
    this.draw();
  }

  draw() {
    const removed = (photo) => () => {
      this.media = this.media.filter((other) => other !== photo);
      this.draw();
    };
    const previews = this.media.map((photo) =>
      el(
        "span",
        { class: "preview" },
        el("img", { src: `/media/${encodeURIComponent(photo.file)}`, alt: photo.name }),
        el("button", { type: "button", "aria-label": `Take out ${photo.name}`, onclick: removed(photo) }, "×"),
      ),
    );
    this.previews.replaceChildren(...previews);
  }
}
