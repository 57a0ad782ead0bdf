//! What can be read, and how it is named.

use injector::internals::report::exit::ExitStatus;

use crate::support::injector;
use crate::support::manifests::{SERVICE, WEB, injected, known};

fn json() -> String {
    r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"web","image":"web:1","resources":{"requests":{"cpu":"1m"}}}]}}"#.to_owned()
}

/// How many sidecars there are in a text.
fn sidecars(text: &str) -> usize {
    text.matches("\"proxy-sidecar\"").count().max(text.matches("name: proxy-sidecar\n").count())
}

#[test]
fn a_file_can_be_named_in_every_way_of_kubectl() {
    let expected = injected();
    for args in [vec!["web.yaml"], vec!["-f", "web.yaml"], vec!["--filename=web.yaml"], vec!["./web.yaml"]] {
        assert_eq!(known("inject", args).file("web.yaml", WEB).succeeds().stdout, expected);
    }
    for args in [vec![], vec!["-"], vec!["-f", "-"]] {
        assert_eq!(known("inject", args).stdin(WEB).succeeds().stdout, expected);
    }
}

#[test]
fn arguments_come_before_those_of_f_and_each_is_one_document_more() {
    let run = known("inject", ["-f", "b.yaml", "a.yaml", "-"])
        .file("a.yaml", WEB.replace("name: web", "name: a"))
        .file("b.yaml", WEB.replace("name: web", "name: b"))
        .stdin(WEB.replace("name: web", "name: c"));
    let ran = run.succeeds();
    let told: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(
        told,
        [
            "deployment/a (default): injected by cortexflow",
            "deployment/c (default): injected by cortexflow",
            "deployment/b (default): injected by cortexflow",
            "3 workloads: 3 injected",
        ]
    );
    assert_eq!(ran.stdout.matches("\n---\n").count(), 2);
}

#[test]
fn a_directory_is_read_in_sorted_order_and_below_on_request() {
    let files = [
        ("d/b.yml", WEB.replace("name: web", "name: b")),
        ("d/a.yaml", WEB.replace("name: web", "name: a")),
        ("d/c.json", json()),
        ("d/d.txt", "not: [yaml".to_owned()),
        ("d/aa/x.yaml", WEB.replace("name: web", "name: x")),
    ];
    let names = |ran: &str| -> Vec<String> {
        ran.lines().filter_map(|line| Some(line.split_once('/')?.1.split_once(' ')?.0.to_owned())).collect()
    };
    let ran = known("inject", ["d"]).files(files.clone()).succeeds();
    assert_eq!(names(&ran.stderr), ["a", "b", "web"]);
    let ran = known("inject", ["-R", "d"]).files(files).succeeds();
    let mut all = names(&ran.stderr);
    assert_eq!(all.len(), 4);
    all.sort();
    assert_eq!(all, ["a", "b", "web", "x"]);
}

#[test]
fn json_in_all_its_forms_stays_json() {
    let one = json();
    let pretty = one.replace(",\"", ",\n  \"");
    for (text, count) in [
        (format!("{one}\n"), 1),
        (one.clone(), 1),
        (format!("{pretty}\n"), 1),
        (format!("{one}{one}"), 2),
        (format!("{one}\n{one}\n{one}\n"), 3),
        (format!("{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{one},{one}]}}\n"), 2),
    ] {
        let out = known("inject", ["-q"]).stdin(text.clone()).succeeds().stdout;
        let objects: Vec<serde_json::Value> =
            serde_json::Deserializer::from_str(&out).into_iter().map(Result::unwrap).collect();
        assert!(!objects.is_empty());
        assert_eq!(sidecars(&out), count, "{text}");
        assert_eq!(injector(["uninject", "-q"]).stdin(out).succeeds().stdout, text);
    }
}

