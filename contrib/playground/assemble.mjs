// Makes the page: one HTML file with the module, the script and the style in it, and a policy that allows nothing else.
//
//     node assemble.mjs MODULE.wasm OUT.html

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const [module, out] = process.argv.slice(2);
const here = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const example = (name) => here(`../../testdata/examples/${name}`);
const version = /^version = "(.*)"$/m.exec(here("../../Cargo.toml"))[1];

// The rest is used by `page.ts`, which starts the page.
const script = ["core", "dom", "results", "form", "page"].map((name) => here(`dist/js/${name}.js`)).join("");
const style = here("page/style.css");
const made = {
  version,
  examples: [
    { name: "a Namespace, a Deployment and a CronJob", text: example("web.yaml") },
    { name: "a Deployment with comments", text: example("shop.yaml") },
    { name: "a Deployment that opts out", text: example("opt-out.yaml") },
    { name: "a Pod", text: example("pod.yaml") },
    { name: "an AdmissionReview", text: example("review.json") },
  ],
  profile: example("tail.yaml"),
};

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)} 'wasm-unsafe-eval'`,
  `style-src ${hash(style)}`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
];

const parts = {
  POLICY: policy.join("; "),
  STYLE: style,
  // `</script>` in a text would end the element.
  MADE: JSON.stringify(made).replaceAll("<", "\\u003c"),
  CORE: gzipSync(readFileSync(module), { level: 9 }).toString("base64"),
  SCRIPT: script,
};
if (/<\/(script|style)/i.test(script + style)) throw new Error("the script or the style would end its element");
const page = here("page/index.html").replaceAll(/@([A-Z]+)@/g, (_, name) => parts[name]);
writeFileSync(out, page);
