// Elements, made without HTML in texts: what a manifest says is never read as HTML.

type Child = Node | string | undefined;

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** The element of this id; the page has it. */
function find<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`no ${id}`);
  return element;
}

/** A text in an area with its lines numbered. */
class Editor {
  readonly area: HTMLTextAreaElement;
  readonly #numbers: HTMLElement;

  constructor(id: string) {
    this.area = find(id, HTMLTextAreaElement);
    this.#numbers = make("pre", { class: "numbers", "aria-hidden": "true" });
    this.area.before(this.#numbers);
    this.area.addEventListener("input", () => this.#number());
    this.area.addEventListener("scroll", () => this.#scroll());
    this.#number();
  }

  get value(): string {
    return this.area.value;
  }

  set value(text: string) {
    this.area.value = text;
    this.area.scrollTop = 0;
    this.#number();
  }

  /** Selects a line, counted from 1, and brings it into view. */
  select(line: number): void {
    const lines = this.value.split("\n");
    const before = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(before, before + (lines[line - 1] ?? "").length);
    const height = parseFloat(getComputedStyle(this.area).lineHeight);
    this.area.scrollTop = Math.max(0, (line - 1) * height - this.area.clientHeight / 2);
    this.area.scrollLeft = 0;
    this.#scroll();
    this.area.scrollIntoView({ block: "nearest" });
  }

  #number(): void {
    const count = this.value.split("\n").length;
    this.#numbers.textContent = Array.from({ length: count }, (_, index) => String(index + 1)).join("\n");
    this.#scroll();
  }

  #scroll(): void {
    this.#numbers.scrollTop = this.area.scrollTop;
  }
}

/** Tabs as ARIA has them: the arrow keys go from one to the next. */
function tabs(list: HTMLElement): void {
  const all = [...list.querySelectorAll<HTMLButtonElement>('[role="tab"]')];
  const choose = (chosen: HTMLButtonElement): void => {
    for (const tab of all) {
      const is = tab === chosen;
      tab.setAttribute("aria-selected", String(is));
      tab.tabIndex = is ? 0 : -1;
      find(tab.getAttribute("aria-controls") ?? "", HTMLElement).hidden = !is;
    }
  };
  for (const [index, tab] of all.entries()) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: all.length - 1 }[event.key];
      if (to === undefined) return;
      const next = all[(to + all.length) % all.length];
      if (next === undefined) return;
      event.preventDefault();
      choose(next);
      next.focus();
    });
  }
  if (all[0] !== undefined) choose(all[0]);
}