#[test]
fn lists_keep_their_wrapper() {
    let indented = WEB.replace('\n', "\n  ");
    let item = indented.trim_end();
    for head in ["apiVersion: v1\nkind: List", "apiVersion: apps/v1\nkind: DeploymentList"] {
        let text = format!(
            "{head}\nitems:\n- {item}\n- {}\nmetadata:\n  resourceVersion: \"\"\n",
            item.replace("name: web", "name: b")
        );
        let ran = known("inject", []).stdin(text.clone()).succeeds();
        assert!(ran.stdout.starts_with(head) && ran.stdout.ends_with("metadata:\n  resourceVersion: \"\"\n"));
        assert_eq!(ran.stdout.matches("name: proxy-sidecar").count(), 2);
        assert!(ran.stderr.ends_with("\n2 workloads: 2 injected\n"), "{}", ran.stderr);
        assert_eq!(injector(["uninject"]).stdin(ran.stdout).succeeds().stdout, text);
    }
}

#[test]
fn items_of_a_typed_list_may_leave_out_their_kind() {
    let item = WEB.split_once("kind: Deployment\n").unwrap().1.replace('\n', "\n  ");
    let text = format!("apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- {}\n", item.trim_end());
    let ran = known("inject", []).stdin(text).succeeds();
    assert_eq!(ran.stderr, "deployment/web (default): injected by cortexflow\n1 workload: 1 injected\n");
}

#[test]
fn a_resource_list_of_a_krm_function() {
    let text = format!(
        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig: {{}}\nitems:\n- {}\n",
        WEB.replace('\n', "\n  ").trim_end()
    );
    let ran = known("inject", []).stdin(text.clone()).succeeds();
    assert!(ran.stdout.starts_with("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n"));
    assert_eq!(sidecars(&ran.stdout), 1);
    assert_eq!(injector(["uninject"]).stdin(ran.stdout).succeeds().stdout, text);
}

#[test]
fn hidden_and_excluded_folders_are_left_out() {
    let of = |name: &str| {
        (format!("d/{name}.yaml"), WEB.replace("name: web", &format!("name: {}", &name[name.len() - 1..])))
    };
    let files = ["a", ".git/b", "sub/.terraform/c", "sub/d", "charts/x/e"].map(of);
    let names = |args: &[&str]| -> String {
        let ran = known("inject", args.iter().copied()).files(files.clone()).succeeds();
        let workloads = ran.stderr.lines().filter(|line| !line.starts_with("note: "));
        workloads.filter_map(|line| Some(line.split_once('/')?.1.split_once(' ')?.0)).collect()
    };
    assert_eq!(names(&["-R", "d"]), "aed");
    assert_eq!(names(&["-R", "d", "d/.git"]), "aedb");
    assert_eq!(names(&["-R", "d", "--exclude", "charts", "--exclude=d.yaml"]), "a");
    assert_eq!(names(&["-R", "./d", "--exclude", "d/*/d.yaml"]), "ae");
    assert_eq!(names(&["d/a.yaml", "d/sub/d.yaml", "--exclude", "a.yaml"]), "d");
}

fn resource_list(config: &str) -> String {
    format!(
        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n{config}items:\n- {}\n",
        WEB.replace('\n', "\n  ").trim_end()
    )
}

#[test]
fn a_resource_list_on_standard_input_keeps_its_items() {
    let list = resource_list("");
    assert_eq!(known("check", []).stdin(list.clone()).finds().stdout, list);
    let injected = known("inject", []).stdin(list.clone()).succeeds().stdout;
    assert_eq!(known("check", ["--report", "json"]).stdin(injected.clone()).succeeds().stdout, injected);
    assert!(known("inject", ["-o", "json"]).stdin(list.clone()).succeeds().stdout.contains("\"ResourceList\""));
    // A file is not a function's input.
    assert_eq!(known("check", ["list.yaml"]).file("list.yaml", injected).succeeds().stdout, "");
    let refused = |command: &str, args: &[&str], what: &str| {
        let ran = known(command, args.iter().copied()).stdin(list.clone()).fails();
        let message = format!("error: <stdin>:1:1: {what} is not a ResourceList: ");
        assert!(ran.stderr.starts_with(&message), "{}", ran.stderr);
    };
    refused("diff", &[], "a diff");
    refused("explain", &[], "an explanation");
    refused("inject", &["-o", "patch"], "the output `patch`");
    refused("inject", &["-o", "response"], "the output `response`");
}

