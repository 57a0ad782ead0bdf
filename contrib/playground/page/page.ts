// The page: it asks the core whenever something is typed, and shows the answer.

const FILE = "manifest.yaml";
const OWN_FILE = "profile.yaml";

/** What the page was made with: manifests to begin with, and a profile of one's own. */
interface Made {
  version: string;
  examples: { name: string; text: string }[];
  profile: string;
}

class Page {
  readonly #manifest = new Editor("manifest");
  readonly #own = new Editor("own");
  readonly #profile = find("profile", HTMLSelectElement);
  readonly #form: ParameterForm;
  readonly #status = find("status", HTMLElement);
  readonly #results = new Results(FILE, (file, line) => (file === OWN_FILE ? this.#own : this.#manifest).select(line));
  #waiting: number | undefined;

  constructor(
    private readonly core: Core,
    private readonly made: Made,
  ) {
    this.#form = new ParameterForm(find("parameters", HTMLElement));
    tabs(find("tabs", HTMLElement));
    this.#offer();
    this.#examples();
    this.#copies();
    this.#own.value = made.profile;
    for (const kind of ["input", "change"])
      find("question", HTMLFormElement).addEventListener(kind, () => this.#later());
    find("question", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
    this.ask();
  }

  #offer(): void {
    const groups = new Map<string, HTMLOptGroupElement>();
    const texts = new Map<string, string>();
    for (const { name, group, text } of this.core.profiles().profiles) {
      texts.set(name, text);
      const known = groups.get(group) ?? make("optgroup", { label: group });
      groups.set(group, known);
      known.append(make("option", { value: name }, name));
    }
    this.#profile.prepend(...groups.values());
    this.#profile.selectedIndex = 0;
    find("copyProfile", HTMLButtonElement).addEventListener("click", () => {
      this.#own.value = texts.get(this.#profile.value) ?? this.#own.value;
      this.#profile.value = "";
      this.ask();
      this.#own.area.focus();
    });
  }

  #examples(): void {
    const select = find("example", HTMLSelectElement);
    select.append(...this.made.examples.map((example) => make("option", {}, example.name)));
    const show = (): void => {
      this.#manifest.value = this.made.examples[select.selectedIndex]?.text ?? "";
    };
    select.addEventListener("change", show);
    select.selectedIndex = 0;
    show();
  }

  #copies(): void {
    for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
      const text = find(button.dataset["copy"] ?? "", HTMLElement);
      button.addEventListener("click", () => {
        void navigator.clipboard.writeText(text.textContent ?? "").then(
          () => this.#say(button, "copied"),
          () => this.#say(button, "not allowed"),
        );
      });
    }
  }

  #say(button: HTMLButtonElement, word: string): void {
    button.textContent = word;
    window.setTimeout(() => (button.textContent = "copy"), 1500);
  }

  #later(): void {
    window.clearTimeout(this.#waiting);
    this.#waiting = window.setTimeout(() => this.ask(), 150);
  }

  #asked(): Asked {
    const text = (id: string): string => find(id, HTMLInputElement).value.trim();
    const name = this.#profile.value;
    return {
      ask: "inject",
      file: FILE,
      manifest: this.#manifest.value,
      profile: name === "" ? { own: this.#own.value } : { builtIn: name },
      set: this.#form.values(),
      namespace: text("namespace"),
      namespaceLabels: text("namespaceLabels"),
      namespaceAnnotations: text("namespaceAnnotations"),
      kubernetesVersion: text("kubernetesVersion"),
    };
  }

  /** Asks, and shows the answer. */
  ask(): void {
    document.body.dataset["state"] = "asking";
    const own = this.#profile.value === "";
    find("ownField", HTMLElement).hidden = !own;
    find("copyProfile", HTMLElement).hidden = own;
    if (this.#form.profile !== this.#profile.value) this.#form.clear(this.#profile.value);
    try {
      this.#show(this.core.inject(this.#asked()));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      this.#stopped(error);
    }
    document.body.dataset["state"] = "answered";
  }

  #stopped(error: Stopped): void {
    this.#clear();
    const text =
      "The core stopped on this input. This is a bug of injector: please report it, with the words below and what you typed. " +
      "A new core is running: change the input, and go on.";
    this.#status.replaceChildren(
      make("p", { class: "stopped" }, make("strong", {}, "error"), ` ${text}`),
      make("pre", { class: "wrapped" }, error.message),
    );
  }

  #show(answer: Answer): void {
    this.#form.show(answer.profile?.parameters);
    find("description", HTMLElement).textContent = answer.profile?.description ?? "";
    this.#faults(answer.faults);
    const { outcome } = answer;
    if (outcome === undefined) {
      this.#clear();
      const all = answer.faults.map((fault) => this.#results.placed(fault.error));
      const text = "There is no result, because something is wrong with the question:";
      this.#status.replaceChildren(make("p", {}, text), make("ul", { class: "diagnostics" }, ...all));
      return;
    }
    const { explanation, report } = outcome;
    this.#status.replaceChildren(...this.#results.report(report).filter((child) => child !== undefined));
    find("explanation", HTMLElement).replaceChildren(
      ...this.#results.explanation(explanation).filter((child) => child !== undefined),
    );
    this.#text("diff", outcome.diff, "Nothing changes.", diffLines);
    this.#text("result", outcome.text, "There is nothing here.");
    this.#text("patch", outcome.patch, "There is no workload.");
    this.#text("response", outcome.response, "There is no workload to answer about.");
    this.#readable(outcome);
  }

  /** A text in its panel; where there is none, why. */
  #text(id: string, text: string | undefined, empty: string, lines: (text: string) => Child[] = (all) => [all]): void {
    const panel = find(id, HTMLElement);
    const note = find(`${id}Note`, HTMLElement);
    panel.replaceChildren(...(text === undefined ? [] : lines(text)).filter((child) => child !== undefined));
    panel.hidden = text === undefined || text === "";
    note.hidden = !panel.hidden;
    const raw = panel.closest("details");
    if (raw !== null) raw.hidden = panel.hidden;
    note.textContent = text === undefined ? "Nothing is printed, because of the errors above." : empty;
  }

  /** The same data, laid out to be read. */
  #readable(outcome: Outcome | undefined): void {
    for (const [id, text] of [["patch", outcome?.patch], ["response", outcome?.response]] as const) {
      const read = find(`${id}Read`, HTMLElement);
      read.textContent = readable(text ?? "");
      read.hidden = read.textContent === "";
    }
  }

  #clear(): void {
    this.#readable(undefined);
    for (const id of ["diff", "result", "patch", "response"]) this.#text(id, undefined, "");
    find("explanation", HTMLElement).replaceChildren();
  }

  /** What is wrong with a field, beside the field. */
  #faults(faults: Fault[]): void {
    const fields = ["profile", "namespace", "namespaceLabels", "namespaceAnnotations", "kubernetesVersion"] as const;
    for (const field of fields) {
      const own = faults.filter((fault) => fault.field === field).map((fault) => fault.error.message);
      tellField(find(field, HTMLElement), find(`${field}Fault`, HTMLElement), own);
    }
    this.#form.faults(faults);
  }
}

async function start(): Promise<void> {
  const made = JSON.parse(find("made", HTMLScriptElement).text) as Made;
  find("version", HTMLElement).textContent = made.version;
  try {
    new Page(await Core.load(find("core", HTMLScriptElement).text.trim()), made);
  } catch (error) {
    find("status", HTMLElement).textContent = `This browser cannot run the page: ${String(error)}`;
    document.body.dataset["state"] = "failed";
  }
}

void start();
