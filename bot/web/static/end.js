// Keeps a scrolling box at its end, as a phone does, unless the person has scrolled away to read.

const NEAR = 80; // pixels

/** { grows(change), go() }: `grows` runs a change of the content and stays at the end if one was there. */
export function keepAtEnd(box) {
  let near = true;
  const go = () => box.scrollTo(0, box.scrollHeight);
  const look = () => {
    near = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  };
  box.addEventListener("scroll", look, { passive: true });
  new ResizeObserver(() => near && go()).observe(box);
  return {
    go,
    grows(change) {
      const stay = near;
      change();
      if (stay) go();
    },
  };
}
