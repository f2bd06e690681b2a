// Small conveniences. Each has a way that works without this file: the note opens by its form, printing by the browser.
"use strict";

(() => {
  const status = document.querySelector("[data-status]");
  const say = (text) => { if (status) status.textContent = text; };

  // Many EHRs frame apps without leave to use the clipboard: then the text is shown and selected, ready for Ctrl+C.
  const note = document.querySelector("[data-note]");
  const text = note && note.querySelector("textarea");
  const select = () => {
    note.open = true;
    text.focus();
    text.select();
    text.scrollIntoView({ block: "nearest" });
    say("The browser did not allow copying. The note is selected: press Ctrl+C (or Cmd+C).");
  };
  if (note?.open) text.select();
  document.querySelector("[data-copy]")?.addEventListener("submit", (event) => {
    if (!text) return;
    event.preventDefault();
    if (!navigator.clipboard) { select(); return; }
    navigator.clipboard.writeText(text.value).then(() => say("The note was copied."), select);
  });

  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
  // A page may stay open past midnight: the day of printing is the day on which it is printed.
  const two = (number) => String(number).padStart(2, "0");
  window.addEventListener("beforeprint", () => {
    const now = new Date();
    const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
    document.querySelectorAll("[data-printed]").forEach((place) => {
      place.textContent = day;
      place.setAttribute("datetime", day);
    });
  });

  // A link to what is folded away unfolds it.
  const unfold = () => {
    const place = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = place; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (place) place.scrollIntoView({ block: "nearest" });
  };
  window.addEventListener("hashchange", unfold);
  unfold();
})();
