// The page in a real Chromium, against the program: INJECTOR names the program, PAGE the page, CHROMIUM the browser.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

import { chromium } from "playwright-core";

const program = process.env.INJECTOR;
const html = process.env.PAGE;
const example = (name) => readFileSync(new URL(`../../../testdata/examples/${name}`, import.meta.url), "utf8");
const folder = mkdtempSync(join(tmpdir(), "injector-playground-"));

let browser;
let page;
const requests = [];

/** A fresh page, and all that it asks for. */
async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1300, height: 1000 }, ...options });
  const page = await context.newPage();
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => assert.fail(error));
  await page.goto(url);
  await page.waitForSelector('body[data-state="answered"]');
  return page;
}

before(async () => {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args });
  page = await open(pathToFileURL(html).href);
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** Does something to the page, and waits until it has answered. */
async function answered(change) {
  await page.evaluate(() => (document.body.dataset.state = "old"));
  await change();
  await page.waitForSelector('body[data-state="answered"]');
}

const fill = (id, text) => answered(() => page.fill(`#${id}`, text));
const choose = (id, value) => answered(() => page.selectOption(`#${id}`, value));
const text = (id) => page.textContent(`#${id}`);
const status = () => page.innerText("#status");

/** What the program prints. Its report is on standard error, and its exit status of a diff is 1. */
function injector(...args) {
  const ran = spawnSync(program, args, { cwd: folder, encoding: "utf8", env: { PATH: process.env.PATH } });
  assert.equal(ran.error, undefined);
  return ran.stdout;
}

/** Compares all panels with what the program prints for the same input. */
async function same(manifest, flags) {
  writeFileSync(join(folder, "manifest.yaml"), manifest);
  const args = ["--no-config", ...flags, "manifest.yaml"];
  assert.equal(await text("result"), injector("inject", "-o", "yaml", ...args));
  assert.equal(await text("diff"), injector("diff", ...args));
  assert.equal(await text("patch"), injector("inject", "-o", "patch", ...args));
  assert.equal(await text("response"), injector("inject", "-o", "response", ...args));
  const explained = JSON.parse(injector("explain", "-o", "json", ...args));
  const decided = explained.workloads.flatMap((workload) => workload.templates).flatMap((one) => one.profiles)
    .flatMap((one) => one.rules.filter((rule) => rule.applies === "decides").map((rule) => rule.rule));
  assert.deepEqual(await page.locator("#explanation tr.decides td:nth-child(2)").allTextContents(), decided);
}

for (const manifest of ["web.yaml", "shop.yaml", "opt-out.yaml", "pod.yaml", "review.json"]) {
  test(`${manifest}: the page says what the program prints`, async () => {
    await fill("manifest", example(manifest));
    for (const profile of ["cortexflow", "nginx", "linkerd", "vault-agent"]) {
      await choose("profile", profile);
      await same(example(manifest), ["-p", profile]);
    }
    writeFileSync(join(folder, "profile.yaml"), example("tail.yaml"));
    await choose("profile", "");
    await same(example(manifest), ["-p", "profile.yaml"]);
    // A review is answered by default, and the webhook answers the same (tests/it/webhook/parity.rs).
    if (manifest === "review.json")
      assert.equal(await text("response"), injector("inject", "--no-config", "-p", "profile.yaml", "manifest.yaml"));
  });
}

test("parameters and facts count as flags do", async () => {
  const manifest = example("shop.yaml");
  await fill("manifest", manifest);
  await choose("profile", "cortexflow");
  await fill("set-tcpPort", "6000");
  await choose("set-installIptables", "false");
  await same(manifest, ["--set", "tcpPort=6000", "--set", "installIptables=false"]);
  assert.match(await text("result"), /6000/);
  await choose("profile", "istio");
  assert.match(await status(), /skipped/);
  await page.click("summary:has-text('Namespace and cluster')");
  await fill("namespace", "shop");
  await fill("namespaceLabels", "shop:istio-injection=enabled");
  await fill("namespaceAnnotations", "shop:a.example/b=c");
  await fill("kubernetesVersion", "1.28");
  assert.match(await status(), /deployment\/shop \(shop\): injected/);
  await same(manifest, ["-p", "istio", "-n", "shop", "--namespace-labels", "shop:istio-injection=enabled",
    "--namespace-annotations", "shop:a.example/b=c", "--kubernetes-version", "1.28"]);
  for (const id of ["namespace", "namespaceLabels", "namespaceAnnotations", "kubernetesVersion"]) await fill(id, "");
});

test("what is wrong with a field is said beside it", async () => {
  await choose("profile", "cortexflow");
  for (const [id, wrong, said] of [
    ["set-tcpPort", "many", /many is not/],
    ["namespace", "A B", /lower case/],
    ["namespaceLabels", "x", /x/],
    ["kubernetesVersion", "one", /one/],
  ]) {
    await fill(id, wrong);
    assert.equal(await page.getAttribute(`#${id}`, "aria-invalid"), "true", id);
    const fault = await page.getAttribute(`#${id}`, "aria-describedby");
    assert.match(await text(fault.split(" ").at(-1)), said);
    assert.match(await status(), /There is no result/);
    await fill(id, "");
    assert.equal(await page.getAttribute(`#${id}`, "aria-invalid"), null);
  }
  assert.notEqual(await text("result"), "");
});

