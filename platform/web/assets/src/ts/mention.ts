// `@` in a text offers people; the chosen name is inserted.
import { later } from "./dom";

type Hit = { value: string; label: string; detail?: string };

export const mention = (text: HTMLTextAreaElement) => {
  const box = document.createElement("div");
  box.className = "ts-dropdown";
  box.hidden = true;
  const wrap = text.parentElement!;
  wrap.classList.add("ts-wrapper");
  text.after(box);
  let hits: Hit[] = [];
  let at = 0;
  const word = () => /(?:^|\s)@([\p{L}\p{N} ]{0,30})$/u.exec(text.value.slice(0, text.selectionStart));
  const draw = () => {
    box.replaceChildren(...hits.map((hit, i) => {
      const row = document.createElement("div");
      row.className = i === at ? "option active" : "option";
      row.textContent = hit.label;
      row.onmousedown = (event) => (event.preventDefault(), take(i));
      return row;
    }));
    box.hidden = !hits.length;
  };
  const take = (i: number) => {
    const found = word();
    if (!found || !hits[i]) return;
    const start = text.selectionStart - found[1].length;
    text.setRangeText(`${hits[i].label} `, start, text.selectionStart, "end");
    hits = [];
    draw();
  };
  text.addEventListener("input", later(150, async () => {
    // where the editor of rich text stands in its place, that one offers people
    const found = text.hidden ? null : word();
    hits = [];
    if (found) {
      const answer = await fetch(`${text.dataset.mention}?q=${encodeURIComponent(found[1])}`, { headers: { Accept: "application/json" } });
      if (answer.ok && word()) hits = (await answer.json()).slice(0, 8);
    }
    at = 0;
    draw();
  }));
  text.addEventListener("keydown", (event) => {
    if (box.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") at = (at + (event.key === "ArrowDown" ? 1 : -1) + hits.length) % hits.length;
    else if (event.key === "Enter" || event.key === "Tab") take(at);
    else if (event.key === "Escape") hits = [];
    else return;
    event.preventDefault();
    event.stopPropagation();
    draw();
  });
  text.addEventListener("blur", () => (box.hidden = true));
};
