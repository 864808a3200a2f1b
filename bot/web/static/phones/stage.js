// Which handsets are seen: tabs, the side shown on a small screen, unread counts, ringing, announcements.

const WIDE = "(width >= 76rem)";
const SMALL = "(width < 46rem)";
const RING_MS = 30000;

export class Stage {
  constructor(root, toast, announcer) {
    this.root = root;
    this.toast = toast;
    this.announcer = announcer;
    this.places = new Map(); // handset id -> { handset, tab, unread, ringing }
    this.current = {};
    this.rang = []; // counselors' handsets that rang out of sight, in order
    toast.querySelector("button").addEventListener("click", () => this.#goToRang());
    for (const query of [WIDE, SMALL]) matchMedia(query).addEventListener("change", () => this.#draw());
    for (const tabs of root.querySelectorAll(".tabs")) tabs.addEventListener("keydown", (e) => this.#arrow(e));
  }

  has = (id) => this.places.has(id);
  get = (id) => this.places.get(id)?.handset;
  all = () => [...this.places.values()].map((place) => place.handset);
  seen = () => this.all().filter((handset) => this.#isSeen(handset));
  currentClient = () => this.get(this.current.client);

  add(handset) {
    const { id, side } = handset.info;
    const pane = this.root.querySelector(`.pane[data-side="${side}"]`);
    const tab = this.#tab(handset);
    pane.querySelector(".tabs").append(tab);
    pane.querySelector(".shelf").append(handset.root);
    this.places.set(id, { handset, tab, unread: 0, ringing: null });
    this.current[side] ??= id;
    handset.root.addEventListener("pointerdown", () => this.#heard(id));
    handset.root.addEventListener("focusin", () => this.#heard(id));
    this.#draw();
  }

  show(id) {
    const { handset } = this.places.get(id);
    this.current[handset.info.side] = id;
    this.root.dataset.side = handset.info.side;
    this.#draw();
    handset.end.go();
    this.#heard(id);
  }

  /** Texts came to a handset: a counselor's rings, a hidden one counts them and says so. */
  news(handset, texts) {
    const { id, side, label } = handset.info;
    const place = this.places.get(id);
    if (side === "staff") this.#ring(id, place);
    if (!this.#isSeen(handset)) {
      place.unread += texts.length;
      this.announcer.textContent = `${label}: ${texts.at(-1).text}`;
      if (side === "staff") this.#offer(id);
    }
    this.#draw();
  }

  #isSeen({ info }) {
    if (matchMedia(WIDE).matches && info.side === "staff") return true;
    const sideSeen = !matchMedia(SMALL).matches || this.root.dataset.side === info.side;
    return sideSeen && this.current[info.side] === info.id;
  }

  #tab(handset) {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `${handset.root.id}-tab`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", handset.root.id);
    tab.addEventListener("click", () => this.show(handset.info.id));
    return tab;
  }

  #draw() {
    const wide = matchMedia(WIDE).matches;
    for (const [id, { handset, tab, unread }] of this.places) {
      const { side, label } = handset.info;
      const seen = this.#isSeen(handset);
      tab.setAttribute("aria-selected", String(seen));
      tab.tabIndex = this.current[side] === id ? 0 : -1;
      tab.replaceChildren(label, ...this.#badge(unread));
      handset.root.classList.toggle("current", this.current[side] === id);
      handset.root.setAttribute("role", wide && side === "staff" ? "region" : "tabpanel");
    }
  }

  #badge(unread) {
    if (unread === 0) return [];
    const [count, words] = [document.createElement("span"), document.createElement("span")];
    count.className = "unread";
    count.textContent = String(unread);
    words.className = "quiet";
    words.textContent = " new";
    return [count, words];
  }

  #arrow(event) {
    const tabs = [...event.currentTarget.querySelectorAll("[role=tab]")];
    const at = tabs.indexOf(document.activeElement);
    const moves = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 };
    if (at < 0 || !(event.key in moves)) return;
    event.preventDefault();
    const tab = tabs.at(moves[event.key] % tabs.length);
    tab.click();
    tab.focus();
    tab.scrollIntoView({ inline: "nearest", block: "nearest" });
  }

  #ring(id, place) {
    clearTimeout(place.ringing);
    place.handset.ring(false);
    void place.handset.root.offsetWidth; // lets the animation begin anew
    place.handset.ring(true);
    place.ringing = setTimeout(() => place.handset.ring(false), RING_MS);
  }

  #heard(id) {
    const place = this.places.get(id);
    clearTimeout(place.ringing);
    place.handset.ring(false);
    this.#forget(id);
    if (place.unread > 0) {
      place.unread = 0;
      this.#draw();
    }
  }

  /** Offer to go to a counselor's phone that rang out of sight; of several, to the first. */
  #offer(id) {
    if (!this.rang.includes(id)) this.rang.push(id);
    const names = this.rang.map((each) => this.get(each).info.label).join(", ");
    this.toast.querySelector("p").textContent = `New text: ${names}`;
    this.toast.hidden = false;
  }

  #goToRang() {
    const id = this.rang[0];
    this.show(id);
    this.get(id).find("textarea").focus();
  }

  #forget(id) {
    this.rang = this.rang.filter((each) => each !== id);
    this.toast.hidden = this.rang.length === 0;
    if (!this.toast.hidden) this.#offer(this.rang[0]);
  }
}
