// Small things every module uses.
type Upgrade = [selector: string, run: (el: HTMLElement) => void];
const upgrades: Upgrade[] = [];
const watchers: ((root: HTMLElement) => void)[] = [];
const done = new WeakMap<Element, Set<string>>();

const apply = ([selector, run]: Upgrade, root: ParentNode) => {
  const found = [...root.querySelectorAll<HTMLElement>(selector)];
  if (root instanceof HTMLElement && root.matches(selector)) found.unshift(root);
  for (const el of found) {
    const seen = done.get(el) ?? new Set();
    if (seen.has(selector)) continue;
    done.set(el, seen.add(selector));
    run(el);
  }
};

/** Runs once for every element that matches, now and whenever one is added. */
export const upgrade = (selector: string, run: (el: HTMLElement) => void) => {
  upgrades.push([selector, run]);
  apply(upgrades[upgrades.length - 1], document);
};

/** Runs for every subtree that our own code put into the page. */
export const watch = (run: (root: HTMLElement) => void) => void watchers.push(run);
export const inserted = (root: HTMLElement) => watchers.forEach((run) => run(root));

new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node instanceof HTMLElement) for (const one of upgrades) apply(one, node);
}).observe(document.documentElement, { childList: true, subtree: true });

/** Delegated listener: `run` gets the element that matches `selector`. */
export const on = <K extends keyof DocumentEventMap>(
  type: K,
  selector: string,
  run: (el: HTMLElement, event: DocumentEventMap[K]) => void,
  capture = false,
) =>
  document.addEventListener(type, (event) => {
    const el = (event.target as Element | null)?.closest?.(selector);
    if (el) run(el as HTMLElement, event);
  }, capture);

export const one = <T extends HTMLElement = HTMLElement>(selector: string, root: ParentNode = document) => root.querySelector<T>(selector);
export const all = <T extends HTMLElement = HTMLElement>(selector: string, root: ParentNode = document) => [...root.querySelectorAll<T>(selector)];

export const wordList = (text: string) =>
  new Map(text.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const));
const words = wordList(one<HTMLMetaElement>('meta[name="words"]')?.content ?? "");
/** A sentence of the interface, with NAME, N and TOTAL filled in. */
export const say = (key: string, name = "", n = "", total = "") =>
  (words.get(key) ?? "").replace("NAME", name).replace("TOTAL", total).replace(/\bN\b/, n);

/** Tells people who hear the page what happened. */
export const announce = (text: string) => {
  const live = one("#live");
  if (live) live.textContent = text;
};

export const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !/^(checkbox|radio|button|submit)$/.test((target as HTMLInputElement).type));

export const later = <A extends unknown[]>(ms: number, run: (...args: A) => void) => {
  let timer = 0;
  return (...args: A) => {
    clearTimeout(timer);
    timer = window.setTimeout(() => run(...args), ms);
  };
};
