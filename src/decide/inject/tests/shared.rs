//! What is shared between the renderings of objects, and what is not.

use super::super::render::Item;
use super::*;

fn loaded(spec: &Value) -> Profile {
    let mut document = json!({
        "apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "p"}, "spec": {"policy": "OptOut"},
    });
    document["spec"].as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    load::load(&document).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn deployment(name: &str, template: &Value) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {"template": template}})
}

/// What is rendered for each of these objects in one run, and that each alone is rendered the same.
fn rendered(profile: &Profile, objects: &[Value]) -> Vec<Arc<Rendered>> {
    let (set, facts, run) = (SetValues::new(), facts(), Renderings::default());
    let of = |object: &Value, renderings: &Renderings| {
        let identity = workload::identify(object).unwrap();
        let template = &object["spec"]["template"];
        let identity = identity.with_template(object, &Pointer::of(["spec", "template"])).into_owned();
        let values = parameter::resolve(profile, template, &set, Some(0), facts.namespace.inherited()).unwrap();
        let reading = PodReading::new(&identity, template, &facts);
        renderings.get((profile, &set), &values, &reading, Sidecar::Classic)
    };
    let rendered: Vec<_> = objects.iter().map(|object| of(object, &run)).collect();
    for (object, rendered) in objects.iter().zip(&rendered) {
        assert_eq!(format!("{:?}", of(object, &Renderings::default())), format!("{rendered:?}"), "{object}");
        assert_eq!(rendered.size(), rendered.hashed().len(), "{object}");
    }
    rendered
}

fn items(rendered: &Rendered, slot: Slot) -> &[Item] {
    &rendered.added[slot]
}

#[test]
fn a_part_that_reads_the_same_of_two_objects_is_rendered_once() {
    let profile = loaded(&json!({
        "let": [{"name": "ports", "value": "pod.spec.containers.map(c, c.name).join(',')"}],
        "containers": [{"name": "side", "image": "side:1", "env": [{"name": "PORTS", "value": "{{ lets.ports }}"}]}],
        "labels": [{"key": "of", "value": "{{ workload.name }}"}],
        "annotations": {"level": "{{ level }}"},
        "parameters": [{"name": "level", "type": "string", "default": "info", "annotation": "example.com/level"}],
    }));
    let template =
        json!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}});
    let mut verbose = template.clone();
    verbose["metadata"]["annotations"] = json!({"example.com/level": "debug"});
    let mut other = template.clone();
    other["spec"]["containers"][0]["name"] = json!("shop");
    let objects = [
        deployment("one", &template),
        deployment("two", &template),
        deployment("two", &verbose),
        deployment("two", &other),
        deployment("one", &template),
    ];
    let all = rendered(&profile, &objects);
    let [one, two, verbose, other, again] = &all[..] else { panic!("{all:?}") };
    let is_shared = |left: &Rendered, right: &Rendered, slot| {
        Arc::ptr_eq(&items(left, slot)[0].value, &items(right, slot)[0].value)
    };
    assert!(is_shared(one, two, Slot::Containers) && is_shared(one, two, Slot::Annotations));
    assert_eq!(*items(two, Slot::Labels)[0].value, "two");
    assert!(is_shared(two, verbose, Slot::Containers) && is_shared(two, verbose, Slot::Labels));
    assert_eq!(*items(verbose, Slot::Annotations)[0].value, "debug");
    assert!(is_shared(two, other, Slot::Labels) && !is_shared(two, other, Slot::Containers));
    assert!(Arc::ptr_eq(one, again), "all of it reads the same");
}

