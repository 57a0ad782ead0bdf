// What the core answered, as elements.

/** Selects a line of the text that a message is about. */
type GoTo = (file: string, line: number) => void;

class Results {
  constructor(
    private readonly file: string,
    private readonly goTo: GoTo,
  ) {}

  /** A button that leads to a line. */
  line(place: Place, file = this.file): Child {
    const { line } = place;
    if (line === undefined) return undefined;
    const button = make("button", { type: "button", class: "line" }, `line ${line}`);
    button.addEventListener("click", () => this.goTo(file, line));
    return button;
  }

  placed(placed: Placed): HTMLElement {
    const known = placed.file === this.file || placed.file === OWN_FILE;
    const where = known ? this.line(placed, placed.file) : placed.file === "" ? undefined : `${placed.file} `;
    const hint = placed.hint === undefined ? undefined : make("span", { class: "hint" }, "hint: ", marked(placed.hint));
    const word = make("strong", {}, placed.severity);
    return make("li", { class: placed.severity }, word, " ", where, " ", marked(placed.message), hint);
  }

  /** The report: a line for each workload, with all that is said about it. */
  report(report: Report): Child[] {
    const children: Child[] = [];
    const list = (all: Placed[]): Child =>
      all.length === 0 ? undefined : make("ul", { class: "diagnostics" }, ...all.map((one) => this.placed(one)));
    for (const entry of report.entries) {
      const errors = entry.results.flatMap((result) => result.errors ?? []);
      for (const result of entry.results) {
        const verdict = make("span", { class: `verdict ${result.verdict}` }, marked(sentence(result)));
        children.push(make("p", {}, make("b", {}, title(entry)), ": ", verdict, " ", this.line(entry)));
      }
      if (entry.results.length === 0) children.push(make("p", {}, make("b", {}, title(entry)), " ", this.line(entry)));
      children.push(list([...errors, ...entry.diagnostics]));
    }
    children.push(list(report.diagnostics));
    if (report.entries.every((entry) => entry.results.length === 0) && report.diagnostics.length === 0)
      children.push(make("p", {}, "There is no workload here."));
    return children;
  }

  explanation(explanation: Explanation): Child[] {
    const children: Child[] = [];
    for (const workload of explanation.workloads) {
      children.push(make("h3", {}, title(workload), " ", this.line(workload)));
      for (const template of workload.templates) children.push(...this.template(template));
      if (workload.warnings.length > 0)
        children.push(make("ul", { class: "diagnostics" }, ...workload.warnings.map((one) => this.placed(one))));
    }
    for (const one of explanation.diagnostics) children.push(make("ul", { class: "diagnostics" }, this.placed(one)));
    if (explanation.workloads.length === 0) return [...children, make("p", {}, "There is no workload to explain.")];
    for (const policy of explanation.policies) children.push(policyAnswer(policy));
    return children;
  }

  private template(template: Template): Child[] {
    const children: Child[] = [];
    if (template.path !== "")
      children.push(make("p", {}, "pod template ", make("code", {}, template.path), " ", this.line(template)));
    for (const entry of template.record) {
      const state = entry.state === undefined ? "" : `: ${entry.state}`;
      children.push(make("p", {}, `record: ${entry.profile} by injector ${entry.version}${state}`));
      for (const edit of entry.edits)
        children.push(make("p", {}, "edited: ", make("code", {}, edit.path), " ", this.line(edit)));
    }
    if (template.recordError !== undefined)
      children.push(make("ul", { class: "diagnostics" }, this.placed(template.recordError)));
    for (const profile of template.profiles) children.push(...this.profile(profile));
    return children;
  }

  private profile(profile: ProfileExplanation): Child[] {
    const verdict = make("span", { class: `verdict ${profile.verdict}` }, marked(sentence(profile)));
    const head = ["", "rule", "applies", "what it saw", "line"];
    const rows = profile.rules.map((rule) => this.rule(rule));
    const children: Child[] = [
      make("p", { class: "decision" }, make("b", {}, profile.profile), ": ", verdict),
      rows.length === 0 ? undefined : table("The rules, in the order in which they are asked", head, rows),
    ];
    if (profile.parameters.length > 0) {
      const rows = profile.parameters.map((parameter) => this.parameter(parameter));
      children.push(table("The parameters", ["name", "value", "from", "line"], rows));
    }
    const all = [...profile.errors, ...profile.warnings];
    if (all.length > 0)
      children.push(make("ul", { class: "diagnostics" }, ...all.map((one) => this.placed(one))));
    return children;
  }

