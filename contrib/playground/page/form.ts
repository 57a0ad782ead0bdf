// The parameters of the chosen profile, as a form.

/** Says at a field what is wrong with it, or that nothing is. */
function tellField(field: HTMLElement, fault: HTMLElement, messages: string[]): void {
  fault.replaceChildren(marked(messages.join("; ")));
  fault.hidden = messages.length === 0;
  if (messages.length === 0) field.removeAttribute("aria-invalid");
  else field.setAttribute("aria-invalid", "true");
}

class ParameterForm {
  /** The profile whose parameters these are. */
  profile = "";
  #shown = "";
  #typed = new Map<string, string>();

  constructor(private readonly place: HTMLElement) {
    place.addEventListener("input", (event) => {
      const field = event.target;
      if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement)
        this.#typed.set(field.name, field.value);
    });
  }

  /** Forgets what was typed: it was for another profile. */
  clear(profile: string): void {
    this.profile = profile;
    this.#typed.clear();
    this.#shown = "";
    this.place.replaceChildren();
  }

  /** What is set. An empty field sets nothing. */
  values(): Record<string, string> {
    return Object.fromEntries([...this.#typed].filter(([, value]) => value !== ""));
  }

  /** Makes the fields, where they are not there already. A profile that cannot be read keeps those it had. */
  show(parameters: Parameter[] | undefined): void {
    if (parameters === undefined) return;
    const shown = JSON.stringify(parameters);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const names = new Set(parameters.map((parameter) => parameter.name));
    for (const name of this.#typed.keys()) if (!names.has(name)) this.#typed.delete(name);
    this.place.replaceChildren(...parameters.map((parameter) => this.#field(parameter)));
    find("count", HTMLElement).textContent = String(parameters.length);
  }

  faults(faults: Fault[]): void {
    for (const fault of this.place.querySelectorAll<HTMLElement>(".fault")) {
      const name = fault.dataset["parameter"] ?? "";
      const own = faults.filter((one) => one.field === "set" && one.parameter === name);
      tellField(find(`set-${name}`, HTMLElement), fault, own.map((one) => one.error.message));
    }
  }

  #field(parameter: Parameter): HTMLElement {
    const { name, type, description, presence } = parameter;
    const id = `set-${name}`;
    const fallback = parameter.computed
      ? "computed"
      : parameter.default === undefined
        ? presence === "required" ? "required" : "none"
        : valueText(parameter.default) || "empty";
    const values = type === "boolean" ? ["true", "false"] : (parameter.values ?? []);
    const common = { id, name, "aria-describedby": `${id}-about ${id}-fault` };
    const field = values.length > 0
      ? make("select", common, make("option", { value: "" }, `default: ${fallback}`), ...values.map((one) => make("option", {}, one)))
      : make("input", { ...common, type: "text", placeholder: fallback, autocomplete: "off", spellcheck: "false" });
    field.value = this.#typed.get(name) ?? "";
    const about = [description];
    if (parameter.annotations.length > 0) about.push(`annotation ${parameter.annotations.map((key) => `\`${key}\``).join(" or ")}`);
    const fault = make("p", { id: `${id}-fault`, class: "fault", role: "alert", "data-parameter": name });
    fault.hidden = true;
    return make(
      "div",
      { class: "parameter" },
      make("label", { for: id }, make("code", {}, name), " ", make("span", { class: "type" }, type)),
      field,
      make("p", { id: `${id}-about`, class: "about" }, marked(about.join("; "))),
      fault,
    );
  }
}
