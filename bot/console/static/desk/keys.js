// Single-letter keys: j and k move in the queue, t takes, r replies. They can be switched off, and stay off.

const KEPT = "warmline-keys";

export function listenForKeys() {
  const box = document.getElementById("keys-on");
  box.checked = localStorage.getItem(KEPT) !== "off";
  box.addEventListener("change", () => localStorage.setItem(KEPT, box.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    const act = ACTIONS[event.key];
    if (act && act()) event.preventDefault();
  });
}

const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  t: () => press("take"),
  r: () => focus("reply-box"),
  n: () => note(),
  q: () => goTo("/desk"),
};

const isWriting = (target) => target.closest("textarea, input:not([type=checkbox]), select") !== null;

function move(by) {
  const rows = [...document.querySelectorAll("#queue-list a")];
  if (rows.length === 0) return false;
  const here = rows.indexOf(document.activeElement);
  const open = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const from = here >= 0 ? here : open;
  const to = from < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(from + by, 0), rows.length - 1);
  rows[to].focus();
  return true;
}

function note() {
  const card = document.getElementById("note-card");
  if (!card) return false;
  card.open = true;
  return focus("note-box");
}

function goTo(address) {
  if (document.body.dataset.here !== address) location.assign(address);
  return true;
}

function press(id) {
  const button = document.getElementById(id);
  button?.click();
  return button !== null;
}

function focus(id) {
  const box = document.getElementById(id);
  box?.focus();
  return box !== null;
}
