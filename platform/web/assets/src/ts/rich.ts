// The editor of rich text. It stands in place of a plain textarea, which keeps the text as Markdown and is what is
// sent; without script the textarea is all there is.
import { Editor, Extension } from "@tiptap/core";
import { Markdown } from "@tiptap/markdown";
import { TaskItem, TaskList } from "@tiptap/extension-list";
import { Table, TableCell, TableHeader, TableRow } from "@tiptap/extension-table";
import { PluginKey } from "@tiptap/pm/state";
import { StarterKit } from "@tiptap/starter-kit";
import Suggestion, { type SuggestionKeyDownProps, type SuggestionProps } from "@tiptap/suggestion";

type Hit = { value: string; label: string; detail?: string; text?: string };

const get = async (url: string, query: string): Promise<Hit[]> => {
  const answer = await fetch(`${url}${url.includes("?") ? "&" : "?"}q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } });
  return answer.ok ? ((await answer.json()) as Hit[]).slice(0, 8) : [];
};

/** The list below the cursor. */
const offers = (host: HTMLElement) => {
  const box = document.createElement("div");
  box.className = "ts-dropdown ak-rich-offers";
  box.setAttribute("role", "listbox");
  box.hidden = true;
  let at = 0;
  let now: SuggestionProps<Hit> | null = null;
  const draw = () => {
    const items = now?.items ?? [];
    box.replaceChildren(...items.map((hit, i) => {
      const row = document.createElement("div");
      row.className = i === at ? "option active" : "option";
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", String(i === at));
      row.textContent = hit.label;
      row.onmousedown = (event) => {
        event.preventDefault();
        now?.command(hit);
      };
      return row;
    }));
    box.hidden = !items.length;
    const place = now?.clientRect?.();
    const around = host.getBoundingClientRect();
    if (place) {
      box.style.top = `${place.bottom - around.top + 4}px`;
      box.style.left = `${Math.min(place.left - around.left, Math.max(0, around.width - 220))}px`;
    }
  };
  const show = (props: SuggestionProps<Hit>) => {
    now = props;
    at = Math.min(at, Math.max(0, props.items.length - 1));
    draw();
  };
  host.append(box);
  return {
    onStart: (props: SuggestionProps<Hit>) => {
      at = 0;
      show(props);
    },
    onUpdate: show,
    onExit: () => {
      now = null;
      draw();
    },
    onKeyDown: ({ event }: SuggestionKeyDownProps) => {
      const items = now?.items ?? [];
      if (!items.length) return false;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") at = (at + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length;
      else if (event.key === "Enter" || event.key === "Tab") now?.command(items[at]);
      else if (event.key === "Escape") {
        now = null;
        event.stopPropagation();
      } else return false;
      draw();
      return true;
    },
  };
};

const suggest = (name: string, char: string, url: string, host: HTMLElement, insert: (editor: Editor, range: { from: number; to: number }, hit: Hit) => void) =>
  Extension.create({
    name,
    addProseMirrorPlugins() {
      return [
        Suggestion<Hit, Hit>({
          editor: this.editor,
          pluginKey: new PluginKey(name),
          char,
          allowSpaces: name === "people",
          // a name that was taken is over
          items: ({ query }) => (query.endsWith(" ") ? [] : get(url, query)),
          command: ({ editor, range, props }) => insert(editor, range, props),
          render: () => offers(host),
        }),
      ];
    },
  });

const TOOLS: Record<string, { sign: string; run: (editor: Editor, ask: string) => void; on?: (editor: Editor) => boolean }> = {
  bold: { sign: "bold", run: (e) => e.chain().focus().toggleBold().run(), on: (e) => e.isActive("bold") },
  italic: { sign: "italic", run: (e) => e.chain().focus().toggleItalic().run(), on: (e) => e.isActive("italic") },
  strike: { sign: "strikethrough", run: (e) => e.chain().focus().toggleStrike().run(), on: (e) => e.isActive("strike") },
  heading: { sign: "heading", run: (e) => e.chain().focus().toggleHeading({ level: 2 }).run(), on: (e) => e.isActive("heading") },
  bullets: { sign: "list", run: (e) => e.chain().focus().toggleBulletList().run(), on: (e) => e.isActive("bulletList") },
  numbers: { sign: "list-ordered", run: (e) => e.chain().focus().toggleOrderedList().run(), on: (e) => e.isActive("orderedList") },
  checks: { sign: "list-checks", run: (e) => e.chain().focus().toggleTaskList().run(), on: (e) => e.isActive("taskList") },
  quote: { sign: "quote", run: (e) => e.chain().focus().toggleBlockquote().run(), on: (e) => e.isActive("blockquote") },
  table: { sign: "table", run: (e) => e.chain().focus().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run() },
  link: {
    sign: "link",
    run: (e, ask) => {
      const url = prompt(ask, (e.getAttributes("link").href as string | undefined) ?? "https://");
      if (url === null) return;
      if (!url.trim() || url.trim() === "https://") e.chain().focus().extendMarkRange("link").unsetLink().run();
      else e.chain().focus().extendMarkRange("link").setLink({ href: url.trim() }).run();
    },
    on: (e) => e.isActive("link"),
  },
};

/** A picture of the sprite that the page draws its own from. */
const icon = (name: string) => {
  const sprite = document.querySelector("svg use")?.getAttribute("href")?.split("#")[0] ?? "";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ class: "ak-icon", viewBox: "0 0 24 24", width: "16", height: "16", "aria-hidden": "true" })) svg.setAttribute(key, value);
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
};

const toolbar = (editor: Editor, text: HTMLTextAreaElement) => {
  const bar = document.createElement("div");
  bar.className = "ak-rich-tools";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", text.dataset.toolsLabel ?? "");
  const words = new Map((text.dataset.tools ?? "").split("\n").map((line) => line.split("=") as [string, string]));
  const buttons = Object.entries(TOOLS).map(([name, tool], i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(icon(tool.sign));
    button.className = `ak-rich-tool ak-rich-tool-${name}`;
    button.title = words.get(name) ?? name;
    button.setAttribute("aria-label", button.title);
    button.tabIndex = i ? -1 : 0;
    button.onmousedown = (event) => event.preventDefault();
    button.onclick = () => tool.run(editor, text.dataset.linkAsk ?? "");
    bar.append(button);
    return { button, tool };
  });
  bar.onkeydown = (event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const here = buttons.findIndex(({ button }) => button === document.activeElement);
    if (!step || here < 0) return;
    event.preventDefault();
    buttons[(here + step + buttons.length) % buttons.length].button.focus();
  };
  const tell = () => buttons.forEach(({ button, tool }) => tool.on && button.setAttribute("aria-pressed", String(tool.on(editor))));
  editor.on("transaction", tell);
  tell();
  return bar;
};

/** Puts the editor in place of `text`; `focus` when somebody is about to type. */
export const rich = (text: HTMLTextAreaElement, focus: boolean) => {
  const host = document.createElement("div");
  host.className = "ak-rich-editor";
  text.before(host);
  const people = text.dataset.mention;
  const templates = text.dataset.templates;
  const editor = new Editor({
    element: host,
    injectCSS: false,
    extensions: [
      StarterKit.configure({
        heading: { levels: [1, 2, 3] }, underline: false,
        link: { openOnClick: false, defaultProtocol: "https", protocols: ["http", "https", "mailto", "tel"] },
      }),
      TaskList,
      TaskItem.configure({ nested: true }),
      Table.configure({ resizable: false }),
      TableRow,
      TableHeader,
      TableCell,
      Markdown,
      ...(people ? [suggest("people", "@", people, host, (e, range, hit) => e.chain().focus().insertContentAt(range, [{ type: "text", text: `@${hit.label} ` }]).run())] : []),
      ...(templates
        ? [suggest("templates", "/", templates, host, (e, range, hit) => e.chain().focus().deleteRange(range).insertContent(hit.text ?? "", { contentType: "markdown" }).run())]
        : []),
    ],
    // one line end of a plain text is one
    content: text.value.replace(/([^\n])\n(?=[^\n])/g, (all, before: string, at: number) => (/^\s*([-*+>#|]|\d+[.)])/.test(text.value.slice(at + 2)) ? all : `${before}  \n`)),
    contentType: "markdown",
    editorProps: {
      attributes: {
        class: "ak-rich", role: "textbox", "aria-multiline": "true", "aria-label": text.getAttribute("aria-label") ?? text.labels?.[0]?.textContent ?? "",
        ...(text.placeholder ? { "data-placeholder": text.placeholder } : {}),
      },
      handleKeyDown: (_, event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return false;
        // a composer listens itself
        if (!text.form?.matches("[data-composer]")) text.form?.requestSubmit();
        return true;
      },
    },
    onUpdate: ({ editor: e }) => {
      // an item of a list that nothing was written into is where somebody stopped
      text.value = e.isEmpty ? "" : e.getMarkdown().replace(/(\n[ \t]*([-*+]|\d+[.)])( \[[ x]\])?[ \t]*)+$/, "");
      host.toggleAttribute("data-empty", e.isEmpty);
      text.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  host.toggleAttribute("data-empty", editor.isEmpty);
  host.before(toolbar(editor, text));
  text.hidden = true;
  // at once: a key that comes in between would be lost
  if (focus) {
    editor.commands.setTextSelection(editor.state.doc.content.size);
    editor.view.focus();
  }
  text.form?.addEventListener("reset", () => editor.commands.setContent(""));
  // the buttons beside a text type into it
  host.addEventListener("akrab:insert", (event) => editor.chain().focus().insertContent((event as CustomEvent<string>).detail).run());
};