#[test]
fn what_is_made_of_different_containers_may_be_the_same() {
    let profile = loaded(&json!({
        "let": [
            {"name": "containers", "value": "pod.spec.?initContainers.orValue([]) + pod.spec.containers"},
            {"name": "ports", "value": "lets.containers.map(c, c.?ports.orValue([])).flatten().map(p, p.containerPort)"},
            {"name": "first", "value": "lets.ports.size() > 0 ? lets.ports[0] : null"},
        ],
        "containers": [{"name": "side", "image": "side:1", "env": [{"name": "PORT", "value": "{{ lets.first }}"}]}],
        "initContainers": [{"name": "init", "image": "init:1", "args": ["{{ lets.containers[0].image }}"]}],
        "labels": [{"key": "port", "value": "{{ lets.first }}", "when": "lets.ports.size() > 1"}],
    }));
    let of = |image: &str, ports: Value| {
        let template =
            json!({"metadata": {}, "spec": {"containers": [{"name": "web", "image": image, "ports": ports}]}});
        deployment("web", &template)
    };
    let port = |port: u32| json!({"containerPort": port});
    let all = rendered(
        &profile,
        &[
            of("web:1", json!([port(1)])),
            of("web:2", json!([port(1)])),
            of("web:3", json!([port(2)])),
            of("web:4", json!([port(1), port(2)])),
            of("web:5", json!([])),
            of("web:5", json!([port(1)])),
        ],
    );
    let is_shared = |left: usize, right: usize, slot| {
        Arc::ptr_eq(&items(&all[left], slot)[0].value, &items(&all[right], slot)[0].value)
    };
    assert!(
        is_shared(0, 1, Slot::Containers) && is_shared(0, 3, Slot::Containers) && is_shared(0, 5, Slot::Containers)
    );
    assert!(!is_shared(0, 2, Slot::Containers) && !is_shared(0, 4, Slot::Containers));
    assert!(!is_shared(0, 1, Slot::InitContainers) && is_shared(4, 5, Slot::InitContainers));
}

#[test]
fn what_is_absent_at_another_depth_is_not_the_same() {
    let profile = loaded(&json!({
        "annotations": {"sees": "{{ has(pod.spec.affinity.nodeAffinity) }}"},
    }));
    let with = |spec: Value| {
        let mut template = json!({"metadata": {}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}});
        template["spec"].as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
        deployment("web", &template)
    };
    let all = rendered(&profile, &[with(json!({"affinity": {"podAffinity": {}}})), with(json!({}))]);
    assert!(all[0].failed.is_empty() && !all[1].failed.is_empty(), "{all:?}");
}

#[test]
fn bounds_of_a_rendering_as_a_whole_count_what_is_shared() {
    // A part for each of these, which may make 64 elements; all of them together, 256.
    let lists =
        ["metadata/labels", "metadata/annotations", "spec/nodeSelector", "spec/overhead", "spec/imagePullSecrets"];
    let volume = |list: &&str| {
        let (path, name) = (list.replace('/', ".?"), list.split('/').next_back().unwrap().to_lowercase());
        let value = if name == "imagepullsecrets" { "c.name" } else { "c" };
        json!({
            "forEach": {"name": "c", "in": format!("pod.?{path}.orValue([])")},
            "name": format!("{name}-{{{{ {value} }}}}"), "emptyDir": {},
        })
    };
    let profile = loaded(&json!({"volumes": lists.iter().map(volume).collect::<Vec<_>>()}));
    let with = |long: &[&str]| {
        let mut template = json!({"metadata": {}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}});
        for list in long {
            let (parent, field) = list.split_once('/').unwrap();
            let names = (0..60).map(|index| format!("v{index}"));
            template[parent][field] = match field {
                "imagePullSecrets" => names.map(|name| json!({"name": name})).collect(),
                _ => Value::Object(names.map(|name| (name, json!("1"))).collect()),
            };
        }
        deployment("web", &template)
    };
    let all = rendered(&profile, &[with(&lists[..3]), with(&lists[2..]), with(&lists), with(&lists[..4])]);
    let made: Vec<Option<usize>> =
        all.iter().map(|rendered| rendered.failed.is_empty().then(|| items(rendered, Slot::Volumes).len())).collect();
    assert_eq!(made, [Some(180), Some(180), None, Some(240)]);
}

#[test]
fn what_has_a_fault_is_not_kept() {
    let profile = loaded(&json!({"labels": [{"key": "of", "value": "{{ pod.metadata.labels.app }}"}]}));
    let template = json!({"metadata": {"labels": {}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}});
    let mut good = template.clone();
    good["metadata"]["labels"] = json!({"app": "web"});
    let objects = [&template, &template, &good, &template].map(|template| deployment("web", template));
    let all = rendered(&profile, &objects);
    let failed: Vec<usize> = all.iter().map(|rendered| rendered.failed.len()).collect();
    assert_eq!(failed, [1, 1, 0, 1]);
}

