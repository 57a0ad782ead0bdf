//! What machines are told.

use injector::internals::report::exit::ExitStatus;
use serde_json::Value;

use crate::support::manifests::{SERVICE, WEB, adding, known};
use crate::support::{Ran, injector};

fn stream() -> String {
    let bad = WEB.replace("      labels:\n", "      annotations: {proxy-injection: maybe}\n      labels:\n");
    format!("{SERVICE}---\n{WEB}---\n{bad}")
}

fn report(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stderr).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr))
}

#[test]
fn json_tells_everything_of_a_run_in_one_object() {
    let report = report(&known("inject", ["--report", "json", "web.yaml"]).file("web.yaml", stream()).fails());
    assert_eq!(report["version"], "v1");
    let [good, bad] = report["entries"].as_array().unwrap().as_slice() else { panic!("{report}") };
    assert_eq!(
        (&good["file"], &good["line"], &good["kind"], &good["namespace"], &good["name"]),
        (&"web.yaml".into(), &8.into(), &"Deployment".into(), &"default".into(), &"web".into())
    );
    assert_eq!(good["results"][0]["verdict"], "injected");
    let error = &bad["results"][0]["errors"][0];
    assert_eq!((&error["code"], &error["severity"]), (&"bad-value".into(), &"error".into()));
    assert_eq!((&error["line"], &error["column"]), (&32.into(), &38.into()));
    assert_eq!(error["path"], "/spec/template/metadata/annotations/proxy-injection");
    assert_eq!((&report["summary"]["workloads"], &report["summary"]["errors"]), (&2.into(), &1.into()));
}

#[test]
fn json_is_one_object_even_where_nothing_could_be_read_or_written() {
    for run in [
        injector(["inject", "--report=json", "gone.yaml"]),
        injector(["check", "--report=json", "-p", "gone"]),
        injector(["inject", "--report=json", "--set", "x=1"]),
        injector(["inject", "--report=json"]).stdin("a: [\n"),
    ] {
        let report = report(&run.fails());
        assert_eq!(report["diagnostics"][0]["severity"], "error", "{report}");
    }
    let run = injector(["inject"]).file("web.yaml", WEB);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_injector"))
        .args(["inject", "--report=json", "web.yaml"])
        .current_dir(run.folder())
        .stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(report["diagnostics"][0]["code"], "unwritable");
}

#[test]
fn the_verdicts_of_check_as_json() {
    let verdict = |args: &[&'static str], text: &str| {
        let ran = known("check", ["--report", "json"].iter().chain(args).copied()).stdin(text).exits_any();
        report(&ran)["entries"][0]["results"][0]["verdict"].as_str().unwrap().to_owned()
    };
    let injected = crate::support::manifests::injected();
    assert_eq!(verdict(&[], WEB), "missing");
    assert_eq!(verdict(&[], &injected), "injected");
    assert_eq!(verdict(&["--set", "tcpPort=7000"], &injected), "outdated");
    assert_eq!(verdict(&[], &injected[..injected.find("        - name: proxy-sidecar").unwrap()]), "partial");
    assert_eq!(verdict(&["-n", "kube-system"], WEB), "skipped");
}

#[test]
fn github_gets_annotations_of_lines() {
    let ran = known("inject", ["--report", "github", "web.yaml"]).file("web.yaml", stream()).fails();
    let first = ran.stderr.lines().find(|line| line.starts_with("::error ")).unwrap();
    assert!(first.starts_with("::error file=web.yaml,line=32,col=38,title=bad-value::annotation"), "{first}");
    assert!(ran.stderr.lines().all(|line| line.starts_with("::")), "{}", ran.stderr);
    let ran = known("check", ["--report", "github", "web.yaml"]).file("web.yaml", WEB).finds();
    assert_eq!(
        ran.stderr,
        "::error file=web.yaml,line=1,col=1,title=missing::deployment/web (default): not injected by cortexflow\n"
    );
}

#[test]
fn sarif_has_rules_results_and_places() {
    let ran = known("inject", ["--report", "sarif", "web.yaml"]).file("web.yaml", stream()).fails();
    let sarif = report(&ran);
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let bad = results.iter().find(|result| result["ruleId"] == "bad-value").unwrap();
    let place = &bad["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "web.yaml");
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&32.into(), &38.into()));
}

#[test]
fn quiet_tells_errors_only() {
    assert_eq!(injector(["inject", "-q"]).stdin(WEB).succeeds().stderr, "");
    let ran = known("inject", ["-q", "web.yaml"]).file("web.yaml", stream()).fails();
    assert_eq!(ran.stderr.lines().count(), 2, "the error and its hint: {}", ran.stderr);
    assert!(ran.stderr.starts_with("error: web.yaml:32:38: "), "{}", ran.stderr);
    assert_eq!(injector(["check", "-q"]).stdin(WEB).finds().stderr, "");
    // What programs read stays whole, on standard error and in a file.
    let told = |args: &[&'static str]| {
        let ran = injector(["inject"].iter().chain(args).copied()).stdin(WEB).succeeds();
        (ran.stdout, ran.stderr)
    };
    for form in ["json", "sarif", "junit", "gitlab"] {
        let loud = told(&["--report", form]);
        assert_eq!(told(&["-q", "--report", form]), loud, "{form}");
        assert!(loud.1.contains(if form == "junit" { "web" } else { "namespace-unknown" }), "{form}: {}", loud.1);
    }
    // As soon as one form has all.
    let file = injector(["inject", "-q", "--report", "json=report.json"]).stdin(WEB).succeeds();
    assert_eq!(file.stderr, "");
    assert!(String::from_utf8(file.read("report.json")).unwrap().contains("namespace-unknown"));
}

