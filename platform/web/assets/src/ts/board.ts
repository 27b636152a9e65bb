// The board: mouse and touch by SortableJS, the keyboard by ourselves. The server has the last word.
import Sortable from "sortablejs";
import { showDialog } from "./dialogs";
import { all, announce, inserted, one, say } from "./dom";
import { send } from "./net";

type Place = { column: HTMLElement; next: Element | null };
const placeOf = (card: HTMLElement): Place => ({ column: card.closest<HTMLElement>("[data-board-column]")!, next: card.nextElementSibling });
const put = (card: HTMLElement, place: Place) => place.column.insertBefore(card, place.next?.isConnected && place.next.parentElement === place.column ? place.next : null);
const titleOf = (card: HTMLElement) => one(".ak-card-title", card)?.textContent ?? "";

const tellFold = (column: HTMLElement) => one("[data-fold]", column)?.setAttribute("aria-expanded", String(!("folded" in column.dataset)));

/** Counts and sums as they are now; the cards stay where they are. */
const refresh = async (root: HTMLElement) => {
  const answer = await send(location.pathname + location.search);
  if (!answer.ok || !root.isConnected) return;
  for (const part of [".ak-column-head", ".ak-board-ends", ".ak-board-sum", ".ak-tab[aria-current] .ak-count"]) {
    const fresh = all(part, answer.fragment);
    all(part).forEach((old, n) => {
      const now = fresh[n];
      if (!now || now.isEqualNode(old)) return;
      old.replaceWith(now);
      inserted(now);
    });
  }
  // the new heads know nothing of folds
  all("[data-fold-column]", root).forEach(tellFold);
  // the counts of the other views are asked for by a line of its own
  const late = one("[data-late-counts]", answer.fragment);
  if (late) void send(late.getAttribute("hx-get")!);
};

/** Somebody was faster: the card goes where it is now. */
const follow = (root: HTMLElement, card: HTMLElement, lane: HTMLElement) => {
  const now = one("[data-card]", lane);
  const column = one(`[data-board-column][data-stage="${CSS.escape(lane.dataset.lane!)}"]`, root);
  const held = card.contains(document.activeElement);
  card.remove();
  if (!now || !column) return;
  column.prepend(now);
  inserted(now);
  now.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (held) now.focus();
};

const move = async (card: HTMLElement, from: Place, stage: string, label: string) => {
  const root = from.column.closest<HTMLElement>("[data-board]")!;
  card.setAttribute("aria-busy", "true");
  const answer = await send(card.dataset.moveUrl!, new URLSearchParams({ stage }));
  card.removeAttribute("aria-busy");
  if (answer.moved) return;
  if (!answer.ok) {
    put(card, from);
    const lane = answer.fragment.querySelector<HTMLElement>("[data-lane]");
    if (lane) {
      follow(root, card, lane);
      return void refresh(root);
    }
    announce(say("js-returned", from.column.dataset.label));
    showDialog(answer);
    return;
  }
  announce(say("js-dropped", label));
  const fresh = answer.fragment.querySelector<HTMLElement>("[data-card]");
  if (fresh && card.isConnected) {
    const held = card.contains(document.activeElement);
    // what is closed lies no longer on the board
    if (one(`[data-board-end][data-stage="${CSS.escape(stage)}"]`, root)) card.remove();
    else card.replaceWith(fresh);
    inserted(fresh);
    if (held) fresh.focus();
  }
  await refresh(root);
};

// A folded column stays folded for this person.
const folds = (root: HTMLElement) => {
  const key = `board-folds:${location.pathname}`;
  const folded = new Set<string>(JSON.parse(localStorage.getItem(key) ?? "[]"));
  const show = (column: HTMLElement) => {
    const on = folded.has(column.dataset.foldColumn!);
    column.toggleAttribute("data-folded", on);
    tellFold(column);
  };
  all("[data-fold-column]", root).forEach(show);
  root.addEventListener("click", (event) => {
    const column = (event.target as Element).closest("[data-fold]")?.closest<HTMLElement>("[data-fold-column]");
    if (!column) return;
    const name = column.dataset.foldColumn!;
    if (!folded.delete(name)) folded.add(name);
    localStorage.setItem(key, JSON.stringify([...folded]));
    show(column);
  });
};