#[test]
fn a_function_config_that_is_not_read_is_an_error() {
    let config = "functionConfig:\n  apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: function-input}\n";
    // kpt sends an empty one where its user gives none.
    for ignored in ["functionConfig: null\n".to_owned(), config.to_owned(), format!("{config}  data: {}\n", "{}")] {
        known("inject", []).stdin(resource_list(&ignored)).succeeds();
    }
    // On standard input it is read.
    let list = resource_list(&format!("{config}  data: {{profile: cortexflow}}\n"));
    known("inject", []).stdin(list.clone()).succeeds();
    for command in ["inject", "check", "diff", "explain"] {
        let ran = known(command, ["list.yaml"]).file("list.yaml", &list).exits(ExitStatus::Error);
        assert!(ran.stderr.contains("error: list.yaml:3:1: "), "{}", ran.stderr);
    }
    injector(["uninject"]).stdin(list).fails();
}

#[test]
fn what_is_not_a_workload_passes_even_where_it_cannot_be_read() {
    // kubectl reads it: https://yaml.org/spec/1.2.2/#733-plain-style
    let widget = "apiVersion: example.com/v1\nkind: Widget\nspec:\n  list: [a:, b]\n";
    let ran = known("inject", []).stdin(format!("{widget}---\n{WEB}")).succeeds();
    assert_eq!(ran.stdout, format!("{widget}---\n{}", injected()));
    assert!(ran.stderr.contains("note: <stdin>:4:11: "), "{}", ran.stderr);
    for command in ["check", "diff", "explain", "uninject"] {
        injector([command]).stdin(widget).succeeds();
    }
    for kind in ["Deployment", "deployment", "DeploymentList", "Namespace", "\"Widget\"", "&a Widget"] {
        known("inject", []).stdin(widget.replace("Widget", kind)).fails();
    }
    known("inject", []).stdin(widget.replace("kind: Widget\n", "")).fails();
    known("inject", ["--template-path", "Widget=/spec/pod"]).stdin(widget).fails();
}

#[test]
fn keep_going_leaves_out_a_file_that_cannot_be_read() {
    let files = |command: &'static str, args: &[&'static str]| {
        known(command, args.iter().copied())
            .file("d/a.yaml", WEB.replace("name: web", "name: a"))
            .file("d/b.yaml", [0xff, 0xfe, 0, 1])
            .file("d/c.yaml", "kind: Deployment\na: [\n")
            .file("d/z.yaml", WEB.replace("name: web", "name: z"))
    };
    let stopped = files("check", &["d", "gone.yaml"]).fails();
    assert!(!stopped.stderr.contains("deployment/"), "{}", stopped.stderr);
    let going = files("check", &["--keep-going", "d", "gone.yaml", "d/a.yaml"]).fails();
    for part in [
        "error: d/b.yaml: is encoded as UTF-16",
        "error: gone.yaml: there is no such file",
        "error: d/a.yaml: the same file as `d/a.yaml`",
        "error: d/c.yaml:",
        "deployment/a (default): not injected by cortexflow",
        "deployment/z (default): not injected by cortexflow",
    ] {
        assert_eq!(going.stderr.matches(part).count(), 1, "{part}: {}", going.stderr);
    }
    assert!(going.stderr.ends_with("\n2 workloads: 2 not injected\n"), "{}", going.stderr);
    let printed = files("inject", &["--keep-going", "d", "gone.yaml"]).exits(ExitStatus::Error);
    assert_eq!(sidecars(&printed.stdout), 2, "{}", printed.stderr);
    assert!(!printed.stderr.contains("nothing was printed"), "{}", printed.stderr);
    let written = files("inject", &["--keep-going", "-i", "d", "gone.yaml"]).fails();
    assert_eq!(sidecars(&String::from_utf8(written.read("d/z.yaml")).unwrap()), 1);
    assert_eq!(written.read("d/b.yaml"), [0xff, 0xfe, 0, 1]);
    let none = known("check", ["--keep-going", "gone.yaml"]).fails();
    assert_eq!(none.stderr, "error: gone.yaml: there is no such file\n");
    let held = files("inject", &["--keep-going", "--deny=warnings", "d/a.yaml"]).succeeds();
    assert_eq!(sidecars(&held.stdout), 1);
}

