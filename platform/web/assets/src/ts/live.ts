// A form whose state is the address: every change asks for the part of the page that follows from it.
import { inserted, one } from "./dom";
import { send } from "./net";

export const live = (form: HTMLFormElement) => {
  let last = 0;
  form.addEventListener("change", async () => {
    const turn = ++last;
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (name !== "csrf" && typeof value === "string" && value) query.append(name, value);
    const url = `${form.getAttribute("action")}?${query}`;
    const answer = await send(url);
    const selector = form.dataset.live!;
    const part = answer.fragment.querySelector<HTMLElement>(selector);
    if (turn !== last || !answer.ok || !part) return;
    const focus = document.activeElement?.id;
    one(selector)!.replaceWith(part);
    inserted(part);
    history.replaceState(null, "", url);
    if (focus) document.getElementById(focus)?.focus();
  });
};
