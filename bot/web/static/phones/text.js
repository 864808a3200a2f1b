// One text on a handset: bubble, options, time and what became of it. Everything by textContent.

import { inSegments } from "../segments.js";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const FATE = {
  queued: "sending",
  sending: "sending",
  unknown: "not confirmed",
  failed: "not delivered",
  undelivered: "not delivered",
  blocked: "not delivered",
};

function element(name, className, words = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = words;
  return made;
}

/** The text as an element with an update(text) of its own, so that it is never drawn twice. */
export function drawText(text, handset, onPress) {
  const root = element("div", `text ${text.direction}`);
  const speaker = text.direction === "to_phone" ? "Received: " : "Sent: ";
  const bubble = element("p", "bubble", text.text);
  const meta = element("p", "meta");
  bubble.dir = "auto";
  root.dataset.id = text.id;
  root.append(element("span", "quiet", speaker), bubble);
  const buttons = handset.kind === "telegram" ? drawOptions(root, text, onPress) : [];
  root.append(meta);
  const drawn = { root, update: (newer) => update(newer, handset, meta, buttons) };
  drawn.update(text);
  return drawn;
}

function drawOptions(root, text, onPress) {
  if (text.options.length === 0) return [];
  const group = element("div", "options");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Choices");
  const buttons = text.options.map((option) => {
    const button = element("button", "", option.label);
    button.type = "button";
    button.addEventListener("click", () => onPress(text.id, option, button, buttons));
    return button;
  });
  group.append(...buttons);
  root.append(group);
  return buttons;
}

function update(text, handset, meta, buttons) {
  for (const button of buttons) button.disabled = !text.open_options;
  const fate = FATE[text.status] ?? "";
  const costs = handset.kind === "sms" && text.segments > 1 ? inSegments(text.segments) : "";
  meta.textContent = [clock(text.at), costs, fate].filter(Boolean).join(" · ");
  meta.classList.toggle("failed", fate === "not delivered");
}

function clock(at) {
  const moment = new Date(at);
  return Number.isNaN(moment.getTime()) ? "" : CLOCK.format(moment);
}
