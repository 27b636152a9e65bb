// The filter builder: nested groups, operators by type, value editors by operator, a live count.
import { all, inserted, later, on, one, wordList } from "./dom";
import type TomSelect from "tom-select";
import { send } from "./net";

type Leaf = { field: string; op: string; value?: unknown };
type Tree = { all: Node[] } | { any: Node[] };
// What has no editor here (`not`, a count of records with conditions of their own): shown in words, kept as it is.
type Kept = { not: unknown } | { child: string };
type Node = Leaf | Tree | Kept;
type Field = { key: string; label: string; type: string; group?: string; options?: [string, string][]; search?: string };
type Operator = { op: string; label: string; editor: string };

type Picked = HTMLSelectElement & { tomselect?: TomSelect };

const OPERATOR = "select:not([data-multi], [data-link-picker])";
const children = (tree: Tree) => ("all" in tree ? tree.all : tree.any);
const isTree = (node: Node): node is Tree => "all" in node || "any" in node;
const isLeaf = (node: Node): node is Leaf => "field" in node;

export const filter = (root: HTMLElement) => {
  const fields: Field[] = JSON.parse(root.dataset.fields || "[]");
  const operators: Record<string, Operator[]> = JSON.parse(root.dataset.operators || "{}");
  const words = wordList(root.dataset.words ?? "");
  const word = (key: string) => words.get(`filter-${key}`) ?? "";
  const body = one("[data-filter-body]", root)!;
  const hidden = one<HTMLInputElement>("[data-filter-json]", root)!;
  const icons = one<HTMLTemplateElement>("[data-filter-icons]", root)!.content;
  let tree: Tree;
  try {
    const parsed: Node = JSON.parse(hidden.value || '{"all":[]}');
    tree = isTree(parsed) ? parsed : { all: [parsed] };
  } catch {
    tree = { all: [] };
  }

  // the sentences come in the order of the tree
  const sentences = new Map<Node, string>();
  const told = (root.dataset.untouched ?? "").split("\n");
  const tellOf = (node: Node): void => {
    if (isTree(node)) children(node).forEach(tellOf);
    else if (!isLeaf(node)) sentences.set(node, told.shift() ?? "");
  };
  tellOf(tree);

  const make = <K extends keyof HTMLElementTagNameMap>(tag: K, className = "", text = "") => {
    const el = document.createElement(tag);
    if (className) el.className = className;
    if (text) el.textContent = text;
    return el;
  };
  const icon = (name: string) => icons.querySelector(`[data-icon="${name}"] svg`)!.cloneNode(true);
  const button = (name: string, label: string, run: () => void, onlyIcon = true) => {
    const el = make("button", onlyIcon ? "btn ak-btn-icon" : "btn");
    el.type = "button";
    el.dataset.variant = "ghost";
    el.append(icon(name));
    if (onlyIcon) [el.title, el.ariaLabel] = [label, label];
    else el.append(label);
    el.onclick = run;
    return el;
  };
  const choose = (label: string, options: [string, string, string?][], value: string, run: (value: string) => void) => {
    const wrap = make("span", "ak-select");
    const select = make("select", "ak-input");
    select.ariaLabel = label;
    const groups = new Map<string, HTMLElement>();
    for (const [key, text, group] of options) {
      const option = new Option(text, key, false, key === value);
      if (!group) select.append(option);
      else {
        if (!groups.has(group)) {
          const box = make("optgroup");
          box.label = group;
          groups.set(group, box);
          select.append(box);
        }
        groups.get(group)!.append(option);
      }
    }
    select.onchange = () => run(select.value);
    wrap.append(select, icon("down"));
    return wrap;
  };

  // Many fields want a search over their groups.
  const chooseField = (leaf: Leaf, run: (key: string) => void) => {
    const wrap = choose(word("field"), fields.map((field) => [field.key, field.label, field.group]), leaf.field, (key) => setTimeout(() => run(key)));
    const select = one<HTMLSelectElement>("select", wrap)!;
    [select.dataset.multi, select.dataset.over] = ["", ""];
    one("svg", wrap)!.remove();
    return wrap;
  };

  const fieldOf = (leaf: Leaf) => fields.find((field) => field.key === leaf.field) ?? fields[0];
  const operatorsOf = (leaf: Leaf) => operators[fieldOf(leaf)?.type] ?? [];
  const fresh = (): Leaf => ({ field: fields[0]?.key ?? "", op: operators[fields[0]?.type]?.[0]?.op ?? "", value: "" });

  const count = later(300, async () => {
    const answer = await send(`${root.dataset.countUrl}${root.dataset.countUrl!.includes("?") ? "&" : "?"}filter=${encodeURIComponent(hidden.value)}`);
    if (answer.ok) one("[data-filter-count]", root)!.replaceChildren(...answer.fragment.childNodes);
  });
  const changed = (redraw: boolean) => {
    hidden.value = JSON.stringify(tree);
    // "Save view" saves what stands here, applied or not.
    const save = one<HTMLAnchorElement>("a[data-dialog-href]", root);
    if (save) {
      const url = new URL(save.href);
      url.searchParams.set("filter", hidden.value);
      save.href = save.dataset.dialogHref = url.pathname + url.search;
    }
    if (redraw) draw();
    if (root.dataset.countUrl) count();
  };

  const editor = (leaf: Leaf): HTMLElement => {
    const field = fieldOf(leaf);
    const kind = operatorsOf(leaf).find((one) => one.op === leaf.op)?.editor ?? "text";
    const label = word("value");
    const keep = (value: unknown) => {
      leaf.value = value;
      changed(false);
    };
    const box = make("span", "ak-filter-value");
    const text = (type = "text") => {
      const input = make("input", "ak-input");
      [input.type, input.ariaLabel, input.value] = [type, label, String(leaf.value ?? "")];
      if (kind === "number" || kind === "money") input.inputMode = "decimal";
      input.oninput = () => keep(input.value);
      return input;
    };
    if (kind === "none") return box;
    if (kind.endsWith("between")) {
      const ends: unknown[] = Array.isArray(leaf.value) ? leaf.value : ["", ""];
      [0, 1].forEach((i) => {
        const input = make("input", "ak-input");
        [input.type, input.ariaLabel, input.value] = [kind === "between" ? "text" : "date", `${label} ${i + 1}`, String(ends[i] ?? "")];
        input.oninput = () => ((ends[i] = input.value), keep([...ends]));
        box.append(input);
      });
      return box;
    }
    if (kind === "relative") {
      const codes = word("relative-codes").split("|");
      const labels = word("relative").split("|");
      const value = String(leaf.value ?? "");
      if (!value) leaf.value = codes[0];
      else if (!codes.includes(value)) {
        // a report or an address may say more than is offered here
        codes.push(value);
        labels.push(value.startsWith("hour_") ? word("relative-hour").replace("#", value.slice(5).padStart(2, "0")) : value);
      }
      box.append(choose(label, codes.map((code, i) => [code, labels[i]]), String(leaf.value), keep));
    } else if (kind === "choice" && field.options) {
      const value = String(leaf.value ?? "");
      if (!value) leaf.value = field.options[0]?.[0];
      // an address may say what is not offered any more
      const known = !value || field.options.some(([offered]) => offered === value);
      box.append(choose(label, known ? field.options : [...field.options, [value, value]], String(leaf.value), keep));
    } else if (kind === "choices" || kind === "link") {
      const select = make("select", "ak-input");
      select.ariaLabel = label;
      select.multiple = kind === "choices";
      const chosen = (Array.isArray(leaf.value) ? leaf.value : leaf.value ? [leaf.value] : []).map(String);
      if (field.search) select.dataset.linkPicker = field.search;
      else select.dataset.multi = "";
      const options = field.options ?? chosen.map((value) => [value, value] as [string, string]);
      options.forEach(([value, words]) => select.append(new Option(words, value, false, chosen.includes(value))));
      chosen.filter((value) => !options.some(([known]) => known === value)).forEach((value) => select.append(new Option(value, value, false, true)));
      select.onchange = () => keep(select.multiple ? [...select.selectedOptions].map((option) => option.value) : select.value);
      box.append(select);
    } else box.append(text(kind === "date" ? "date" : "text"));
    return box;
  };

  const join = (parent: Tree, i: number) => make("span", "ak-filter-join", i === 0 ? word("if") : word("all" in parent ? "and" : "or"));
  // Whoever begins a condition chooses its field first; the picker is there a moment after the row.
  const rows = new WeakMap<Leaf, HTMLElement>();
  const begin = (leaf: Leaf) => void import("./picker").then(() => setTimeout(() => one<Picked>("select", rows.get(leaf))?.tomselect?.focus()));
  const drawLeaf = (parent: Tree, leaf: Leaf, i: number) => {
    const row = make("div", "ak-filter-row");
    rows.set(leaf, row);
    const list = children(parent);
    const copy = button("copy", word("copy"), () => (list.splice(i + 1, 0, structuredClone(leaf)), changed(true)));
    copy.dataset.filterCopy = "";
    row.append(
      join(parent, i),
      chooseField(leaf, (key) => {
        const at = all(".ak-filter-row", body).indexOf(row);
        leaf.field = key;
        leaf.op = operatorsOf(leaf)[0]?.op ?? "";
        leaf.value = "";
        changed(true);
        one(OPERATOR, all(".ak-filter-row", body)[at])?.focus();
      }),
      choose(word("operator"), operatorsOf(leaf).map((one) => [one.op, one.label]), leaf.op, (op) => {
        const before = operatorsOf(leaf).find((one) => one.op === leaf.op)?.editor;
        leaf.op = op;
        if (operatorsOf(leaf).find((one) => one.op === op)?.editor !== before) leaf.value = "";
        changed(true);
      }),
      editor(leaf),
      copy,
      button("x", word("remove"), () => {
        list.splice(i, 1);
        changed(true);
        one(".ak-filter-add button", body)?.focus();
      }),
    );
    return row;
  };
  const drawKept = (parent: Tree, node: Kept, i: number) => {
    const row = make("div", "ak-filter-row");
    const list = children(parent);
    row.append(
      join(parent, i),
      make("span", "ak-filter-words", sentences.get(node)),
      button("x", word("remove"), () => {
        list.splice(i, 1);
        changed(true);
        one(".ak-filter-add button", body)?.focus();
      }),
    );
    return row;
  };
  const joiner = (node: Tree, replace: (tree: Tree) => void) => {
    const box = make("span", "ak-segmented");
    for (const key of ["all", "any"] as const) {
      const el = make("button", "", word(key));
      el.type = "button";
      el.setAttribute("aria-pressed", String(key in node));
      el.onclick = () => (replace(key === "all" ? { all: children(node) } : { any: children(node) }), changed(true));
      box.append(el);
    }
    return box;
  };
  const adder = (node: Tree) => {
    const line = make("div", "ak-filter-add");
    const add = (leaf: Leaf, child: Node) => {
      children(node).push(child);
      changed(true);
      begin(leaf);
    };
    const single = () => {
      const leaf = fresh();
      add(leaf, leaf);
    };
    const group = () => {
      const leaf = fresh();
      add(leaf, { any: [leaf, fresh()] });
    };
    line.append(button("plus", word("add"), single, false), button("group", word("add-group"), group, false));
    return line;
  };
  const drawGroup = (parent: Tree, node: Tree, i: number): HTMLElement => {
    const outer = make("div", "ak-filter-group");
    const box = make("div", "ak-filter-box");
    const head = make("div", "ak-filter-box-head");
    const list = children(parent);
    head.append(make("b", "", word("all" in node ? "all-of" : "any-of")), joiner(node, (next) => (list[i] = next)), make("span", "ak-spacer"), button("trash", word("remove"), () => (list.splice(i, 1), changed(true))));
    box.append(head, ...children(node).map((child, n) => drawNode(node, child, n)), adder(node));
    outer.append(join(parent, i), box);
    return outer;
  };
  const drawNode = (parent: Tree, node: Node, i: number) => 
    isTree(node) ? drawGroup(parent, node, i) : isLeaf(node) ? drawLeaf(parent, node, i) : drawKept(parent, node, i);
  const draw = () => {
    const top = joiner(tree, (next) => (tree = next));
    const place = one("[data-filter-join]", root)!;
    top.dataset.filterJoin = "";
    place.replaceWith(top);
    all<Picked>("select", body).forEach((select) => select.tomselect?.destroy());
    body.replaceChildren(...children(tree).map((node, i) => drawNode(tree, node, i)), adder(tree));
    inserted(body);
  };

  // Beside a form it opens under the line it changes; a phone has it at the foot.
  const place = () => {
    const line = root.dataset.of && window.innerWidth >= 768 && document.getElementById(root.dataset.of);
    const ground = root.offsetParent;
    if (!line || !ground) return;
    const [at, from] = [line.getBoundingClientRect(), ground.getBoundingClientRect()];
    root.style.top = `${at.bottom - from.top + ground.scrollTop + 4}px`;
    root.style.left = `${Math.max(12, Math.min(at.left - from.left, from.width - root.offsetWidth - 12))}px`;
    root.scrollIntoView({ block: "nearest" });
  };

  const show = (open: boolean) => {
    root.hidden = !open;
    if (!open) return;
    const first = children(tree).length ? null : fresh();
    if (first) children(tree).push(first);
    draw();
    place();
    if (first) begin(first);
    else one(OPERATOR, body)?.focus();
  };
  on("click", "[data-filter-open]", (_, event) => {
    if (event.ctrlKey || event.metaKey || !root.isConnected) return;
    event.preventDefault();
    show(root.hidden);
  });
  // Beside a form the condition goes into the form; without one all stays as it was.
  const tell = (tree: string | null) => root.dispatchEvent(new CustomEvent("akrab:filter", { detail: tree }));
  const form = one<HTMLFormElement>("form", root)!;
  const close = one<HTMLElement & { type?: string }>("[data-filter-close]", root)!;
  close.addEventListener("click", (event) => {
    if (root.dataset.of) tell(null);
    else if (close instanceof HTMLAnchorElement || close.type === "submit") return;
    else show(false);
    event.preventDefault();
  });
  root.addEventListener("keydown", (event) => event.key === "Escape" && !(event.target as Element).closest(".ts-wrapper") && close.click());
  // Fields of the form without script must not travel.
  form.addEventListener("submit", (event) => {
    const drop = (node: Tree): void => {
      const kept = children(node).filter((child) => (isTree(child) ? (drop(child), children(child).length > 0) : !isLeaf(child) || child.field));
      children(node).splice(0, Infinity, ...kept);
    };
    drop(tree);
    hidden.value = children(tree).length ? JSON.stringify(tree) : "";
    all<HTMLInputElement>("[name^=add-]", root).forEach((el) => (el.disabled = true));
    if (!root.dataset.of) return;
    event.preventDefault();
    tell(hidden.value);
  });
  if (location.hash === `#${root.id}` || "filterShow" in root.dataset) show(true);
};
