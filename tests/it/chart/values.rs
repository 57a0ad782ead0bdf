//! The chart's values: each is in the schema, and each is taken by a template.

use std::collections::BTreeSet;
use std::fs;

use injector::internals::profile::builtin;
use serde_json::Value;

use super::{chart, find, objects, present, root};
use crate::support::injector;

fn file(name: &str) -> String {
    fs::read_to_string(chart().join(name)).unwrap()
}

fn values() -> Value {
    objects(&file("values.yaml")).remove(0)
}

fn schema() -> Value {
    serde_json::from_str(&file("values.schema.json")).unwrap()
}

fn keys(object: &Value) -> BTreeSet<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn its_version_is_the_programs() {
    let chart = &objects(&file("Chart.yaml"))[0];
    assert_eq!(chart["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(chart["appVersion"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn every_value_is_in_the_schema_and_nothing_else_is_allowed() {
    let (values, schema) = (values(), schema());
    let mut allowed = keys(&schema["properties"]);
    // Helm gives it to every chart that another one includes.
    assert!(allowed.remove("global"));
    assert_eq!(keys(&values), allowed);
    assert_eq!(keys(&values["certificates"]), keys(&schema["properties"]["certificates"]["properties"]));
    for object in [&schema, &schema["properties"]["certificates"], &schema["definitions"]["own"]] {
        assert_eq!(object["additionalProperties"], false);
    }
}

#[test]
fn the_schema_names_the_built_in_profiles() {
    let names: Vec<&str> = builtin::ALL.iter().map(|builtin| builtin.name).collect();
    assert_eq!(schema()["definitions"]["builtin"]["enum"], serde_json::json!(names));
}

#[test]
fn every_value_is_taken_by_a_template() {
    let mut templates: String = present(&chart())
        .into_iter()
        .filter(|(name, _)| name.starts_with("templates/"))
        .map(|(_, text)| text)
        .collect();
    templates.push_str(&file("templates/_helpers.tpl"));
    templates.push_str(&file("templates/policy/objects.yaml"));
    let values = values();
    let unused: Vec<String> =
        keys(&values).into_iter().filter(|name| !templates.contains(&format!(".Values.{name}"))).collect();
    assert_eq!(unused, Vec::<String>::new());
}

#[test]
fn its_resources_are_those_of_install() {
    let printed = injector(["install", "--cert-manager"]).succeeds().stdout;
    let objects = objects(&printed);
    let pod = &find(&objects, "Deployment", "injector")["spec"]["template"]["spec"];
    assert_eq!(values()["resources"], pod["containers"][0]["resources"]);
    assert_eq!(values()["nodeSelector"], pod["nodeSelector"]);
}

#[test]
fn every_value_is_in_the_table_of_its_page() {
    let page = fs::read_to_string(root().join("docs/helm.md")).unwrap();
    let table = page.split("## Values").nth(1).unwrap().split("\n## ").next().unwrap();
    let cells = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('|'));
    let names: BTreeSet<String> =
        cells.flat_map(|(cell, _)| cell.split(", ").map(|name| name.trim().trim_matches('`').to_owned())).collect();
    assert_eq!(names, keys(&values()));
}