  private rule(rule: Rule): HTMLTableRowElement {
    const decides = rule.applies === "decides";
    const word = { decides: rule.effect ?? "", no: "no", notAsked: "not asked for", overruled: rule.effect ?? "" };
    const mark = decides ? make("span", { role: "img", "aria-label": "this rule decided" }, "→") : undefined;
    return make(
      "tr",
      { class: rule.applies, ...(decides ? { "aria-current": "true" } : {}) },
      make("td", {}, mark),
      make("td", {}, make("code", {}, rule.rule)),
      make("td", {}, word[rule.applies]),
      make("td", {}, marked(rule.saw)),
      make("td", {}, this.line(rule)),
    );
  }

  private parameter(parameter: ParameterValue): HTMLTableRowElement {
    const { name, value, source, key, error } = parameter;
    const from = [source === "set" ? "set here" : source, key === undefined ? undefined : make("code", {}, key)];
    const shown = error === undefined ? make("code", {}, valueText(value)) : marked(error.message);
    return make(
      "tr",
      { class: error === undefined ? "" : "error" },
      make("td", {}, make("code", {}, name)),
      make("td", {}, shown),
      make("td", {}, from[0], " ", from[1]),
      make("td", {}, this.line(error ?? parameter)),
    );
  }
}

function title(of: { kind: string; name: string; namespace: string }): string {
  return `${of.kind.toLowerCase()}/${of.name} (${of.namespace})`;
}

function sentence(result: { verdict: string; rule?: string; reason?: string; wouldDeny?: boolean }): string {
  const denied = result.wouldDeny === true ? ", and the webhook would deny it" : "";
  const rule = result.rule === undefined ? "" : `, by the rule ${result.rule}`;
  const reason = result.reason === undefined ? "" : `: ${result.reason}`;
  return `${result.verdict}${rule}${reason}${denied}`;
}

/** A value as a user would set it. */
function valueText(value: unknown): string {
  return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
}

/** A message, with what is between backticks as code. */
function marked(message: string): HTMLElement {
  const parts = message.split("`");
  const children = parts.map((part, index) => (index % 2 === 1 ? make("code", {}, part) : part));
  return make("span", {}, ...(parts.length % 2 === 1 ? children : [message]));
}

function table(caption: string, head: string[], rows: HTMLTableRowElement[]): HTMLElement {
  const cells = head.map((name) => make("th", { scope: "col" }, name === "" ? make("span", { class: "hidden" }, "mark") : name));
  const all = make(
    "table",
    {},
    make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...cells)),
    make("tbody", {}, ...rows),
  );
  return make("div", { class: "wide" }, all);
}

function policyAnswer(policy: PolicyAnswer): HTMLElement {
  const first = policy.obstacles[0];
  if (first === undefined)
    return make("p", {}, `${policy.profile} can be a policy of the API server, without a webhook.`);
  const more = policy.obstacles.length > 1 ? ` (the first of ${policy.obstacles.length} reasons)` : "";
  const start = `${policy.profile} cannot be a policy of the API server${more}: `;
  return make("p", {}, start, make("code", {}, first.path), " ", marked(first.message));
}

/** The same lines as the text, each in the colour of its sign. */
function diffLines(diff: string): Child[] {
  const kinds: Record<string, string> = { "@": "hunk", "+": "added", "-": "removed" };
  return diff.split(/(?<=\n)/).map((line, index) => {
    const kind = index < 2 ? "head" : (kinds[line.charAt(0)] ?? "same");
    return make("span", { class: kind }, line);
  });
}

/** JSON, a value on each line, laid out; the patch in an answer is decoded. */
function readable(lines: string): string {
  const laidOut = (line: string): string => {
    const value: unknown = JSON.parse(line);
    const response = (value as { response?: { patch?: unknown } }).response;
    if (typeof response?.patch === "string") {
      const bytes = Uint8Array.from(atob(response.patch), (char) => char.charCodeAt(0));
      response.patch = JSON.parse(new TextDecoder().decode(bytes));
    }
    return JSON.stringify(value, undefined, 2) + "\n";
  };
  return lines.split("\n").filter((line) => line !== "").map(laidOut).join("");
}
