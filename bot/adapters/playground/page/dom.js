// Small ways to build the page; words of people only ever become text nodes.

export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const STROKES = {
  clip: "M16.5 6.5 8.8 14.2a2.1 2.1 0 0 0 3 3l8-8a4.2 4.2 0 0 0-6-6l-8.2 8.3a6.3 6.3 0 0 0 9 9l6.9-7",
  send: "M5 12h13M12.5 6l6 6-6 6",
  quote: "M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6",
  pencil: "M5 19l1-4L16 5l3 3L9 18l-4 1Z",
  bin: "M5 7h14M10 7V5h4v2M7 7l1 13h8l1-13",
};

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", STROKES[name]);
  svg.append(path);
  return svg;
}

// Times come as the shop's local ISO time; they are shown as they are, whatever zone this browser is in.
export function timeOf(iso) {
  return iso.slice(11, 16);
}

export function dayOf(iso, style = "long") {
  const [year, month, day] = iso.slice(0, 10).split("-").map(Number);
  const format = { weekday: style, day: "numeric", month: style, timeZone: "UTC" };
  return new Intl.DateTimeFormat("en-GB", format).format(new Date(Date.UTC(year, month - 1, day)));
}