#[test]
fn colour_is_for_terminals_and_on_request() {
    assert!(!known("inject", []).stdin(WEB).succeeds().stderr.contains('\x1b'));
    assert!(known("inject", ["--color", "always"]).stdin(WEB).succeeds().stderr.contains("\x1b[32minjected"));
    assert!(known("inject", []).env("CLICOLOR_FORCE", "1").stdin(WEB).succeeds().stderr.contains('\x1b'));
    let none = known("inject", []).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").stdin(WEB).succeeds();
    assert!(!none.stderr.contains('\x1b'));
}

#[test]
fn what_one_profile_rejects_no_other_one_is_said_to_inject() {
    let bad = WEB.replace("      labels:\n", "      annotations: {proxy-injection: maybe}\n      labels:\n");
    let ran = known("inject", ["--keep-going", "--report=json", "-p", "cortexflow", "-p", "p2.yaml", "web.yaml"])
        .file("p2.yaml", adding("p2", "helper"))
        .file("web.yaml", &bad)
        .exits(ExitStatus::Error);
    assert_eq!(ran.stdout, bad);
    let report = report(&ran);
    let results = report["entries"][0]["results"].as_array().unwrap();
    let verdicts: Vec<&str> = results.iter().map(|result| result["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["rejected", "unchanged"], "{report}");
    assert_eq!((&report["summary"]["injected"], &report["summary"]["unchanged"]), (&0.into(), &1.into()));
}

#[test]
fn a_run_ends_with_the_numbers_of_workloads() {
    let last = |ran: &Ran| ran.stderr.lines().last().unwrap_or_default().to_owned();
    let out = WEB.replace("      labels:\n", "      annotations: {proxy-injection: disabled}\n      labels:\n");
    let three = format!("{}---\n{out}", stream());
    let run = |command: &'static str, args: &[&'static str], text: &str| {
        known(command, args.iter().copied()).stdin(text).exits_any()
    };
    assert_eq!(last(&run("inject", &[], &three)), "3 workloads: 1 injected, 1 skipped, 1 refused");
    let kept = run("inject", &["--keep-going"], &three);
    assert_eq!(last(&kept), "3 workloads: 1 injected, 1 skipped, 1 refused");
    assert!(!kept.stdout.contains("workloads:"));
    assert_eq!(last(&run("check", &[], &three)), "3 workloads: 1 skipped, 1 not injected, 1 refused");
    assert_eq!(last(&run("check", &[], &kept.stdout)), "3 workloads: 1 injected, 1 skipped, 1 refused");
    let back = injector(["uninject"]).stdin(kept.stdout).succeeds();
    assert_eq!(last(&back), "3 workloads: 1 uninjected, 2 unchanged");
    // Several profiles on one workload count once.
    let both = known("inject", ["-p", "one.yaml", "-p", "cortexflow"]).file("one.yaml", adding("one", "helper"));
    assert_eq!(last(&both.stdin(out).succeeds()), "1 workload: 1 injected");
    // Standard output shows the rest; a wrong path is seen there too.
    for command in ["inject", "uninject", "check", "diff", "explain"] {
        assert_eq!(injector([command]).stdin(SERVICE).succeeds().stderr, "0 workloads\n", "{command}");
    }
    for command in ["diff", "explain"] {
        assert!(!run(command, &[], WEB).stderr.contains("1 workload"), "{command}");
    }
    // What machines read is as it was.
    for args in [
        &["-q"][..],
        &["--report=github"],
        &["--report=json"],
        &["--report=sarif"],
        &["--report=junit"],
        &["--report=gitlab"],
    ] {
        assert!(!run("inject", args, &three).stderr.contains("3 workloads:"), "{args:?}");
    }
}

/// A text without its colours.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.split_once('m').unwrap().1)
}

#[test]
fn a_diff_and_an_explanation_are_coloured_on_request_and_are_else_as_they_were() {
    let run = |command: &'static str, args: &[&'static str]| {
        let args = args.iter().copied().chain(["web.yaml"]);
        known(command, args).file("web.yaml", WEB.replace("metadata:\n  name", "metadata:   # -- here\r\n  name"))
    };
    for (command, some) in [
        (
            "diff",
            [
                "\u{1b}[1m--- a/web.yaml\u{1b}[0m\n",
                "\u{1b}[36m@@ ",
                "\u{1b}[32m+        - name: proxy-sidecar\u{1b}[0m\n",
            ],
        ),
        (
            "explain",
            [
                "\u{1b}[1mdeployment/web (default)\u{1b}[0m  web.yaml:1:1\n",
                "  profile cortexflow: \u{1b}[32minjected, by the rule default\u{1b}[0m\n",
                "    \u{1b}[1m→ default",
            ],
        ),
    ] {
        let usual = run(command, &[]).exits_any().stdout;
        assert!(!usual.contains('\u{1b}'), "{usual}");
        let coloured = run(command, &["--color=always"]).exits_any().stdout;
        for part in some {
            assert!(coloured.contains(part), "{part:?}: {coloured:?}");
        }
        assert_eq!(plain(&coloured), usual);
        assert_eq!(run(command, &[]).env("CLICOLOR_FORCE", "1").exits_any().stdout, coloured);
        let no = |args: &[&'static str]| run(command, args).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1");
        assert_eq!(no(&[]).exits_any().stdout, usual);
        assert_eq!(no(&["--color=always"]).exits_any().stdout, coloured);
        assert_eq!(run(command, &["--color=never"]).env("CLICOLOR_FORCE", "1").exits_any().stdout, usual);
    }
}
