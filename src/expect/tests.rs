//! What is held against what, and what is said where it differs.

use serde_json::json;

use super::*;

const AT: Position = Position { line: 7, column: 3 };

fn came(object: Value) -> Came {
    Came { title: "pod/web (default)".to_owned(), object, ..Came::default() }
}

fn told(wanted: Wanted, came: &Came) -> Vec<String> {
    let problems = Expectation { wanted, at: AT }.judge("t.yaml", came);
    let line = |problem: &CaseProblem| {
        let CaseProblem { placed, diff } = problem;
        let hint = placed.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        let message = placed.message.strip_prefix("pod/web (default): ").unwrap_or(&placed.message);
        format!("{} {message}{hint} {}", placed.place(), diff.replace('\n', "|"))
    };
    problems.iter().map(line).collect()
}

fn part(wanted: Value, object: Value) -> Vec<String> {
    told(Wanted::Part(wanted, vec![(Pointer::of(["a"]), Position { line: 9, column: 1 })]), &came(object))
}

#[test]
fn a_part_has_the_keys_and_elements_that_are_named() {
    let pod = json!({
        "metadata": {"name": "web", "labels": {}},
        "spec": {
            "hostNetwork": false,
            "containers": [
                {"name": "web", "args": ["-a", "1", "-b", "2"], "ports": [{"containerPort": 80}]},
                {"name": "tail", "image": "tail:1", "volumeMounts": [{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/b"}]},
            ],
            "tolerations": [{"operator": "Exists", "effect": "NoExecute"}],
            "priority": 10,
        },
    });
    for wanted in [
        json!({"metadata": {"name": "web"}}),
        json!({"metadata": {"labels": {}, "annotations": null}}),
        json!({"spec": {"containers": [{"name": "tail"}, {"name": "web"}]}}),
        json!({"spec": {"containers": [{"image": "tail:1"}]}}),
        json!({"spec": {"containers": [{"name": "web", "args": ["-a", "-b", "2"], "image": null}]}}),
        json!({"spec": {"containers": [{"volumeMounts": [{"mountPath": "/b", "name": "v"}]}]}}),
        json!({"spec": {"containers": [{"name": "web", "ports": [{"containerPort": 80}]}]}}),
        json!({"spec": {"tolerations": [{"operator": "Exists"}], "priority": 10.0}}),
    ] {
        assert_eq!(part(wanted.clone(), pod.clone()), Vec::<String>::new(), "{wanted}");
    }
    for (wanted, expected) in [
        (json!({"metadata": {"name": "api"}}), "`/metadata/name` is not as expected -\"api\"|+\"web\"|"),
        (json!({"metadata": {"uid": "1"}}), "`/metadata/uid` is not there -\"1\"|"),
        (json!({"metadata": {"labels": null}}), "`/metadata/labels` is there, and should not be +{}|"),
        (json!({"metadata": {"labels": []}}), "`/metadata/labels` is not as expected -[]|+{}|"),
        (
            json!({"spec": {"containers": [{"name": "tail", "image": "tail:2"}]}}),
            "`/spec/containers/tail/image` is not as expected -\"tail:2\"|+\"tail:1\"|",
        ),
        (
            json!({"spec": {"tolerations": [{"operator": "Equal"}]}}),
            "`/spec/tolerations` has no such element -{\"operator\":\"Equal\"}|+{\"operator\":\"Exists\",\"effect\":\"NoExecute\"}|",
        ),
        (
            json!({"spec": {"containers": [{"name": "web", "args": ["-b", "-a"]}]}}),
            "`/spec/containers/web/args` has no such element, behind the one before it -\"-a\"|+\"-a\"|+\"1\"|+\"-b\"|+\"2\"|",
        ),
        (
            json!({"spec": {"containers": [{"name": "web", "ports": []}]}}),
            "`/spec/containers/web/ports` is not empty -[]|+{\"containerPort\":80}|",
        ),
        (json!({"spec": {"hostNetwork": true}}), "`/spec/hostNetwork` is not as expected -true|+false|"),
        (json!({"spec": {"priority": "10"}}), "`/spec/priority` is not as expected -\"10\"|+10|"),
    ] {
        assert_eq!(part(wanted.clone(), pod.clone()), [format!("t.yaml:7:3:  {expected}")], "{wanted}");
    }
    assert_eq!(
        part(json!({"a": 1}), json!({"a": 2})),
        ["t.yaml:9:1:  `/a` is not as expected -1|+2|"],
        "its own place"
    );
}

#[test]
fn an_element_stands_for_one_of_its_name() {
    let ports = json!({"ports": [{"containerPort": 53, "protocol": "TCP"}, {"containerPort": 53, "protocol": "UDP"}]});
    for wanted in [
        json!([{"containerPort": 53, "protocol": "UDP"}]),
        json!([{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53}]),
    ] {
        assert_eq!(part(json!({"ports": wanted}), ports.clone()), Vec::<String>::new(), "{wanted}");
    }
    for wanted in [
        json!([{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53, "protocol": "UDP"}]),
        json!([{"containerPort": 53}, {"containerPort": 53}, {"containerPort": 53}]),
        json!([{"containerPort": 53, "protocol": "SCTP"}]),
    ] {
        assert_eq!(part(json!({"ports": wanted}), ports.clone()).len(), 1, "{wanted}");
    }
}

#[test]
fn large_numbers_that_differ_are_not_the_same() {
    let object = json!({"runAsUser": 9_007_199_254_740_993_u64});
    assert_eq!(part(json!({"runAsUser": 9_007_199_254_740_993_u64}), object.clone()), Vec::<String>::new());
    assert_eq!(part(json!({"runAsUser": 9_007_199_254_740_992_u64}), object).len(), 1);
}

#[test]
fn a_verdict_and_a_rule_are_of_all_profiles_or_of_one() {
    let verdict = |profile: &str, word, rule| CameVerdict {
        profile: profile.to_owned(),
        word,
        rule,
        sentence: format!("{word} it"),
    };
    let came = Came {
        verdicts: vec![verdict("logs", "injected", Some("default")), verdict("proxy", "rejected", None)],
        ..came(Value::Null)
    };
    let of =
        |profile: Option<&str>, word: &str| OfProfile { profile: profile.map(str::to_owned), word: word.to_owned() };
    let none: [&str; 0] = [];
    assert_eq!(told(Wanted::Verdict(of(Some("logs"), "injected")), &came), none);
    assert_eq!(told(Wanted::Rule(of(Some("logs"), "default")), &came), none);
    assert_eq!(
        told(Wanted::Verdict(of(None, "injected")), &came),
        ["t.yaml:7:3:  the verdict of `proxy` is `rejected`, not `injected` -injected|+rejected it|"]
    );
    assert_eq!(
        told(Wanted::Rule(of(Some("proxy"), "default")), &came),
        ["t.yaml:7:3:  the rule of `proxy` is none, not `default` -default|+rejected it|"]
    );
    assert_eq!(
        told(Wanted::Verdict(of(Some("log"), "injected")), &came),
        ["t.yaml:7:3:  no profile of this case is called `log` (did you mean `logs`?) "]
    );
    let other = Came { verdicts: Vec::new(), ..came };
    assert_eq!(
        told(Wanted::Verdict(of(None, "injected")), &other),
        ["t.yaml:7:3:  there is no verdict: pod/web (default) is not a workload "]
    );
}

#[test]
fn diagnostics_are_all_that_come_and_no_other() {
    let placed = |code: Code, message: &str| Placed::new(code, message);
    let came = Came {
        diagnostics: vec![
            placed(Code::QosChanged, "the class changes"),
            placed(Code::ProfileWarning, "one"),
            placed(Code::ProfileWarning, "two"),
            placed(Code::GuessedPort, "a note"),
        ],
        ..came(Value::Null)
    };
    let wanted = |code: Code, message: Option<&str>| WantedDiagnostic {
        code: code.id(),
        message: message.map(str::to_owned),
        path: None,
        at: Position { line: 8, column: 5 },
    };
    let warnings = |wanted: &[WantedDiagnostic]| told(Wanted::Diagnostics(Severity::Warning, wanted.to_vec()), &came);
    let none: [&str; 0] = [];
    let [qos, any, two] = [(Code::QosChanged, None), (Code::ProfileWarning, None), (Code::ProfileWarning, Some("tw"))]
        .map(|(code, message)| wanted(code, message));
    // What says more is found first, whatever the order.
    assert_eq!(warnings(&[any.clone(), qos.clone(), two.clone()]), none);
    assert_eq!(
        warnings(&[two.clone(), qos.clone()]),
        [
            "t.yaml:7:3:  the warnings are not those expected  profile-warning: two| qos-changed: the class changes|+profile-warning: one|"
        ]
    );
    assert_eq!(
        warnings(&[qos, any.clone(), two, any]),
        ["t.yaml:8:5:  the warnings are not those expected  profile-warning: two| qos-changed: the class changes\
             | profile-warning: one|-profile-warning|"]
    );
    assert_eq!(told(Wanted::Diagnostics(Severity::Error, Vec::new()), &came), none);
}

#[test]
fn a_patch_is_compared_as_a_whole_but_for_the_record() {
    let record = json!({"op": "add", "path": "/metadata/annotations/sidecar-injector~1status", "value": "[…]"});
    let add = json!({"op": "add", "path": "/spec/volumes", "value": [{"name": "v", "emptyDir": {}}]});
    let came = Came { patch: vec![add.clone(), record.clone()], ..came(Value::Null) };
    let patch = |wanted: &[Value]| told(Wanted::Patch(wanted.to_vec()), &came);
    let none: [&str; 0] = [];
    let in_another_order = json!({"value": [{"emptyDir": {}, "name": "v"}], "path": "/spec/volumes", "op": "add"});
    assert_eq!(patch(std::slice::from_ref(&add)), none);
    assert_eq!(patch(&[in_another_order, record.clone()]), none);
    let remove = json!({"path": "/x", "op": "remove"});
    assert_eq!(
        patch(&[add, remove]),
        ["t.yaml:7:3:  the patch is not as expected @@ -1,2 +1 @@| \
             {\"op\":\"add\",\"path\":\"/spec/volumes\",\"value\":[{\"emptyDir\":{},\"name\":\"v\"}]}|\
             -{\"op\":\"remove\",\"path\":\"/x\"}|"]
    );
    assert_eq!(patch(&[record]).len(), 1, "where the record is there, it counts");
}

#[test]
fn a_text_is_compared_line_by_line() {
    let expectation = Expectation { wanted: Wanted::Text(TextKind::Output, "x.yaml".to_owned()), at: AT };
    let judge = |wanted, came| expectation.judge_text("t.yaml", ("x.yaml", wanted), came);
    assert_eq!(judge(Some("a\nb\n"), "a\nb\n"), None);
    let wrong = judge(Some("a\nb\n"), "a\r\nb\n").unwrap();
    assert_eq!(wrong.placed.message, "`x.yaml` is not what came");
    assert_eq!(wrong.diff, "@@ -1,2 +1,2 @@\n-a\n+a\r\n b\n");
    assert_eq!(judge(None, "").unwrap().placed.message, "there is no file `x.yaml`");
}
