// After one's own deed the parts of the page that tell of it are shown as they are now.
import { all, inserted, one } from "./dom";

// A part somebody is typing into stays as it is.
const busy = (part: HTMLElement) =>
  part.querySelector("[data-editing]") !== null ||
  all<HTMLInputElement>("input:not([type=hidden]),textarea", part).some((field) => field.type !== "checkbox" && field.type !== "radio" && field.value !== field.defaultValue);

/** This page as it is now; none when it cannot be had. */
export const pageNow = async () => {
  const answer = await fetch(location.pathname + location.search, { credentials: "same-origin" }).catch(() => null);
  return answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
};

/** Takes over the parts marked `data-fresh` of this page as it is now; `which` narrows them down. */
export const freshen = async (which = "[data-fresh]") => {
  const page = await pageNow();
  if (!page) return;
  for (const part of all(which)) {
    const now = page.getElementById(part.id);
    if (!now || busy(part)) continue;
    const top = part.scrollTop;
    // folds stay as they were left
    all<HTMLDetailsElement>("details[data-remember-fold]", part).forEach((fold) => {
      const same = one<HTMLDetailsElement>(`details[data-remember-fold="${CSS.escape(fold.dataset.rememberFold!)}"]`, now);
      if (same) same.open = fold.open;
    });
    part.replaceChildren(...now.childNodes);
    part.scrollTop = top;
    inserted(part);
  }
};

// Writing an entry, and completing or putting off a task.
document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement: from, response } = (event as CustomEvent).detail.ctx;
  if (from instanceof HTMLFormElement && from.matches("form[data-composer], [data-deed]") && response.status < 400) void freshen();
});
