// Files dropped or pasted anywhere on a record's page, or chosen: sent one after the other, with progress.
import { all, on, one } from "./dom";
import { csrf } from "./net";
import { freshen } from "./fresh";

type Words = { tooLarge: string; failed: string; waits: string; kept: string; title: string; close: string; cancel: string };
type Item = { file: File; url: string; row: HTMLElement; bar: HTMLProgressElement; told: HTMLElement; request?: XMLHttpRequest; over?: boolean };

const queue: Item[] = [];
let running = false;

const part = <K extends keyof HTMLElementTagNameMap>(name: K, className = "", text = "") => {
  const el = document.createElement(name);
  el.className = className;
  el.textContent = text;
  return el;
};

const panel = (words: Words) => {
  const there = one("#uploads");
  if (there) return one("ul", there)!;
  const box = part("section", "ak-uploads");
  box.id = "uploads";
  box.setAttribute("aria-label", words.title);
  const head = part("div", "ak-uploads-head");
  const close = part("button", "btn", "×");
  close.type = "button";
  close.dataset.variant = "ghost";
  close.setAttribute("aria-label", words.close);
  close.onclick = () => {
    queue.filter((item) => !item.over).forEach((item) => cancel(item, ""));
    box.remove();
  };
  head.append(part("b", "", words.title), close);
  const list = part("ul");
  list.setAttribute("role", "status");
  box.append(head, list);
  document.body.append(box);
  return list;
};

const cancel = (item: Item, text: string) => {
  item.over = true;
  item.request?.abort();
  end(item, text, "bad");
};

const end = (item: Item, text: string, tone: string) => {
  item.over = true;
  item.told.textContent = text;
  item.row.dataset.tone = tone;
  item.bar.hidden = true;
  one("button", item.row)?.remove();
};

const send = (item: Item, words: Words) =>
  new Promise<void>((done) => {
    const request = (item.request = new XMLHttpRequest());
    const body = new FormData();
    body.append("file", item.file);
    request.open("POST", item.url);
    request.setRequestHeader("X-CSRF-Token", csrf());
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) item.bar.value = event.loaded / event.total;
      item.told.textContent = `${Math.round(item.bar.value * 100)} %`;
    };
    request.onload = () => {
      if (request.status < 300) end(item, words.kept, "ok");
      else {
        let detail = "";
        try {
          detail = JSON.parse(request.responseText).detail ?? "";
        } catch {
          // not ours: a proxy's own page
        }
        end(item, detail || words.failed, "bad");
      }
    };
    request.onerror = () => end(item, words.failed, "bad");
    request.onloadend = () => done();
    request.send(body);
  });

const run = async (words: Words) => {
  if (running) return;
  running = true;
  for (let item = queue.find((i) => !i.over); item; item = queue.find((i) => !i.over)) await send(item, words);
  running = false;
  const box = one("#uploads");
  const kept = queue.some((item) => item.row.dataset.tone === "ok");
  const fine = queue.every((item) => item.row.dataset.tone === "ok");
  queue.length = 0;
  if (kept) void freshen();
  if (fine) setTimeout(() => running || box?.remove(), 4000);
};

/** Sends these files to `url`. */
export const take = (files: File[], url: string, target: HTMLElement) => {
  const words = { ...target.dataset } as unknown as Words;
  const list = panel(words);
  for (const file of files) {
    const row = part("li", "ak-upload");
    const name = part("span", "ak-truncate", file.name);
    const told = part("span", "ak-small ak-muted", words.waits);
    const bar = part("progress");
    bar.setAttribute("aria-label", file.name);
    bar.value = 0;
    bar.max = 1;
    const stop = part("button", "btn", words.cancel);
    stop.type = "button";
    stop.dataset.variant = "ghost";
    row.append(name, told, stop, bar);
    list.append(row);
    const item: Item = { file, url, row, bar, told };
    stop.onclick = () => cancel(item, words.cancel);
    if (file.size > Number(target.dataset.maxMb) * 1048576) end(item, words.tooLarge, "bad");
    else queue.push(item);
  }
  void run(words);
};

const filesOf = (data: DataTransfer | null) => [...(data?.files ?? [])];
const holdsFiles = (data: DataTransfer | null) => !!data && [...data.types].includes("Files");
const open = () => all("dialog:modal").length > 0;

/** Takes what is dropped or pasted while `target` is on the page. */
export const files = (target: HTMLElement) => {
  const url = target.dataset.fileDrop!;
  let depth = 0;
  const show = (on: boolean) => (target.hidden = !on);
  const here = (event: DragEvent) => target.isConnected && holdsFiles(event.dataTransfer) && !open();
  document.addEventListener("dragenter", (event) => {
    if (!here(event)) return;
    depth++;
    show(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!here(event)) return;
    depth = Math.max(0, depth - 1);
    if (!depth) show(false);
  });
  document.addEventListener("dragover", (event) => here(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    depth = 0;
    show(false);
    if (!here(event)) return;
    event.preventDefault();
    // a folder comes as a file without content that cannot be read
    const items = [...(event.dataTransfer?.items ?? [])];
    const folder = (i: number) => items[i]?.webkitGetAsEntry?.()?.isDirectory ?? false;
    const found = filesOf(event.dataTransfer).filter((_, i) => !folder(i));
    if (found.length) take(found, url, target);
  });
  document.addEventListener("paste", (event) => {
    const found = filesOf(event.clipboardData);
    // text that was copied from an office program comes with a picture of itself
    const text = event.clipboardData?.types.includes("text/plain");
    if (!target.isConnected || !found.length || text || open()) return;
    event.preventDefault();
    take(found, url, target);
  });
};

// Choosing sends at once.
on("change", "form[data-file-form] input[type=file]", (el) => {
  const input = el as HTMLInputElement;
  const target = one("[data-file-drop]");
  const found = [...(input.files ?? [])];
  if (!target || !found.length) return;
  take(found, input.form!.action, target);
  input.value = "";
  one<HTMLDialogElement>("dialog:modal")?.close();
});
