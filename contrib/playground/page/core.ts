// The core: the WebAssembly module of `wasm/`, asked in JSON. The files of this folder are one script when the page is made.

interface Placed {
  severity: "error" | "warning" | "note";
  code: string;
  message: string;
  hint?: string;
  file: string;
  line?: number;
  column?: number;
  path: string;
}

interface Parameter {
  name: string;
  type: string;
  values?: string[];
  description: string;
  default?: unknown;
  computed: boolean;
  presence: "given" | "optional" | "required";
  annotations: string[];
  annotationPrefix?: string;
}

interface Place {
  line?: number;
  column?: number;
}

interface Rule extends Place {
  rule: string;
  applies: "decides" | "no" | "notAsked" | "overruled";
  effect?: string;
  saw: string;
}

interface ParameterValue extends Place {
  name: string;
  value?: unknown;
  source?: string;
  key?: string;
  error?: Placed;
}

interface ProfileExplanation {
  profile: string;
  verdict: string;
  rule?: string;
  reason?: string;
  wouldDeny: boolean;
  rules: Rule[];
  parameters: ParameterValue[];
  errors: Placed[];
  warnings: Placed[];
}

interface RecordEntry {
  profile: string;
  version: string;
  state?: string;
  edits: { path: string; line: number }[];
}

interface Template extends Place {
  path: string;
  record: RecordEntry[];
  recordError?: Placed;
  profiles: ProfileExplanation[];
}

interface Workload extends Place {
  kind: string;
  namespace: string;
  name: string;
  templates: Template[];
  warnings: Placed[];
}

interface PolicyAnswer {
  profile: string;
  possible: boolean;
  obstacles: { path: string; message: string }[];
}

interface Explanation {
  workloads: Workload[];
  policies: PolicyAnswer[];
  diagnostics: Placed[];
}

interface ReportResult {
  profile: string;
  verdict: string;
  rule?: string;
  reason?: string;
  wouldDeny?: boolean;
  errors?: Placed[];
}

interface ReportEntry extends Place {
  kind: string;
  namespace: string;
  name: string;
  results: ReportResult[];
  diagnostics: Placed[];
}

interface Report {
  entries: ReportEntry[];
  diagnostics: Placed[];
}

interface Outcome {
  text?: string;
  diff?: string;
  patch?: string;
  response?: string;
  explanation: Explanation;
  report: Report;
}

type Field = "profile" | "set" | "namespace" | "namespaceLabels" | "namespaceAnnotations" | "kubernetesVersion";

interface Fault {
  field: Field;
  parameter?: string;
  error: Placed;
}

interface Answer {
  profile?: { name: string; description: string; parameters: Parameter[] };
  faults: Fault[];
  outcome?: Outcome;
}

interface Offers {
  profiles: { name: string; group: string; text: string }[];
}

interface Asked {
  ask: "inject";
  file: string;
  manifest: string;
  profile: { builtIn: string } | { own: string };
  set: Record<string, string>;
  namespace: string;
  namespaceLabels: string;
  namespaceAnnotations: string;
  kubernetesVersion: string;
}

/** What the module exports; it imports nothing. */
interface Exports {
  memory: WebAssembly.Memory;
  question(length: number): number;
  answer(): number;
  text(): number;
  last_words(): number;
}

/** The module stopped in the middle of an answer. There is a new one already. */
class Stopped extends Error {}

class Core {
  #instance: Exports;

  private constructor(private readonly module: WebAssembly.Module) {
    this.#instance = Core.#start(module);
  }

  /** The module in the page: gzip, as base64. */
  static async load(base64: string): Promise<Core> {
    const packed = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Core(await WebAssembly.compile(await new Response(unpacked).arrayBuffer()));
  }

  static #start(module: WebAssembly.Module): Exports {
    return new WebAssembly.Instance(module).exports as unknown as Exports;
  }

  profiles(): Offers {
    return JSON.parse(this.#ask({ ask: "profiles" })) as Offers;
  }

  inject(asked: Asked): Answer {
    return JSON.parse(this.#ask(asked)) as Answer;
  }

  #ask(question: object): string {
    const { memory, question: room, answer } = this.#instance;
    try {
      const bytes = new TextEncoder().encode(JSON.stringify(question));
      // A call may make the memory grow, and then its buffer is another one: so the buffer is asked for afterwards.
      const at = room(bytes.length);
      new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
      return this.#read(answer());
    } catch (error) {
      const words = this.#lastWords();
      // What is left in its memory is not to be trusted.
      this.#instance = Core.#start(this.module);
      throw new Stopped(words === "" ? String(error) : words);
    }
  }

  #read(length: number): string {
    const { memory, text } = this.#instance;
    const start = text();
    return new TextDecoder().decode(new Uint8Array(memory.buffer, start, length));
  }

  /** What a panic said; nothing, where it was no panic. */
  #lastWords(): string {
    try {
      return this.#read(this.#instance.last_words());
    } catch {
      return "";
    }
  }
}
