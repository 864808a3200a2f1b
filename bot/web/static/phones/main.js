// Starts the page: reads the handsets, keeps them fresh, and wires the things to try.

import { listen, oneAtATime } from "../live.js";
import { addHandset, readHandsets } from "./api.js";
import { Handset } from "./handset.js";
import { Stage } from "./stage.js";

const TAG = /\bTAKE ([A-Z]\d{1,3})\b/;
const byId = (id) => document.getElementById(id);

const stage = new Stage(byId("stage"), byId("toast"), byId("announce"));
const template = byId("handset-template");

function heard(handset, texts) {
  stage.news(handset, texts);
  if (handset.info.side === "staff") noticeTag(handset, texts);
}

function place(info) {
  if (!stage.has(info.id)) stage.add(new Handset(info, template, heard));
  return stage.get(info.id);
}

const readAll = oneAtATime(async () => {
  try {
    for (const info of await readHandsets()) place(info);
  } catch {
    return; // the state line already says that the service is away
  }
  await Promise.all(stage.all().map((handset) => handset.refresh()));
});

function changed(news) {
  if (news && stage.has(news.handset)) stage.get(news.handset).refresh();
  else readAll();
}

function say(state) {
  const line = byId("state");
  line.dataset.state = state;
  line.textContent = state === "live" ? "Live" : "Reconnecting";
}

/** The steps for a counselor name the tag that rang last, and whose phone it rang on. */
function noticeTag(handset, texts) {
  const tag = texts.map((text) => everythingIn(text).match(TAG)?.[1]).findLast(Boolean);
  if (!tag) return;
  for (const button of document.querySelectorAll("[data-command]")) {
    button.disabled = false;
    button.textContent = `${button.dataset.command} ${tag}`;
    button.dataset.handset = handset.info.id;
  }
}

const everythingIn = (text) => [text.text, ...text.options.map((option) => option.label)].join(" ");

function wireTry() {
  const shelf = byId("try");
  shelf.open = matchMedia("(width >= 46rem)").matches;
  shelf.addEventListener("click", (event) => {
    const { say: words, command, handset } = event.target.closest("button")?.dataset ?? {};
    const target = command ? stage.get(handset) : stage.currentClient();
    if (!target || !(words || command)) return;
    if (matchMedia("(width < 46rem)").matches) shelf.open = false;
    stage.show(target.info.id);
    target.suggest(words ?? event.target.textContent);
  });
}

function wireAdd() {
  const menu = byId("add");
  menu.addEventListener("click", async (event) => {
    const kind = event.target.closest("button")?.dataset.kind;
    if (!kind) return;
    const trouble = menu.querySelector(".trouble");
    try {
      const handset = place(await addHandset(kind));
      trouble.hidden = true;
      menu.open = false;
      await handset.refresh();
      stage.show(handset.info.id);
      handset.find("textarea").focus();
    } catch (problem) {
      trouble.textContent = problem.message;
      trouble.hidden = false;
    }
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

wireTry();
wireAdd();
listen("/phones/events", changed, say, () => stage.seen().forEach((handset) => handset.refresh()));
