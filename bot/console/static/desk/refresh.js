// Fetches this page again and puts its live parts in place. A reply being written and the focus are left alone.
// The page says itself where it is (data-here): after a refused form the address is the form's.

/** `grows(change)` runs a change that may make the transcript longer. */
export async function refresh(grows) {
  const fresh = (await read(document.body.dataset.here)) ?? (await withoutConversation());
  if (fresh === null) return;
  announceNew(fresh);
  grows(() => {
    for (const part of document.querySelectorAll("[data-live]")) replace(part, fresh.getElementById(part.id));
  });
  replaceDoing(fresh);
}

/** The page from the server; null when it cannot be had, for whatever reason. */
async function read(address) {
  try {
    const response = await fetch(address, { headers: { "X-Warmline-Refresh": "1" } });
    if (response.status === 401) location.replace("/desk/sign-in"); // the session has ended: nothing stays on the screen
    if (!response.ok) return null;
    return new DOMParser().parseFromString(await response.text(), "text/html"); // our own page, escaped by the server
  } catch {
    return null; // the state line says that the service is away
  }
}

/** The conversation is no longer this person's to see: say so, stop its buttons, keep what was being written. */
async function withoutConversation() {
  const gone = document.getElementById("gone");
  const fresh = gone ? await read("/desk") : null;
  if (fresh && gone) {
    gone.hidden = false;
    for (const button of document.querySelectorAll("#doing button")) button.disabled = true;
  }
  return fresh;
}

function replace(part, newer) {
  if (!newer || sameWords(part, newer)) return;
  const focused = part.contains(document.activeElement) ? document.activeElement.id : null;
  part.replaceChildren(...newer.childNodes); // the part itself stays: a live region must, to be read out
  if (focused && focused !== part.id) document.getElementById(focused)?.focus();
}

/** Equal but for the clocks, which run by themselves. */
function sameWords(part, newer) {
  return bare(part) === bare(newer);
}

function bare(part) {
  const copy = part.cloneNode(true);
  for (const clock of copy.querySelectorAll("[data-seconds]")) {
    clock.removeAttribute("data-seconds");
    clock.textContent = "";
  }
  return copy.innerHTML;
}

/** Buttons and the reply box change only when what one can do changed; what was typed is kept. */
function replaceDoing(fresh) {
  const [doing, newer] = [document.getElementById("doing"), fresh.getElementById("doing")];
  if (!doing || !newer || doing.dataset.can === newer.dataset.can) return;
  const draft = document.getElementById("reply-box")?.value ?? "";
  const box = newer.querySelector("#reply-box");
  if (box) box.value = draft;
  doing.replaceWith(newer);
}

function announceNew(fresh) {
  const known = new Set([...document.querySelectorAll("#queue-list li")].map((row) => row.id));
  const arrived = [...fresh.querySelectorAll("#queue-list li")].filter((row) => !known.has(row.id));
  if (arrived.length === 0) return;
  const words = arrived.map((row) => (row.dataset.priority === "crisis" ? `Crisis ${row.dataset.tag}` : row.dataset.tag));
  document.getElementById("announce").textContent = `New in the queue: ${words.join(", ")}`;
  document.title = document.title.startsWith("(new) ") ? document.title : `(new) ${document.title}`;
}
