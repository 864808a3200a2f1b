// One handset: its frame, its texts, its composer. It knows nothing of the other handsets.

import { keepAtEnd } from "../end.js";
import { oneAtATime } from "../live.js";
import { costInWords } from "../segments.js";
import { pressOption, readTexts, sendText, Trouble } from "./api.js";
import { drawText } from "./text.js";

const LOOK_BACK = 30; // texts read again each time: their state may have moved on

const EMPTY = {
  client: "No texts yet. Write the first one below.",
  staff: "Alerts arrive here. TAKE and the tag takes one, DONE and the tag closes it.",
};

export class Handset {
  /** `onNews(handset, texts)` is told of texts that came to this phone after the page was opened. */
  constructor(info, template, onNews) {
    this.info = info;
    this.onNews = onNews;
    this.drawn = new Map(); // text id -> drawn text
    this.loaded = false;
    this.root = template.content.firstElementChild.cloneNode(true);
    this.end = keepAtEnd(this.find(".log"));
    this.refresh = oneAtATime(() => this.#read().catch((problem) => this.#tell(problem)));
    this.#frame();
    this.#compose();
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  /** Put words into the composer and go there; the person sends them, or not. */
  suggest(words) {
    const box = this.find("textarea");
    box.value = words;
    box.dispatchEvent(new Event("input"));
    box.focus();
  }

  ring(on) {
    this.root.classList.toggle("rings", on);
  }

  #frame() {
    const { id, label, kind, side, name, about } = this.info;
    const key = `handset-${id}`;
    Object.assign(this.root.dataset, { kind, side, handset: id });
    this.root.id = key;
    this.root.setAttribute("aria-labelledby", `${key}-name`);
    this.find("h3").id = `${key}-name`;
    this.find("h3").textContent = name || label;
    this.find(".whose p").textContent = about;
    this.find(".avatar").textContent = label.match(/\d+$/)?.[0] ?? [...(name || label)][0] ?? "";
    this.find(".kind").textContent = kind === "sms" ? "SMS" : "Telegram";
    this.find(".log").setAttribute("aria-label", `Texts on ${label}`);
    const empty = document.createElement("p");
    empty.className = "empty";
    empty.textContent = EMPTY[side];
    this.find(".log").append(empty);
  }

  #compose() {
    const box = this.find("textarea");
    const label = this.find(".composer label");
    const counter = this.find(".counter");
    box.id = `${this.root.id}-box`;
    label.htmlFor = box.id;
    label.textContent = `Write from ${this.info.label}`;
    box.placeholder = this.info.side === "staff" ? "TAKE K7, or your reply" : "Text message";
    if (this.info.kind === "sms") {
      counter.id = `${this.root.id}-counter`;
      box.setAttribute("aria-describedby", counter.id);
      const count = () => (counter.textContent = costInWords(box.value));
      box.addEventListener("input", count);
      count();
    }
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.find("form").requestSubmit();
    });
    this.find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(box);
    });
  }

  async #send(box) {
    const words = box.value;
    if (!words.trim()) return box.focus();
    box.value = "";
    box.dispatchEvent(new Event("input"));
    box.focus();
    try {
      await sendText(this.info.id, words);
      this.#tell(null);
      this.end.go();
    } catch (problem) {
      this.#tell(problem);
      if (box.value === "") this.suggest(words); // nothing typed is lost
    }
    this.refresh();
  }

  async #press(textId, option, button, buttons) {
    for (const each of buttons) each.disabled = true;
    button.classList.add("pressed");
    this.find("textarea").focus(); // a disabled button would drop the focus
    try {
      await pressOption(this.info.id, textId, option.token);
      this.#tell(null);
    } catch (problem) {
      button.classList.remove("pressed");
      this.#tell(problem);
    }
    this.refresh();
  }

  async #read() {
    const ids = [...this.drawn.keys()].sort((a, b) => a - b);
    const after = ids.length > LOOK_BACK ? ids[ids.length - LOOK_BACK] - 1 : 0;
    const texts = await readTexts(this.info.id, after);
    const fresh = texts.filter((text) => !this.drawn.has(text.id));
    this.end.grows(() => texts.forEach((text) => this.#show(text)));
    const news = fresh.filter((text) => text.direction === "to_phone");
    if (this.loaded && news.length > 0) this.onNews(this, news);
    this.loaded = true;
  }

  #show(text) {
    const known = this.drawn.get(text.id);
    if (known) return known.update(text);
    const drawn = drawText(text, this.info, (...press) => this.#press(...press));
    const log = this.find(".log");
    const later = [...this.drawn.keys()].filter((id) => id > text.id).sort((a, b) => a - b)[0];
    this.drawn.set(text.id, drawn);
    this.find(".empty")?.remove();
    log.insertBefore(drawn.root, later === undefined ? null : this.drawn.get(later).root);
  }

  #tell(problem) {
    const place = this.find(".trouble");
    if (problem && !(problem instanceof Trouble)) throw problem;
    place.hidden = !problem;
    place.textContent = problem?.message ?? "";
  }
}
