// Starts the desk's page: keeps it fresh, runs the clocks, listens for keys. All of it works without, only slower.

import { listen, oneAtATime } from "../live.js";
import { costInWords } from "../segments.js";
import { runClocks } from "./clocks.js";
import { listenForKeys } from "./keys.js";
import { refresh } from "./refresh.js";

function say(state) {
  const line = document.getElementById("state");
  line.textContent = state === "live" ? "Live" : "Reconnecting";
}

/** The transcript opens at its newest text, and stays there when the space for it changes. */
function stayAtEnd() {
  const lines = document.getElementById("lines");
  if (!lines) return;
  let atEnd = true;
  lines.addEventListener("scroll", () => {
    atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 4;
  });
  new ResizeObserver(() => atEnd && lines.scrollTo(0, lines.scrollHeight)).observe(lines);
}

/** The reply box tells what the reply costs on SMS, and Ctrl+Enter sends. Called again when the form is new. */
function wireReply() {
  const box = document.getElementById("reply-box");
  if (!box || box.dataset.wired) return;
  box.dataset.wired = "yes";
  const hint = document.getElementById("reply-hint");
  const plain = hint.textContent;
  const count = () => (hint.textContent = box.value ? `${plain} ${costInWords(box.value)}` : plain);
  if ("counts" in hint.dataset) box.addEventListener("input", count);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.form.requestSubmit();
    if (event.key === "Escape") box.blur();
  });
}

const freshen = oneAtATime(async () => {
  await refresh();
  wireReply();
});

stayAtEnd();
wireReply();
runClocks();
listenForKeys();
listen("/desk/events", freshen, say, freshen);
