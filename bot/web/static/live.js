// News from the server: server-sent events, and polling while they do not come. It only says "look again".

const POLL_MS = 2000;
const REOPEN_MS = 5000;
const QUIET_LOOK_MS = 20000;

/**
 * Calls changed(data) on news, changed(null) when anything may have changed, state("live" | "polling"), and
 * quietly() now and then: a missed event costs seconds, not the conversation.
 */
export function listen(url, changed, state, quietly) {
  let polling = null;

  function startPolling() {
    state("polling");
    polling ??= setInterval(() => changed(null), POLL_MS);
  }

  function stopPolling() {
    clearInterval(polling);
    polling = null;
  }

  function open() {
    const source = new EventSource(url);
    source.addEventListener("open", () => {
      stopPolling();
      state("live");
      changed(null);
    });
    source.addEventListener("changed", (event) => changed(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      startPolling();
      if (source.readyState === EventSource.CLOSED) setTimeout(open, REOPEN_MS); // the browser gave up; we do not
    });
  }

  open();
  setInterval(quietly, QUIET_LOOK_MS);
}

/** Runs `work` at most once at a time; a call while it runs makes it run once more afterwards. */
export function oneAtATime(work) {
  let running = null;
  let again = false;
  return function run() {
    if (running) {
      again = true;
      return running;
    }
    running = work().finally(() => {
      running = null;
      if (again) {
        again = false;
        return run();
      }
    });
    return running;
  };
}
