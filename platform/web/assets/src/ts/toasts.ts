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
on("submit", "form[data-undo]", (el, event) => {
  event.preventDefault();
  const toast = el.closest("[data-toast]");
  void send((el as HTMLFormElement).action, new FormData(el as HTMLFormElement)).then((answer) => {
    toast?.remove();
    if (answer.ok && !answer.moved) location.reload();
  });
});
/** Presses Undo of the newest toast. */
export const undo = () => {
  const form = all<HTMLFormElement>("form[data-undo]").pop();
  form?.requestSubmit();
  return !!form;
};
