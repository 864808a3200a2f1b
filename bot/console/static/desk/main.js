// Starts the desk's page: keeps it fresh, runs the clocks, listens for keys. All of it works without, only slower.

import { keepAtEnd } from "../end.js";
import { listen, oneAtATime } from "../live.js";
import { costInWords } from "../segments.js";
import { fillIn } from "./canned.js";
import { runClocks } from "./clocks.js";
import { watchIdle } from "./idle.js";
import { listenForKeys } from "./keys.js";
import { refresh } from "./refresh.js";

function say(state) {
  const line = document.getElementById("state");
  if (line) line.textContent = state === "live" ? "Live" : "Reconnecting";
}

/** The reply box tells what the reply costs on SMS, and Ctrl+Enter sends. Called again when the form is new. */
function wireReply() {
  const box = document.getElementById("reply-box");
  if (!box || box.dataset.wired) return;
  box.dataset.wired = "yes";
  const hint = document.getElementById("reply-hint");
  const plain = hint.textContent.trim();
  const { counts } = hint.dataset; // the name that goes in front, on SMS
  const count = () => (hint.textContent = box.value ? `${plain} ${costInWords(counts + box.value)}` : plain);
  if (counts !== undefined) box.addEventListener("input", count);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.form.requestSubmit();
    if (event.key === "Escape") box.blur();
  });
}

/** A colleague writes in the conversation on this page: said for some seconds. */
function showWriting(handoff) {
  const line = document.getElementById("writing");
  if (!line || document.body.dataset.case !== handoff) return;
  line.textContent = line.dataset.words;
  clearTimeout(line.timer);
  line.timer = setTimeout(() => (line.textContent = ""), 8000);
}

const lines = document.getElementById("lines"); // the transcript opens at its newest text; the queue's page has none
const end = lines ? keepAtEnd(lines) : { go() {}, grows: (change) => change() };

const freshen = oneAtATime(async () => {
  await refresh(end.grows);
  wireReply();
});

end.go();
wireReply();
runClocks();
listenForKeys();
fillIn();
watchIdle();
listen("/desk/events", (news) => (news?.writing ? showWriting(news.writing) : freshen()), say, freshen);
