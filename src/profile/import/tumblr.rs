//! The configuration of tumblr's k8s-sidecar-injector: one set of sidecars with a name, for which a pod asks in an
//! annotation.
//!
//! Its variables and mounts go to every container of the pod and to every container that it adds, where they are not there.

use super::draft::{Content, Draft, Line, Member};
use super::sketch::{Sketch, written};
use super::source::{ImportError, Node};
use super::{carry, cel};
use crate::kube::schema::{self, Shape};

const REQUEST: &str = "injector.tumblr.com/request";
const STATUS: &str = "injector.tumblr.com/status";
const LATEST: &str = "latest";

/// The fields that only this format has.
pub(super) const OWN: [&str; 8] =
    ["env", "hostAliases", "hostNetwork", "hostPID", "inherits", "name", "serviceAccountName", "volumeMounts"];

/// Reads the configuration, and gives the name of the profile.
pub(super) fn read(config: &Node<'_>, sketch: &mut Sketch) -> Result<Draft, ImportError> {
    let name = config.require("name")?;
    let asked = Asked::new(&name.text()?);
    sketch.description = format!("the sidecars `{}` of tumblr's k8s-sidecar-injector", asked.full);
    let values = cel::texts(asked.values.iter().map(String::as_str));
    sketch.condition(
        name.at(),
        "requested",
        format!("{}.lowerAscii() in {values}", cel::of_pod("annotations", REQUEST)),
    );
    sketch.status = Some(STATUS);
    let everywhere = Everywhere { env: config.get("env"), mounts: config.get("volumeMounts") };
    for (field, value) in config.given()? {
        match field.as_str() {
            "name" => {}
            "containers" => sketch.containers.extend(everywhere.containers(&value)?),
            "initContainers" => sketch.init_containers.extend(everywhere.containers(&value)?),
            "volumes" => sketch.list(&field, &value)?,
            "env" => sketch.application.extend(list(&field, &value, &schema::ENV_VAR)?),
            "volumeMounts" => sketch.application.extend(list(&field, &value, &schema::VOLUME_MOUNT)?),
            "hostAliases" => sketch.pod.extend(list(&field, &value, host_alias())?),
            "serviceAccountName" => {
                let account = Draft::text(value.at(), carry::literal(&value.text()?));
                sketch.pod.push(Line::Written((field, Draft::object(written([("value", account)]).into()))));
            }
            "hostNetwork" | "hostPID" => {
                sketch.drop(&value, "a profile cannot let a pod into the node's network or processes")
            }
            "inherits" => sketch.drop(&value, "import that file too, and name its profile in `extends`"),
            _ => sketch.drop(&value, "this is no field of k8s-sidecar-injector that is known"),
        }
    }
    Ok(Draft::text(name.at(), asked.profile))
}

/// The names of a configuration. Their letters may be large or small.
struct Asked {
    /// The name with its version.
    full: String,
    /// What a pod may ask for, in small letters.
    values: Vec<String>,
    /// The name of the profile.
    profile: String,
}

impl Asked {
    fn new(name: &str) -> Self {
        let name = name.to_lowercase();
        let (base, version) = name.split_once(':').unwrap_or((&name, ""));
        let full = format!("{base}:{}", if version.is_empty() { LATEST } else { version });
        match version {
            "" | LATEST => Self { values: vec![base.to_owned(), full.clone()], profile: base.to_owned(), full },
            // A version has dots, and the name of a profile has none.
            version => {
                Self { values: vec![full.clone()], profile: format!("{base}-{}", version.replace('.', "-")), full }
            }
        }
    }
}

/// What every container gets.
struct Everywhere<'a> {
    env: Option<Node<'a>>,
    mounts: Option<Node<'a>>,
}

impl Everywhere<'_> {
    fn containers(&self, list: &Node<'_>) -> Result<Vec<Line<Draft>>, ImportError> {
        let containers = list.elements()?;
        containers.iter().map(|container| Ok(Line::Written(self.container(container)?))).collect()
    }

    fn container(&self, container: &Node<'_>) -> Result<Draft, ImportError> {
        let lists: [(&str, &Option<Node<'_>>, &'static Shape); 2] =
            [("env", &self.env, &schema::ENV_VAR), ("volumeMounts", &self.mounts, &schema::VOLUME_MOUNT)];
        let mut lines = Vec::new();
        for (name, value) in carry::fields(container, &schema::CONTAINER)? {
            lines.push(match lists.iter().find(|(list, ..)| *list == name) {
                Some((_, more, shape)) => Line::Written((name, merged(Some(&value), more.as_ref(), shape)?)),
                None => carry::member(name, &value, &schema::CONTAINER)?,
            });
        }
        for (name, more, shape) in lists {
            if container.get(name).is_none() && more.is_some() {
                lines.push(Line::Written((name.to_owned(), merged(None, more.as_ref(), shape)?)));
            }
        }
        Ok(Draft::new(container.at(), Content::Object(lines)))
    }
}

/// A container's own list, and behind it the elements whose names it does not have.
fn merged(own: Option<&Node<'_>>, more: Option<&Node<'_>>, shape: &'static Shape) -> Result<Draft, ImportError> {
    let mut lines = Vec::new();
    let mut names = Vec::new();
    for element in elements_of(own)? {
        names.extend(element.text_at(&["name"]).map(std::borrow::Cow::into_owned));
        lines.push(Line::Written(carry::part(&element, shape)?));
    }
    for element in elements_of(more)? {
        if !element.text_at(&["name"]).is_some_and(|name| names.iter().any(|known| *known == *name)) {
            lines.push(Line::Written(carry::part(&element, shape)?));
        }
    }
    Ok(match own {
        Some(own) => Draft::new(own.at(), Content::List(lines)),
        None => Draft::list(lines),
    })
}

fn elements_of<'a>(list: Option<&Node<'a>>) -> Result<Vec<Node<'a>>, ImportError> {
    list.map_or(Ok(Vec::new()), Node::elements)
}

fn list(field: &str, node: &Node<'_>, shape: &'static Shape) -> Result<[Line<Member>; 1], ImportError> {
    Ok(written([(field, merged(Some(node), None, shape)?)]))
}

fn host_alias() -> &'static Shape {
    match schema::POD_SPEC.member("hostAliases") {
        Some(Shape::List(element)) => element,
        _ => &Shape::Any,
    }
}