test("an error has its line, and the line is selected", async () => {
  const selected = (id) => page.$eval(`#${id}`, (area) => area.value.slice(area.selectionStart, area.selectionEnd));
  await fill("manifest", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: {}\n");
  await page.click("#status li.error button.line");
  assert.equal(await selected("manifest"), "  containers: {}");
  assert.equal(await page.textContent("#result"), "");
  assert.match(await text("resultNote"), /because of the errors/);
  await fill("manifest", example("shop.yaml"));
  await page.click("#tab-explanation");
  await page.click("#explanation tr:has-text('no-containers') button.line");
  assert.equal(await selected("manifest"), "      containers:");
  await choose("profile", "");
  await fill("own", example("tail.yaml").replace("policy: OptOut", "policy: Sometimes"));
  await page.click("#status li.error button.line");
  assert.match(await selected("own"), /^ {2}policy: Sometimes/);
  await fill("own", example("tail.yaml").replace("spec:", "spec:\n  extends: nginx"));
  assert.equal(await page.locator("#set-image").count(), 1, "a parameter of `nginx`");
  await fill("own", example("tail.yaml").replace("spec:", "spec:\n  extends: ./other.yaml"));
  assert.match(await status(), /a page reads no files/);
  await fill("own", example("tail.yaml"));
});

test("a built-in profile can be copied and changed", async () => {
  await fill("manifest", example("shop.yaml"));
  await choose("profile", "curl");
  await answered(() => page.click("#copyProfile"));
  writeFileSync(join(folder, "profile.yaml"), injector("profile", "show", "curl"));
  assert.equal(await page.inputValue("#own"), injector("profile", "show", "curl"));
  await same(example("shop.yaml"), ["-p", "profile.yaml"]);
  writeFileSync(join(folder, "profile.yaml"), example("tail.yaml"));
  await fill("own", example("tail.yaml"));
});

test("after a panic the page says so, and goes on", async () => {
  const manifest = example("shop.yaml");
  await fill("manifest", "apiVersion: v1\nkind: Pod\na: [!, b]\n");
  assert.match(await status(), /The core stopped on this input/);
  assert.match(await status(), /panicked at .*libyaml-safer/);
  assert.equal(await text("result"), "");
  await fill("manifest", `${"[".repeat(20000)}\n`);
  await fill("manifest", manifest);
  await same(manifest, ["-p", "profile.yaml"]);
});

test("the keyboard is enough, and every field has a name", async () => {
  await page.focus("#tab-diff");
  await page.click("#tab-diff");
  const shown = () => page.locator('[role="tabpanel"]:visible').getAttribute("id");
  for (const [key, panel] of [["ArrowRight", "result"], ["ArrowLeft", "diff"], ["ArrowLeft", "response"],
    ["Home", "diff"], ["End", "response"]]) {
    await page.keyboard.press(key);
    assert.equal(await shown(), `panel-${panel}`);
    assert.equal(await page.evaluate(() => document.activeElement.id), `tab-${panel}`);
  }
  const nameless = await page.$$eval("input, select, textarea", (all) =>
    all.filter((field) => field.labels.length === 0).map((field) => field.id));
  assert.deepEqual(nameless, []);
});

test("it is light or dark as the reader wants, and fits a narrow window", async () => {
  const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await open(pathToFileURL(html).href, { colorScheme: "dark", viewport: { width: 400, height: 800 } });
  assert.notEqual(await background(dark), await background(page));
  assert.equal(await dark.evaluate(() => document.documentElement.scrollWidth), 400);
  await dark.context().close();
});

test("nothing leaves the browser", async () => {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.setHeader("content-type", "text/html; charset=utf-8").end(readFileSync(html));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  const served = await open(url);
  await served.fill("#manifest", example("shop.yaml"));
  await served.waitForFunction(() => document.querySelector("#status").textContent.includes("deployment/shop"));
  // Not even a script on the page could: the policy of the page refuses every kind of connection.
  const refused = await served.evaluate(async (url) => {
    const seen = [];
    document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
    await fetch(`${url}fetch`).catch(() => undefined);
    navigator.sendBeacon(`${url}beacon`, "x");
    try { new WebSocket(url.replace("http", "ws")); } catch { /* it may throw at once */ }
    for (const [tag, attribute] of [["img", "src"], ["iframe", "src"], ["script", "src"]]) {
      const element = document.createElement(tag);
      element[attribute] = `${url}${tag}`;
      document.body.append(element);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    return seen;
  }, url);
  assert.deepEqual([...new Set(refused)].sort(), ["connect-src", "frame-src", "img-src", "script-src-elem"]);
  await served.context().close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  assert.deepEqual(asked, ["GET /"], "the page itself is all that was asked for");
  const own = pathToFileURL(html).href;
  const others = requests.filter((request) => request !== own && !request.startsWith(url) && !request.startsWith("data:"));
  assert.deepEqual(others, []);
});

test("the module imports nothing", () => {
  const [, packed] = /<script type="text\/plain" id="core">([^<]*)</.exec(readFileSync(html, "utf8"));
  const module = new WebAssembly.Module(gunzipSync(Buffer.from(packed, "base64")));
  assert.deepEqual(WebAssembly.Module.imports(module), []);
});
