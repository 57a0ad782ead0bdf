//! Texts that are no manifest.

use insta::assert_snapshot;

use super::{injector, refused, refused_with, taken_with, told};
use crate::support::manifests::{WEB, known};

#[test]
fn not_yaml() {
    assert_snapshot!(refused("kind: [\n"), @"
    error: web.yaml:2:1: the document ends too early: did not find expected node content while parsing a flow node
      hint: is the file complete?
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused("kind: Deployment\nmetadata:\n  name: a: b\n"), @"
    error: web.yaml:3:10: mapping values are not allowed in this context
      hint: quote a value with `: ` in it, or fix the indentation
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused("kind: Deployment\nmetadata:\n  name: a\n labels: {}\n"), @"
    error: web.yaml:4:2: did not find expected key while parsing a block mapping
      hint: fix the indentation
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused("kind: Deployment\nmetadata:\n\tname: a\n"), @"
    error: web.yaml:3:1: YAML cannot be indented with a tab
      hint: use spaces
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused("kind: Deployment\nmetadata:\n  name: @a\n"), @"
    error: web.yaml:3:9: a value cannot begin with `@`
      hint: quote the value
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused("kind: Deployment\nmetadata:\n  name a\n  labels: {}\n"), @"
    error: web.yaml:4:9: mapping values are not allowed in this context
      hint: quote a value with `: ` in it, or fix the indentation
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused("kind: Deployment\nname: a\u{1}\n"), @"
    error: web.yaml:2:8: the control character U+0001 is not allowed
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused("bash: helm: command not found\n"), @"
    error: web.yaml:1:11: mapping values are not allowed in this context
      hint: quote a value with `: ` in it, or fix the indentation
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused("Permission denied\n"), @"
    error: web.yaml:1:1: `Permission denied` is text, not a manifest
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, not-a-manifest
    ");
    // A space that is none to YAML.
    assert_snapshot!(refused("# c\n\u{a0}x\n"), @"
    error: web.yaml:2:1: ` x` is text, not a manifest
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, not-a-manifest
    ");
}

#[test]
fn what_json_cannot_hold() {
    assert_snapshot!(refused("kind: Deployment\n? [a]\n: 1\n"), @"
    error: web.yaml:2:3: an object or a list cannot be a key
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused("kind: Deployment\nspec:\n  <<: 1\n"), @"
    error: web.yaml:3:7: the value of `<<` is not an object or a list of objects
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused("kind: Deployment\nspec: *base\n"), @"
    error: web.yaml:2:7: the alias `*base` has no anchor `&base` before it
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused("kind: Deployment\nreplicas: .inf\n"), @"
    error: web.yaml:2:11: `.inf` cannot be written in JSON
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused("kind: Deployment\nreplicas: !!int two\n"), @"
    error: web.yaml:2:11: `two` cannot be read as `!!int`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
}

#[test]
fn json_that_is_none() {
    assert_snapshot!(refused("{\"kind\": \"Deployment\",\n \"metadata\" {}}\n"), @"
    error: web.yaml:2:13: `:` is missing after the key
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused("{\"kind\": \"Deployment\"}\n{\"kind\": \"Pod\", \"kind\": \"Pod\"}\n"), @"
    error: web.yaml:2:17: the key `kind` is already on line 2
      hint: kubectl keeps the last one and drops the others: remove all but one
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused("{\"kind\": \"Deployment\",\n \"metadata\": {"), @"
    error: web.yaml:2:15: the document ends too early: did not find expected node content while parsing a flow node
      hint: is the file complete?
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
}

#[test]
fn a_truncated_file() {
    assert_snapshot!(refused(&WEB[..WEB.find("requests: {cpu").unwrap() + 12]), @"
    error: web.yaml:15:35: the document ends too early: did not find expected ',' or '}' while parsing a flow mapping
      hint: is the file complete?
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused("kind: Deployment\nmetadata:\n  name: \"we"), @"
    error: web.yaml:3:9: the quoted text that begins here does not end
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
}

#[test]
fn not_utf_8() {
    let mut latin = WEB.replace("web:1", "w\u{fc}b").into_bytes();
    let at = latin.iter().position(|byte| *byte == 0xC3).unwrap();
    latin.splice(at..at + 2, [0xFC]);
    let run = |report: &'static str| known("inject", ["-i", report, "web.yaml"]).file("web.yaml", &latin);
    let ran = run("--report=text").fails();
    assert_eq!(ran.read("web.yaml"), latin);
    assert_snapshot!(told(&ran, run("--report=json")), @"
    error: web.yaml:14:19: byte `0xFC` is not UTF-8
    codes: not-utf-8
    ");
}

#[test]
fn utf_16() {
    let bytes: Vec<u8> = WEB.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let run = |report: &'static str| known("inject", ["-i", report, "web.yaml"]).file("web.yaml", &bytes);
    assert_snapshot!(told(&run("--report=text").fails(), run("--report=json")), @"
    error: web.yaml: is encoded as UTF-16 (little-endian), not as UTF-8
      hint: convert it first: `iconv -f UTF-16 -t UTF-8 web.yaml`
    codes: encoding
    ");
    assert_snapshot!(injector(["inject"]).stdin(bytes).fails().stderr, @"
    error: <stdin>: is encoded as UTF-16 (little-endian), not as UTF-8
      hint: convert it first: `iconv -f UTF-16 -t UTF-8`
    ");
}

#[test]
fn what_the_splitter_of_kubectl_refuses() {
    assert_snapshot!(refused(&format!("{WEB}--- {{a: 1}}\n")), @"
    error: web.yaml:16:1: `{a: 1}` is on the same line as `---`, which kubectl does not accept
      hint: move it to the next line
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused(&format!("%YAML 1.2\n---\n{WEB}")), @"
    error: web.yaml:1:1: `%YAML 1.2` is a YAML directive, which kubectl does not accept
      hint: remove that line
    deployment/web (default): injected by cortexflow
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
}

#[test]
fn text_after_the_end_of_a_document() {
    assert_snapshot!(taken_with(&[], &format!("{WEB}...\n# fine\nkind: Pod\n")), @"
    warning: web.yaml:18:1: kubectl ignores what follows `...`; it is kept
    deployment/web (default): injected by cortexflow
    codes: ignored-text
    ");
}

#[test]
fn keys_that_stand_twice() {
    assert_snapshot!(refused(&WEB.replace("    spec:\n", "    spec:\n      hostNetwork: false\n      hostNetwork: true\n")), @"
    error: web.yaml:13:7: the key `hostNetwork` is already on line 12
      hint: kubectl keeps the last one and drops the others: remove all but one
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused(&format!("{WEB}---\n{WEB}kind: Pod\n")), @"
    error: web.yaml:32:1: the key `kind` is already on line 18
      hint: kubectl keeps the last one and drops the others: remove all but one
    deployment/web (default): injected by cortexflow
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
}

#[test]
fn nesting_ten_thousand_deep() {
    assert_snapshot!(refused(&format!("kind: Deployment\na: {}1{}\n", "[".repeat(10_000), "]".repeat(10_000))), @"
    error: web.yaml:2:131: nested deeper than 100 levels
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused(&format!("{}1{}\n", "{\"a\":".repeat(10_000), "}".repeat(10_000))), @"
    error: web.yaml:1:641: nested deeper than 100 levels
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    let block: String = (0..10_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    assert_snapshot!(refused(&block), @"
    error: web.yaml:129:129: nested deeper than 100 levels
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused(&format!("kind: Deployment\na:\n  {}1\n", "- ".repeat(10_000))), @"
    error: web.yaml:3:257: nested deeper than 100 levels
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
}

#[test]
fn an_alias_bomb() {
    let mut bomb = format!("{WEB}a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for (level, before) in ('b'..='k').zip('a'..) {
        let aliases = vec![format!("*{before}"); 9].join(", ");
        bomb.push_str(&format!("{level}: &{level} [{aliases}]\n"));
    }
    assert_snapshot!(refused(&bomb), @"
    error: web.yaml:19:4: the aliases expand to far more than the text itself
      hint: write the part out instead of repeating its alias
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused_with(&["--expand"], &bomb), @"
    error: web.yaml:19:4: the aliases expand to far more than the text itself
      hint: write the part out instead of repeating its alias
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
}

#[test]
fn a_helm_template_that_was_not_rendered() {
    let image = "image: web:1";
    assert_snapshot!(refused(&WEB.replace(image, "image: {{ .Values.image }}")), @"
    error: web.yaml:14:18: `{{ .Values.image }}` is a template expression, not YAML
      hint: this looks like a Helm template: render it first, `helm template … | injector …`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused(&WEB.replace("        app: web", "        {{ .Values.key }}: web")), @"
    error: web.yaml:10:9: `{{ .Values.key }}` is a template expression, not YAML
      hint: this looks like a Helm template: render it first, `helm template … | injector …`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused(&WEB.replace("        app: web", "        {{- include \"web.labels\" . | nindent 8 }}")), @r#"
    error: web.yaml:10:9: `{{- include "web.labels" . | nindent 8 }}` is a template expression, not YAML
      hint: this looks like a Helm template: render it first, `helm template … | injector …`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    "#);
    assert_snapshot!(refused(&WEB.replace("    spec:\n", "    {{- if .Values.on }}\n    spec:\n")), @"
    error: web.yaml:11:5: `{{- if .Values.on }}` is a template expression, not YAML
      hint: this looks like a Helm template: render it first, `helm template … | injector …`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused(&format!("{{{{- if .Values.on }}}}\n{WEB}{{{{- end }}}}\n")), @"
    error: web.yaml:1:1: `{{- if .Values.on }}` is a template expression, not YAML
      hint: this looks like a Helm template: render it first, `helm template … | injector …`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused(&format!("{{{{/* The front. */}}}}\n{WEB}")), @"
    error: web.yaml:1:1: `{{/* The front. */}}` is a template expression, not YAML
      hint: this looks like a Helm template: render it first, `helm template … | injector …`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
    assert_snapshot!(refused(&WEB.replace("name: web\nspec", "name: {{ .Release.Name }}-web\nspec")), @"
    error: web.yaml:4:9: `{{ .Release.Name }}` is a template expression, not YAML
      hint: this looks like a Helm template: render it first, `helm template … | injector …`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, syntax
    ");
}

#[test]
fn a_message_of_kubectl() {
    for text in [
        "Error from server (NotFound): deployments.apps \"web\" not found\n",
        "error: the server doesn't have a resource type \"deplyo\"\n",
        "No resources found in default namespace.\n",
    ] {
        assert!(!injector(["inject"]).stdin(text).fails().stderr.is_empty());
    }
    let run = |report: &'static str| {
        injector(["inject", report]).stdin("Error from server (NotFound): deployments.apps \"web\" not found\n")
    };
    assert_snapshot!(told(&run("--report=text").fails(), run("--report=json")), @r#"
    error: <stdin>:1:1: this is a message of kubectl, not a manifest: `Error from server (NotFound): deployments.apps "web" not found`
      hint: run the command before the pipe alone; `set -o pipefail` ends a script where it fails
    codes: not-a-manifest
    "#);
}

#[test]
fn what_cannot_be_spliced() {
    let shared = WEB.replace("selector: {matchLabels: {app: web}}", "selector: {matchLabels: &labels {app: web}}");
    let alias = WEB
        .replace("apps/v1", "apps/v1beta1")
        .replace("      containers:\n", "      containers: *all\n      x:\n")
        .replace(
            "  selector: {matchLabels: {app: web}}\n",
            "  x: &all [{name: web, image: \"web:1\", resources: {requests: {cpu: 1m, memory: 1Mi}}}]\n",
        );
    assert_snapshot!(refused(&alias.replace("      x:\n        - name: web\n          image: web:1\n          resources: {requests: {cpu: 10m, memory: 16Mi}}\n", "")), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:12:19: `*all` is an alias: a change here would also change its anchor
      hint: write the part out, or use `--expand`, which renders this document again
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: construct, held-back
    ");
    let anchor = shared
        .replace("      labels:\n        app: web\n", "      annotations: &notes {a: b}\n      labels: {app: web}\n");
    assert_snapshot!(refused(&format!("{anchor}x: *notes\n")), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:9:20: `&notes` has an alias: a change here would also change the value there
      hint: write the part out, or use `--expand`, which renders this document again
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: construct, held-back
    ");
    let merge = "apiVersion: v1\nkind: Pod\nx: &base\n  containers: [{name: web, image: \"web:1\"}]\nmetadata: {name: web}\nspec:\n  <<: *base\n";
    assert_snapshot!(refused(merge), @"
    pod/web (default): rejected by cortexflow
    warning: web.yaml:6:1: the pod's quality-of-service class changes from BestEffort to Burstable
    error: web.yaml:7:3: `containers` comes from a merge key (`<<`): it has no text of its own to change
      hint: write the part out, or use `--expand`, which renders this document again
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: construct, held-back, qos-changed
    ");
}