export const board = (root: HTMLElement) => {
  const columns = all("[data-board-column]", root);
  let from: Place | null = null;
  folds(root);
  // The ends are no lists: they light up when a card is held over them.
  const light = (x: number, y: number) => {
    if (!("dragging" in root.dataset)) return;
    const over = document.elementFromPoint(x, y)?.closest("[data-board-end]");
    all("[data-board-end]", root).forEach((end) => end.toggleAttribute("data-over", end === over));
  };
  root.addEventListener("dragover", (event) => {
    if ((event.target as Element).closest("[data-board-end]")) event.preventDefault();
    light(event.clientX, event.clientY);
  });
  document.addEventListener("touchmove", (event) => light(event.touches[0].clientX, event.touches[0].clientY), { passive: true });
  for (const column of columns) {
    Sortable.create(column, {
      group: "board", draggable: "[data-card]", animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      delay: 250, delayOnTouchOnly: true, touchStartThreshold: 6, ghostClass: "ak-card-ghost", filter: "button,input",
      preventOnFilter: false, scrollSensitivity: 60,
      // by finger only this way scrolls the board when a card is held at its edge
      forceFallback: matchMedia("(pointer: coarse)").matches,
      onStart: (event) => {
        from = { column: event.from, next: event.item.nextElementSibling };
        root.dataset.dragging = "";
      },
      onEnd: (event) => {
        const card = event.item;
        const end = one("[data-board-end][data-over]", root) ?? endUnder(root, event);
        delete root.dataset.dragging;
        if (end && from) {
          put(card, from);
          void move(card, from, end.dataset.stage!, end.dataset.label!);
        } else if (from && event.to !== event.from) {
          void move(card, from, event.to.dataset.stage!, event.to.dataset.label!);
        } else if (from) {
          // a column is in the order of its view, not of the hand
          put(card, from);
        }
        all("[data-over]", root).forEach((el) => el.removeAttribute("data-over"));
      },
      onMove: (event) => {
        all("[data-over]", root).forEach((el) => el.removeAttribute("data-over"));
        event.to.dataset.over = "";
      },
    });
  }
  root.addEventListener("keydown", (event) => byKey(root, columns, event));
  root.addEventListener("focusout", (event) => {
    const card = (event.target as Element).closest<HTMLElement>("[data-lifted]");
    if (card && !moving) drop(card, false);
  });
};

const endUnder = (root: HTMLElement, event: Sortable.SortableEvent) => {
  const pointer = (event as unknown as { originalEvent?: MouseEvent | TouchEvent }).originalEvent;
  const at = pointer && "changedTouches" in pointer ? pointer.changedTouches[0] : (pointer as MouseEvent | undefined);
  const el = at && document.elementFromPoint(at.clientX, at.clientY);
  const end = el?.closest<HTMLElement>("[data-board-end]");
  return end && root.contains(end) ? end : null;
};

// Keyboard: Space lifts, arrows move, Space drops, Esc puts back.
let origin: Place | null = null;
let moving = false;
let aim: HTMLElement | null = null;
const aimAt = (root: HTMLElement, end: HTMLElement | null) => {
  all("[data-board-end]", root).forEach((other) => other.toggleAttribute("data-over", other === end));
  aim = end;
  if (end) announce(say("js-moved", end.dataset.label, "1", String(Number(end.dataset.count) + 1)));
};
const drop = (card: HTMLElement, keep: boolean) => {
  delete card.dataset.lifted;
  const start = origin;
  const end = aim;
  origin = null;
  aimAt(card.closest("[data-board]")!, null);
  if (!start) return;
  if (keep && end) {
    put(card, start);
    return void move(card, start, end.dataset.stage!, end.dataset.label!);
  }
  const column = card.closest<HTMLElement>("[data-board-column]")!;
  if (!keep) {
    put(card, start);
    announce(say("js-returned", start.column.dataset.label));
  } else if (column !== start.column) void move(card, start, column.dataset.stage!, column.dataset.label!);
  else put(card, start);
};
const byKey = (root: HTMLElement, columns: HTMLElement[], event: KeyboardEvent) => {
  const card = (event.target as Element).closest<HTMLElement>("[data-card]");
  if (!card || event.target !== card) return;
  const lifted = "lifted" in card.dataset;
  const column = card.closest<HTMLElement>("[data-board-column]")!;
  const stop = () => (event.preventDefault(), event.stopPropagation());
  if (event.key === " ") {
    stop();
    if (lifted) return drop(card, true);
    origin = placeOf(card);
    card.dataset.lifted = "";
    return announce(say("js-lifted", titleOf(card)));
  }
  if (event.key === "Escape" && lifted) return stop(), drop(card, false), card.focus();
  if (event.key === "Enter" && !lifted) return stop(), location.assign(card.dataset.href!);
  if (!event.key.startsWith("Arrow")) return;
  stop();
  const at = columns.indexOf(column);
  const cards = all("[data-card]", column);
  const index = cards.indexOf(card);
  const sideways = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
  const down = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (!lifted) {
    const target = sideways ? all("[data-card]", columns[at + sideways] ?? column)[Math.min(index, 99)] ?? one("[data-card]", columns[at + sideways] ?? column) : cards[index + down];
    return target?.focus();
  }
  // Beyond the last column stand the ends: won, then lost.
  const ends = all("[data-board-end]", root);
  const place = aim ? ends.indexOf(aim) : -1;
  if (sideways > 0 && at === columns.length - 1) return ends[place + 1] ? aimAt(root, ends[place + 1]) : undefined;
  if (aim) return sideways < 0 ? aimAt(root, ends[place - 1] ?? null) : undefined;
  moving = true;
  const goal = columns[at + sideways];
  if (sideways && goal) goal.prepend(card);
  else if (down < 0) cards[index - 1]?.before(card);
  else if (down > 0) cards[index + 1]?.after(card);
  card.focus();
  moving = false;
  const now = card.closest<HTMLElement>("[data-board-column]")!;
  // the whole column counts, not only what is loaded of it; the lifted card is counted where it came from
  const count = Number(one("[data-count]", now.closest("[data-fold-column]")!)?.dataset.count ?? 0);
  const total = count + Number(now !== origin?.column);
  announce(say("js-moved", now.dataset.label, String(all("[data-card]", now).indexOf(card) + 1), String(total)));
};
