// What others do: lists, boards and records show it as it happens. One line to the server for the page in
// sight; a page out of sight lets go of it, for browsers open only a few.
import { all, announce, inserted, later, one, say, typing } from "./dom";
import { freshen, pageNow } from "./fresh";
import { renew } from "./list";
import { showToast } from "./net";

// Somebody is in the middle of something that a new list would take away.
const busy = (part: HTMLElement) =>
  one("dialog[open]") !== null || one("[data-editing], .sortable-chosen, [data-lifted], [aria-busy=true]", part) !== null ||
  (part.contains(document.activeElement) && typing(document.activeElement));

const heads = [".ak-tab[aria-current] .ak-count", ".ak-pager", "[data-list-sum]", ".ak-calendar-foot"];

const again = later(700, () => void list());
const list = async () => {
  const part = one("[data-list], [data-board], [data-calendar], [data-map]");
  if (!part || document.hidden) return;
  if (busy(part)) return again();
  const page = await pageNow();
  const kind = ["[data-board]", "[data-calendar]", "[data-map]"].find((kind) => part.matches(kind)) ?? "[data-list]";
  const now = page && one(kind, page);
  if (!now || !part.isConnected) return;
  if (busy(part)) return again();
  for (const head of heads) {
    const fresh = all(head, page);
    all(head).forEach((old, n) => fresh[n] && !fresh[n].isEqualNode(old) && old.replaceWith(fresh[n]));
  }
  if (part.matches("[data-calendar]")) {
    // the days stay where they are, what stands on them moves
    part.dispatchEvent(new CustomEvent("akrab:entries", { detail: now }));
    const [old, fresh] = [one("[data-agenda]", part), one("[data-agenda]", now)];
    if (old && fresh) old.replaceWith(fresh);
  } else if (part.matches("[data-map]")) {
    part.replaceWith(now);
    inserted(now);
  } else if (part.matches("[data-board]")) {
    const [top, left] = [part.scrollTop, part.scrollLeft];
    part.replaceWith(now);
    [now.scrollTop, now.scrollLeft] = [top, left];
    inserted(now);
  } else renew(part, now);
  announce(say("js-changed"));
};

const record = later(300, (said: string) => {
  showToast(said);
  void freshen();
});

const inbox = later(300, () => void freshen(one("#told") ? "#navigation, #bottom-bar, #told" : "#navigation, #bottom-bar"));

export const news = (address: string) => {
  let line: EventSource | null = null;
  let hidden = false;
  const open = () => {
    if (line || document.hidden) return;
    line = new EventSource(address);
    const hear = (kind: string, run: (data: string) => void) => line!.addEventListener(kind, (event) => run((event as MessageEvent<string>).data));
    hear("list", () => again());
    hear("record", record);
    hear("here", (data) => {
      const place = one("#here");
      if (place) place.innerHTML = (JSON.parse(data) as { faces: string }).faces;
    });
    hear("inbox", (data) => {
      const { said } = JSON.parse(data) as { said: string | null };
      if (said) showToast(said);
      inbox();
    });
  };
  const close = () => {
    line?.close();
    line = null;
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) [hidden] = [true, close()];
    else {
      open();
      // what happened meanwhile
      if (hidden) [hidden] = [false, again(), one("#record-head") && void freshen()];
    }
  });
  // a page kept for going back must not hold a line
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  open();
};
