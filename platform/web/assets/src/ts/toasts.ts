// Toasts leave after five seconds; the time stands still while someone reads.
import { all, on, upgrade } from "./dom";
import { send } from "./net";

upgrade("[data-toast]", (el) => {
  let timer = 0;
  const start = () => (timer = window.setTimeout(() => el.remove(), 5000));
  el.addEventListener("mouseenter", () => clearTimeout(timer));
  el.addEventListener("mouseleave", start);
  el.addEventListener("focusin", () => clearTimeout(timer));
  start();
});
on("click", "[data-toast-close]", (el) => el.closest("[data-toast]")?.remove());

// The last change made in this tab, for Ctrl+Z after its toast has left.
const LAST = "undo";
upgrade("form[data-undo]", (el) => sessionStorage.setItem(LAST, (el as HTMLFormElement).getAttribute("action") ?? ""));
// Whoever signs in next finds nothing of the one before.
upgrade('form[action^="/sign-in"]', () => sessionStorage.removeItem(LAST));
on("submit", 'form[action="/sign-out"]', () => sessionStorage.clear(), true);
const takeBack = async (action: string, body: FormData | URLSearchParams) => {
  sessionStorage.removeItem(LAST);
  const answer = await send(action, body);
  if (answer.ok && !answer.moved) location.reload();
};
on("submit", "form[data-undo]", (el, event) => {
  event.preventDefault();
  const toast = el.closest("[data-toast]");
  void takeBack((el as HTMLFormElement).action, new FormData(el as HTMLFormElement)).then(() => toast?.remove());
});
/** Takes the last change back: by the newest toast, or, when it has left, by what it said. */
export const undo = () => {
  const form = all<HTMLFormElement>("form[data-undo]").pop();
  const kept = sessionStorage.getItem(LAST);
  if (form) form.requestSubmit();
  else if (kept) void takeBack(kept, new URLSearchParams());
  return !!form || !!kept;
};