#[test]
fn nothing_in_is_nothing_out() {
    for text in ["", "\n\n", "# a comment\n", "---\n", "---\n---\n# end\n", "null\n", "\u{feff}"] {
        let said = if text == "null\n" { "0 workloads\n" } else { "0 workloads: the input is empty\n" };
        let ran = injector(["inject"]).stdin(text).succeeds();
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (text, said));
        for command in ["check", "diff", "uninject", "explain"] {
            assert_eq!(injector([command]).stdin(text).succeeds().stderr, said, "{command}");
        }
        for command in ["inject", "check", "diff", "uninject"] {
            assert_eq!(injector([command, "-q"]).stdin(text).succeeds().stderr, "", "{command}");
        }
    }
    assert_eq!(injector(["inject", "-o", "json"]).stdin("").succeeds().stdout, "");
}

#[test]
fn what_is_no_workload_passes_to_the_byte() {
    let stream = format!("# top\n{SERVICE}--- # next\r\n{{}}\n---\n- op: add\n  path: /a\n---\nname: values\n...\n");
    let ran = injector(["inject"]).stdin(stream.clone()).succeeds();
    assert_eq!(ran.stdout, stream);
    assert_eq!(ran.stderr, "0 workloads\n");
}

#[test]
fn files_without_a_final_newline_and_of_both_languages_stay_apart() {
    let ran = known("inject", ["-q", "a.yaml", "b.json", "c.yaml"])
        .file("a.yaml", WEB.trim_end())
        .file("b.json", json())
        .file("c.yaml", SERVICE)
        .succeeds();
    let again = known("inject", []).stdin(ran.stdout.clone()).succeeds();
    assert_eq!(again.stdout, ran.stdout);
    assert_eq!(again.stderr.matches("already-injected").count(), 2, "{}", again.stderr);
}

#[test]
fn json_that_yaml_follows_begins_with_a_mark() {
    let joined = |names: &[&'static str]| {
        let files = [("a.json", json()), ("b.json", json()), ("c.yaml", SERVICE.to_owned())];
        injector(["uninject", "-q"].iter().chain(names).copied()).files(files).succeeds().stdout
    };
    let one = json();
    assert_eq!(joined(&["a.json", "c.yaml"]), format!("---\n{one}\n---\n{SERVICE}"));
    assert_eq!(joined(&["a.json", "b.json", "c.yaml"]), format!("---\n{one}\n---\n{one}\n---\n{SERVICE}"));
    assert_eq!(joined(&["c.yaml", "a.json"]), format!("{SERVICE}---\n{one}"));
    assert_eq!(joined(&["a.json", "b.json"]), format!("{one}\n{one}"), "JSON alone stays JSON");
    assert_eq!(joined(&["a.json"]), one);
}

#[test]
fn a_mark_between_files_ends_as_the_lines_before_it() {
    let crlf = SERVICE.replace('\n', "\r\n");
    let ran = injector(["inject", "a.yaml", "b.yaml", "c.yaml"])
        .files([("a.yaml", crlf.as_str()), ("b.yaml", crlf.trim_end()), ("c.yaml", SERVICE)])
        .succeeds();
    assert_eq!(ran.bytes, format!("{crlf}---\r\n{crlf}---\r\n{SERVICE}").into_bytes());
}

#[test]
fn a_byte_order_mark_and_crlf_are_kept() {
    let text = format!("\u{feff}{}", WEB.replace('\n', "\r\n"));
    let ran = known("inject", []).stdin(text.clone()).succeeds();
    assert!(ran.stdout.starts_with("\u{feff}apiVersion: apps/v1\r\n"));
    assert!(!ran.stdout.replace("\r\n", "").contains('\n'));
    assert_eq!(injector(["uninject"]).stdin(ran.stdout).succeeds().stdout, text);
}