#[test]
fn what_the_api_server_fills_in_is_the_same_only_if_what_it_is_made_of_is() {
    let profile = loaded(&json!({
        "let": [{"name": "first", "value": "pod.spec.containers[0]"}],
        "annotations": {
            "host-port": "{{ string(lets.first.ports[0].?hostPort.orValue(0)) }}",
            "pull": "{{ lets.first.imagePullPolicy }}",
            "cpu": "{{ lets.first.resources.?requests.cpu.orValue('none') }}",
            "memory": "{{ pod.spec.containers[0].resources.?requests.memory.orValue('none') }}",
            "requested": "{{ string(lets.first.resources.?requests.orValue({}).size()) }}",
            "empty": "{{ string(pod.spec.?volumes.orValue([]).filter(v, has(v.emptyDir)).size()) }}",
            "arguments": "{{ string(has(lets.first.args)) }}",
            "namespace": "{{ pod.metadata.namespace }}",
            "user": "{{ string(pod.spec.securityContext.?runAsUser.orValue(7)) }}",
        },
    }));
    let container = json!({"name": "web", "image": "web:1", "ports": [{"containerPort": 80}], "args": ["a"]});
    let template = json!({"metadata": {}, "spec": {"containers": [container], "volumes": [{"name": "v"}]}});
    let changes = [
        ("/spec/hostNetwork", json!(true)),
        ("/spec/containers/0/image", json!("web")),
        ("/spec/containers/0/image", json!("web:2")),
        ("/spec/containers/0/resources", json!({"limits": {"cpu": 1, "memory": "1Gi"}})),
        ("/spec/containers/0/resources", json!({"limits": {"cpu": 1, "memory": "2Gi"}, "requests": {"cpu": "500m"}})),
        ("/spec/containers/0/resources", json!({"limits": {}, "requests": {"cpu": "0.5"}})),
        ("/spec/volumes", json!([{"name": "v", "hostPath": {"path": "/v"}}])),
        ("/spec/volumes", json!([{"name": "w"}])),
        ("/spec/containers/0/args", json!([])),
        ("/spec/containers/0/args", json!(null)),
        ("/metadata/namespace", json!("another")),
        ("/spec/securityContext", json!({"runAsUser": 0})),
        ("/spec/securityContext", json!({})),
    ];
    let changed = changes.iter().map(|(at, value)| {
        let mut template = template.clone();
        let (parent, name) = at.rsplit_once('/').unwrap();
        template.pointer_mut(parent).unwrap()[name] = value.clone();
        template
    });
    let templates: Vec<Value> = [template.clone()].into_iter().chain(changed).collect();
    // Every pair, one after the other.
    let objects: Vec<Value> = templates
        .iter()
        .flat_map(|one| templates.iter().map(move |other| [one, other]))
        .flatten()
        .map(|t| deployment("web", t))
        .collect();
    let all = rendered(&profile, &objects);
    let texts = |slot: &str| -> std::collections::BTreeSet<&str> {
        let items = all.iter().flat_map(|one| items(one, Slot::Annotations));
        items.filter(|item| item.key == slot).filter_map(|item| item.value.as_str()).collect()
    };
    let found = ["host-port", "pull", "cpu", "memory", "requested", "empty", "arguments", "namespace", "user"]
        .map(|slot| texts(slot).len());
    assert_eq!(found, [2, 2, 3, 3, 3, 2, 2, 1, 2], "each of them differs");
}

#[test]
fn the_namespace_of_a_pod_counts_where_it_is_read() {
    for read in [
        "pod.metadata.namespace",
        "pod.metadata.?namespace.orValue('')",
        "json(pod.metadata)",
        "json(pod)",
        "keys(pod.metadata).filter(k, k == 'namespace').map(k, pod.metadata[k]).join('')",
    ] {
        let profile = loaded(&json!({
            "matchConditions": [{"name": "n", "expression": format!("!({read}).contains('prod')")}],
            "annotations": {"read": format!("{{{{ {read} }}}}")},
        }));
        let labels = json!({"a": "b"});
        let template =
            json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}});
        let mut object = deployment("web", &template);
        object["spec"]["selector"] = json!({"matchLabels": labels});
        let identity = workload::identify(&object).unwrap();
        with(&profile, |request| {
            for name in ["alpha", "beta", "prod", "alpha", "other", "prod", "beta"] {
                let facts = Facts { namespace: Namespace { name: name.to_owned(), ..Namespace::default() }, ..facts() };
                let outcome = plan(&identity, &object, &facts, request);
                let is_injected = matches!(outcome.steps[0].verdict, Verdict::Injected(_));
                assert_eq!(is_injected, name != "prod", "{read}: {:?}", outcome.steps);
                let text = format!("{:?}", outcome.patch);
                assert_eq!(text.contains("alpha"), name == "alpha", "{read} in `{name}`: {text}");
                assert_eq!(text.contains("beta"), name == "beta", "{read} in `{name}`: {text}");
            }
        });
    }
}
