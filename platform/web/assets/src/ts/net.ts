// Requests with the CSRF token, and what an answer asks the page to do.
import { inserted, one, say } from "./dom";

export const csrf = () => one<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";

export type Answer = { ok: boolean; status: number; html: string; fragment: DocumentFragment; moved: boolean };

// Whoever leaves the page breaks off what it still asks for: that is no lost connection.
let leaving = false;
window.addEventListener("beforeunload", () => (leaving = true));
window.addEventListener("pageshow", () => (leaving = false));
document.addEventListener("pointerdown", () => (leaving = false));

/** Sends a request as a fragment request; redirects and refreshes are followed, toasts shown. */
export const send = async (url: string, body?: FormData | URLSearchParams, method = body ? "POST" : "GET"): Promise<Answer> => {
  const failed = (text: string): Answer => {
    if (!leaving) showToast(text);
    return { ok: false, status: 0, html: "", fragment: document.createDocumentFragment(), moved: false };
  };
  let response: Response;
  try {
    const hasFile = body instanceof FormData && [...body.values()].some((v) => v instanceof File && v.size > 0);
    response = await fetch(url, {
      method, mode: "same-origin", credentials: "same-origin",
      headers: { "HX-Request": "true", "X-CSRF-Token": csrf(), Accept: "text/html" },
      body: body instanceof FormData && !hasFile ? new URLSearchParams([...body].flatMap(([k, v]) => (typeof v === "string" ? [[k, v]] : []))) : body,
    });
  } catch {
    return failed(say("js-offline"));
  }
  const redirect = response.headers.get("HX-Redirect") ?? (response.redirected && method !== "GET" ? response.url : null);
  if (redirect) location.assign(redirect);
  else if (response.headers.get("HX-Refresh") === "true") location.reload();
  const html = await response.text();
  const template = document.createElement("template");
  template.innerHTML = html;
  takeOutOfBand(template.content);
  if (response.status >= 500 && !template.content.querySelector("dialog, form")) return failed(say("js-failed"));
  const answer = { ok: response.ok, status: response.status, html, fragment: template.content, moved: !!redirect || response.headers.get("HX-Refresh") === "true" };
  // The session ended: sign in again in a dialog, what was typed stays.
  if (response.status === 401) document.dispatchEvent(new CustomEvent("akrab:signed-out", { detail: answer }));
  return answer;
};

const takeOutOfBand = (fragment: DocumentFragment) => {
  for (const part of fragment.querySelectorAll<HTMLElement>("[hx-swap-oob]")) {
    const [how, selector] = (part.getAttribute("hx-swap-oob") ?? "").split(/:(.*)/s);
    const target = one(selector || `#${part.id}`);
    part.remove();
    part.removeAttribute("hx-swap-oob");
    if (!target) continue;
    if (how === "beforeend") target.append(...part.childNodes);
    else if (how === "innerHTML") target.replaceChildren(...part.childNodes);
    else target.replaceWith(part);
    inserted(target);
  }
};

/** A plain toast made by script: connection lost, copied. */
export const showToast = (text: string) => {
  const toast = document.createElement("div");
  toast.className = "ak-toast";
  toast.dataset.toast = "";
  toast.setAttribute("role", "status");
  const span = document.createElement("span");
  span.className = "ak-toast-text";
  span.textContent = text;
  toast.append(span);
  one("[data-toasts]")?.append(toast);
};

/** Puts the elements of an answer in place of `target`'s content. */
export const fill = (target: HTMLElement, answer: Answer) => {
  target.replaceChildren(...answer.fragment.childNodes);
  inserted(target);
};
