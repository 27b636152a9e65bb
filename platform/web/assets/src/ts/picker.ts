// Link pickers and multiple choices: Tom Select over a plain <select>.
import TomSelect from "tom-select/base";
import removeButton from "tom-select/dist/esm/plugins/remove_button/plugin.js";
import { makeInDialog } from "./dialogs";
import { isDirty, settle } from "./forms";

TomSelect.define("remove_button", removeButton);
type Hit = { value: string; label: string; detail?: string };

const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

export const picker = (select: HTMLSelectElement) => {
  const url = select.dataset.linkPicker;
  const words = select.dataset.words;
  const create = select.dataset.createUrl;
  // what is taken away and put in order here is nobody's change
  const untouched = select.form?.matches("[data-guard]") && !isDirty(select.form) ? select.form : null;
  // the box for browsers without script
  select.closest("[data-words-box]")?.querySelector("[data-words-plain]")?.remove();
  const name = (typed: string) => (select.dataset.createLabel ?? "NAME").replace("NAME", typed);
  // Tom Select takes the label away from the element it hides.
  const label = select.labels?.[0]?.textContent?.trim();
  if (label && !select.ariaLabel) select.ariaLabel = label;
  new TomSelect(select, {
    plugins: select.multiple ? { remove_button: { title: "×" } } : {},
    valueField: "value", labelField: "label", searchField: url ? [] : ["label", "text"],
    maxOptions: url ? 20 : 500, maxItems: select.multiple ? null : 1, closeAfterSelect: !select.multiple || !!words, preload: url || words ? "focus" : false,
    // a long list may leave the box it stands in
    ...("over" in select.dataset && { dropdownParent: "body" }),
    loadThrottle: 150, allowEmptyOption: false, openOnFocus: true, hidePlaceholder: true,
    ...(url && {
      // The server decides what matches (accents, phone numbers, typing errors).
      score: () => () => 1,
      shouldLoad: () => true,
      load: async (query: string, done: (hits?: Hit[]) => void) => {
        try {
          const answer = await fetch(`${url}${url.includes("?") ? "&" : "?"}q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } });
          const hits: Hit[] = answer.ok ? await answer.json() : [];
          picker.clearOptions((option: Hit) => picker.items.includes(String(option.value)));
          done(hits);
        } catch {
          done();
        }
      },
    }),
    ...(words && {
      load: async (query: string, done: (hits?: Hit[]) => void) => {
        const answer = await fetch(`${words}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } }).catch(() => null);
        done(answer?.ok ? await answer.json() : undefined);
      },
    }),
    create: words
      ? (typed: string, done: (made?: Hit) => void) => done({ value: typed.trim().replace(/[|,;]+/g, " "), label: typed.trim() })
      : create
      ? (typed: string, done: (made?: Hit) => void) => {
          void makeInDialog(`${create}${create.includes("?") ? "&" : "?"}pick=1&name=${encodeURIComponent(typed)}`).then((made) => {
            done(made);
            if (!made) picker.setTextboxValue(typed);
            picker.focus();
          });
        }
      : false,
    ...(words && { persist: false, createFilter: (typed: string) => typed.trim().length > 0 && typed.trim().length <= 40 }),
    lockOptgroupOrder: true,
    render: {
      option: (hit: Hit & { text?: string }) => `<div>${escapeHtml(hit.label ?? hit.text ?? "")}${hit.detail ? `<small>${escapeHtml(hit.detail)}</small>` : ""}</div>`,
      item: (hit: Hit & { text?: string }) => `<div>${escapeHtml(hit.label ?? hit.text ?? "")}</div>`,
      option_create: (data: { input: string }) => `<div class="create">+ ${escapeHtml(name(data.input))}</div>`,
      no_results: () => `<div class="no-results">${escapeHtml(select.dataset.noneLabel ?? "—")}</div>`,
      loading: () => "",
    },
  });
  const picker = (select as HTMLSelectElement & { tomselect: TomSelect }).tomselect;
  if (untouched) settle(untouched);
  if ("over" in select.dataset) {
    // what leaves its box stays on the screen: as long as there is room for it, above where there is more
    const below = picker.positionDropdown.bind(picker);
    picker.positionDropdown = () => {
      below();
      const { top, bottom } = picker.control.getBoundingClientRect();
      const height = window.visualViewport?.height ?? window.innerHeight;
      const room = { above: top - 8, below: height - bottom - 8 };
      const up = room.below < 240 && room.above > room.below;
      picker.dropdown_content.style.maxHeight = `${Math.min(320, up ? room.above : room.below)}px`;
      if (up) picker.dropdown.style.top = `${top + window.scrollY - picker.dropdown.offsetHeight - 4}px`;
    };
  }
  // a dialog may have put the caret into what is hidden now
  if (document.activeElement === select) picker.focus();
};
