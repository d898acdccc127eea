// The page: builds the chats from the server's state, keeps them up to date, moves the clock.
import { Chat, tries } from "./chat.js";
import { dayOf, el, timeOf } from "./dom.js";
import { emptyWhy, whyNode } from "./why.js";

const at = (id) => document.getElementById(id);
const stage = at("stage");
const chats = new Map();
const tabs = new Map();
let socket = null;
let state = null;
let retry_ms = 500;

const page = {
  ask(frame) {
    if (socket && socket.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify(frame));
      return true;
    }
    page.sorry("The playground isn't running; your words are kept until it is back.");
    return false;
  },
  sorry(sentence) {
    toast(sentence, "sorry");
  },
  why(chat, message, asked = false) {
    at("why-body").replaceChildren(whyNode(message.author, message.explanation, state.owner));
    for (const other of document.querySelectorAll(".explained")) other.classList.remove("explained");
    const node = chat.log.querySelector(`[data-id="${CSS.escape(message.id)}"]`);
    if (node) node.classList.add("explained");
    if (asked && onPhone()) goTo("why");
  },
  unread() {
    for (const [id, tab] of tabs) drawTab(id, tab);
  },
  onScreen(chat) {
    return onPhone() && tabs.get(chat.place.split("/")[0])?.getAttribute("aria-current") === "true";
  },
};

function connect() {
  socket = new WebSocket(`ws://${location.host}/ws`);
  socket.addEventListener("open", () => {
    retry_ms = 500;
    document.body.classList.remove("away");
  });
  socket.addEventListener("message", (event) => told(JSON.parse(event.data)));
  socket.addEventListener("close", () => {
    document.body.classList.add("away");
    setTimeout(connect, retry_ms);
    retry_ms = Math.min(5000, retry_ms * 2);
  });
}

function told(frame) {
  if (frame.is === "state") begin(frame);
  else if (frame.is === "shown") chats.get(frame.place)?.show(frame.message);
  else if (frame.is === "threads") drawThreads(frame.threads);
  else if (frame.is === "clock") drawClock(frame);
  else if (frame.is === "sorry") page.sorry(frame.text);
}

function begin(fresh) {
  const first = state === null;
  state = fresh;
  const drafts = new Map([...chats].map(([place, chat]) => [place, chat.composer.box.value]));
  chats.clear();
  for (const id of ["room", "channel", "customers"]) at(id).replaceChildren();
  document.title = `${state.shop} · playground`;
  at("shop").textContent = state.shop;
  at("why-body").replaceChildren(emptyWhy());
  state.customers.forEach(addCustomer);
  addRoom();
  addChannel();
  drawThreads(state.threads);
  for (const [place, log] of Object.entries(state.logs)) for (const message of log) chats.get(place)?.show(message, false);
  for (const [place, words] of drafts) if (chats.has(place)) chats.get(place).composer.box.value = words;
  const explained = [...chats.values()].flatMap((chat) => [...chat.messages.values()].map((message) => ({ chat, message })));
  const last = explained.filter(({ message }) => message.explanation).sort((a, b) => a.message.id - b.message.id).at(-1);
  if (last) page.why(last.chat, last.message);
  drawTabs();
  drawClock(state);
  // While the page fills, a phone's panels would stay snapped to whichever stood there first.
  if (first) stage.scrollTo({ left: 0, behavior: "instant" });
}

function addCustomer(customer, index) {
  const node = el("section", { class: "chat customer panel", id: customer.id, "data-place": customer.id, "aria-label": `Customer ${customer.name}` });
  at("customers").append(node);
  const all = state.hints.customer || [];
  const mine = index ? all.slice(index % all.length || 0).slice(0, 1) : all;
  const hints = tries(index ? "Or ask as somebody else:" : "Ask something, for example:", mine, () => chats.get(customer.id));
  const what = { place: customer.id, title: customer.name, who: customer.name, hints };
  chats.set(customer.id, new Chat(node, what, page));
  node.classList.toggle("active", index === 0);
  node.addEventListener("focusin", (event) => event.target.matches("textarea") && activate(node));
}

// The customer who writes has the most room.
function activate(node) {
  for (const other of at("customers").children) other.classList.toggle("active", other === node);
}

