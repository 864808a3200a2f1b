// Waiting clocks: the server says how long, the page counts on from there. Its own clock's hour does not matter.

const started = new WeakMap(); // clock element -> moment (ms) at which the wait began, on the page's own clock

export function runClocks() {
  setInterval(tick, 1000);
}

function tick() {
  const now = performance.now();
  for (const clock of document.querySelectorAll(".clock[data-seconds]")) {
    if (!started.has(clock)) started.set(clock, now - Number(clock.dataset.seconds) * 1000);
    clock.textContent = inWords(Math.floor((now - started.get(clock)) / 1000));
  }
}

function inWords(seconds) {
  const two = (n) => String(n).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
