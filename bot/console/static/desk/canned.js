// Canned replies: a click puts the text into the reply box, where it can be changed. Without scripts it is a link.

export function fillIn() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#canned a[data-text]");
    const box = document.getElementById("reply-box");
    if (!link || !box) return;
    event.preventDefault();
    box.value = box.value.trim() ? `${box.value.trimEnd()} ${link.dataset.text}` : link.dataset.text;
    document.getElementById("canned").open = false;
    box.focus();
    box.dispatchEvent(new Event("input"));
  });
}