function addRoom() {
  const hints = tries("Your desk: plan stories here, look who waits, ask for help. Try:", state.hints.room || [], () => chats.get("room"));
  const what = { place: "room", title: "Owners' room", subtitle: `General part · you are ${state.owner}`, who: state.owner, hints };
  chats.set("room", new Chat(at("room"), what, page));
  const none = el("p", { class: "no-thread" }, "When a customer needs you, their thread opens here. What you write in it goes to them.");
  at("room").append(el("div", { class: "threads", id: "threads" }, none));
}

function addChannel() {
  const hints = [el("img", { src: "/egg.svg", alt: "", width: "56", height: "56" }), el("p", {}, "Stories appear here, as all followers see them. Plan one in the owners' room with /story.")];
  const what = { place: "channel", title: "Story channel", subtitle: "Everybody reads this", who: state.owner, hints, photos: false };
  chats.set("channel", new Chat(at("channel"), what, page));
}

function drawThreads(threads) {
  for (const thread of threads) {
    const place = `room/${thread.id}`;
    if (!chats.has(place)) addThread(thread, place);
    chats.get(place).wait(thread.waiting ? "waiting" : "");
    chats.get(place).node.classList.toggle("is-waiting", thread.waiting);
  }
  for (const [place, chat] of chats) {
    if (place.startsWith("room/") && !threads.some((thread) => `room/${thread.id}` === place)) {
      chat.node.remove();
      chats.delete(place);
    }
  }
  const waiting = threads.filter((thread) => thread.waiting).length;
  chats.get("room").wait(waiting ? `${waiting} waiting` : "");
  at("room").classList.toggle("has-threads", threads.length > 0);
  page.unread();
}

function addThread(thread, place) {
  const node = el("section", { class: "chat thread", "data-place": place, "aria-label": `Thread ${thread.title}` });
  at("threads").append(node);
  const customer = state.customers.find((other) => other.name === thread.title);
  const colour = { ana: "rose", ben: "sky", mei: "sage" }[customer?.id] || "clay";
  const placeholder = `Write to ${thread.title}, or // a note`;
  chats.set(place, new Chat(node, { place, title: thread.title, who: state.owner, placeholder, colour }, page));
}

// The phone's way around: all panels stand side by side, one fills the screen.
function drawTabs() {
  const wanted = [...state.customers.map((customer) => [customer.id, customer.name]), ["room", "Owners"], ["channel", "Stories"], ["why", "Why"]];
  tabs.clear();
  at("tabs").replaceChildren(...wanted.map(([id, label]) => {
    const tab = el("button", { type: "button", onclick: () => goTo(id) });
    tab.dataset.label = label;
    tabs.set(id, tab);
    drawTab(id, tab);
    watcher.observe(at(id));
    return tab;
  }));
}

function drawTab(id, tab) {
  let unread = 0;
  for (const [place, chat] of chats) if (place === id || place.startsWith(`${id}/`)) unread += chat.unread;
  const mark = unread ? [el("span", { class: "unread", "aria-hidden": "true" }, String(unread)), el("span", { class: "hidden" }, `, ${unread} new`)] : [];
  tab.replaceChildren(el("span", {}, tab.dataset.label), ...mark);
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting || !onPhone()) continue;
    for (const [id, tab] of tabs) tab.setAttribute("aria-current", String(id === entry.target.id));
    for (const [place, chat] of chats) if (place.split("/")[0] === entry.target.id) chat.read();
  }
}, { root: stage, threshold: 0.6 });

function onPhone() {
  return matchMedia("(max-width: 720px)").matches;
}

function goTo(id) {
  stage.scrollTo({ left: at(id).offsetLeft, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

function drawClock({ now, told: sentence }) {
  at("date").textContent = dayOf(now, "short");
  at("time").textContent = timeOf(now);
  if (sentence) toast(sentence[0].toUpperCase() + sentence.slice(1));
}

let fading = 0;
function toast(sentence, kind = "") {
  at("toast").textContent = sentence;
  at("toast").className = `toast shown ${kind}`;
  clearTimeout(fading);
  fading = setTimeout(() => at("toast").classList.remove("shown"), 6000);
}

for (const button of document.querySelectorAll("[data-clock]")) {
  button.addEventListener("click", () => page.ask({ do: "clock", by: button.dataset.clock }));
}
connect();
