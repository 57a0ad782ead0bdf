//! The alternatives of a profile that a pod's author can choose, by an annotation or another place in the pod: a sample for each.
//!
//! A condition is not solved. A parameter gets the values that its type has, and those texts and numbers with which expressions
//! compare it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::sample::{Sample, Setting, guess};
use crate::profile::{Parameter, ParameterType, Profile, Template};

/// Up to so many combinations all are tried, and of more each value alone.
const MOST: usize = 64;

/// A value that a pod's author may give to a parameter.
#[derive(Clone, Debug)]
struct Choice {
    /// The parameter.
    index: usize,
    value: Value,
    /// How it is chosen, in words.
    words: String,
}

/// A pod that another pod's author could ask for.
pub(super) struct Chosen<'p> {
    pub(super) sample: Sample<'p>,
    /// When it is this one: a clause.
    pub(super) words: String,
}

/// The pods that others could ask for, beside a sample with the defaults; those with the fewest choices first.
pub(super) fn samples<'p>(sample: &Sample<'p>) -> Vec<Chosen<'p>> {
    let profile = sample.profile();
    let chosen = combinations(&options(profile)).into_iter().map(|choices| {
        let words: Vec<&str> = choices.iter().map(|choice| choice.words.as_str()).collect();
        let words = format!("where {}", words.join(" and "));
        let values = choices.into_iter().map(|choice| (choice.index, choice.value)).collect();
        Chosen { sample: Sample::new(profile, Setting { values, ..sample.setting().clone() }), words }
    });
    chosen.collect()
}

/// For each parameter that decides what is there and that a pod can set, the values to try.
fn options(profile: &Profile) -> Vec<Vec<Choice>> {
    let conditions = profile.all_conditions().into_iter().flat_map(|condition| condition.holds.variables());
    let deciding = profile.parameters_behind(conditions);
    let used = profile.parameters_behind(profile.templates().flat_map(Template::variables));
    let mut options = Vec::new();
    for (index, parameter) in profile.parameters.iter().enumerate() {
        let is_the_pods = parameter.annotation_words().is_some() || !parameter.from.is_empty();
        // An expression may choose by these without a condition.
        let is_finite = matches!(parameter.ty, ParameterType::Boolean | ParameterType::Enum(_))
            || parameter.ty.structure().is_some();
        let decides = deciding.contains(&index) || (is_finite && used.contains(&index));
        if is_the_pods && decides {
            options.push(choices(profile, index, parameter));
        }
    }
    options.retain(|option| !option.is_empty());
    options
}

fn choices(profile: &Profile, index: usize, parameter: &Parameter) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for text in texts(&parameter.ty, &compared(profile, index)) {
        let Ok(value) = parameter.parse(&text) else { continue };
        let is_known = choices.iter().any(|known| known.value == value) || parameter.default.as_ref() == Some(&value);
        if !is_known {
            let what = match parameter.annotation() {
                Some(key) => format!("annotation `{key}`"),
                None => format!("parameter `{}`", parameter.name),
            };
            let words =
                if text.is_empty() { format!("the {what} is empty") } else { format!("the {what} is `{text}`") };
            choices.push(Choice { index, value, words });
        }
    }
    choices
}

/// The texts and numbers in the expressions that use a parameter.
fn compared(profile: &Profile, index: usize) -> BTreeSet<String> {
    let expressions = profile.expressions().into_iter().map(|(expression, _)| expression);
    let of_parameter = expressions.filter(|one| profile.parameters_behind(one.variables()).contains(&index));
    of_parameter.flat_map(|expression| expression.literals()).collect()
}

/// Texts for a parameter of a type. It may not take all of them.
fn texts(ty: &ParameterType, compared: &BTreeSet<String>) -> Vec<String> {
    let mut texts = vec![String::new()];
    match ty {
        ParameterType::Boolean => texts.extend(["false", "true"].map(str::to_owned)),
        ParameterType::Enum(values) => texts.extend(values.iter().cloned()),
        ParameterType::Envs => texts.push("NAME=value".to_owned()),
        ParameterType::List(list) => {
            let items = self::texts(&list.of, compared).split_off(1);
            texts.push(items.join(&list.separator));
            texts.extend(items);
        }
        ParameterType::Map(map) => {
            let value = self::texts(&map.of, compared).into_iter().nth(1).unwrap_or_default();
            let keys = compared.iter().map(String::as_str).chain(["key"]);
            texts.extend(keys.map(|key| format!("{key}{}{value}", map.key_separator)));
        }
        single => {
            texts.extend(compared.iter().cloned());
            texts.push(match guess(single) {
                Value::String(text) => text,
                other => other.to_string(),
            });
        }
    }
    texts
}

fn combinations(options: &[Vec<Choice>]) -> Vec<Vec<Choice>> {
    let count = options.iter().try_fold(1_usize, |count, option| count.checked_mul(option.len() + 1));
    if count.is_none_or(|count| count > MOST) {
        return options.iter().flatten().map(|choice| vec![choice.clone()]).collect();
    }
    let mut all: Vec<Vec<Choice>> = vec![Vec::new()];
    for option in options {
        let with = |known: &Vec<Choice>, choice: &Choice| known.iter().chain([choice]).cloned().collect();
        let more: Vec<Vec<Choice>> =
            all.iter().flat_map(|known| option.iter().map(move |choice| with(known, choice))).collect();
        all.extend(more);
    }
    all.retain(|choices| !choices.is_empty());
    all.sort_by_key(Vec::len);
    all
}
