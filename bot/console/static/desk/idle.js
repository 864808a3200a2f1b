// Tells the service that somebody is at the keys, warns before the lock, and clears the screen when it comes.
// The service locks by itself; this only makes the page say so in time.

const WARN_MS = 13.5 * 60 * 1000;
const LOCK_MS = 15 * 60 * 1000;
const TELL_MS = 60 * 1000;
const TELL_WRITING_MS = 6 * 1000; // Telegram shows "typing" for five seconds

let alive = performance.now();
let told = alive;

export function watchIdle() {
  for (const kind of ["keydown", "pointerdown", "input"]) document.addEventListener(kind, isThere, { passive: true });
  setInterval(look, 1000);
}

function isThere(event) {
  alive = performance.now();
  document.getElementById("idle").hidden = true;
  const writing = event.type === "input" && event.target.id === "reply-box";
  if (alive - told > (writing ? TELL_WRITING_MS : TELL_MS)) tell(writing ? document.body.dataset.case : "");
}

function tell(writing) {
  told = performance.now();
  const body = new URLSearchParams({ csrf: document.body.dataset.csrf, writing });
  fetch("/desk/here", { method: "POST", body }).then(
    (answer) => answer.redirected && location.replace("/desk/sign-in"),
    () => {}, // the service is away: the state line says so
  );
}

function look() {
  const idle = performance.now() - alive;
  document.getElementById("idle").hidden = idle < WARN_MS;
  if (idle > LOCK_MS) location.replace("/desk/sign-in");
}
