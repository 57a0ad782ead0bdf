//! An expression over a pod ends with a value or a fault, soon, and with the same one each time.
//!
//! The input is the expression; what follows the separator of the corpus' rows, ` => `, is the pod as JSON, where it is JSON.

#![no_main]

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use injector::internals::expression::evaluate;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

mod guard;

/// Far more than any expression takes, even in a build that is not optimized.
const LONGEST: Duration = Duration::from_secs(5);

static POD: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "metadata": {"name": "web", "annotations": {"a/b": "x,y", "n": null}},
        "spec": {
            "containers": [
                {"name": "web", "image": "reg/web:1.2", "ports": [{"name": "http", "containerPort": 8080}]},
                {"name": "log", "args": ["a", "b"]},
            ],
        },
    })
});

fuzz_target!(init: guard::let_guarded_panics_pass(), |text: &str| {
    let (expression, pod) = text.split_once(" => ").unwrap_or((text, ""));
    let pod = serde_json::from_str(pod).unwrap_or_else(|_| POD.clone());
    let params = json!({"s": "text", "i": 7, "d": 1.5, "l": [3, 1, 2], "m": {"b": 1}, "mixed": [1, "a", true], "e": ""});
    let variables = [("pod", pod), ("params", params), ("unknown", Value::Null)];
    let started = Instant::now();
    let first = evaluate(expression, &variables);
    assert!(started.elapsed() < LONGEST, "it took {:?}", started.elapsed());
    assert_eq!(first, evaluate(expression, &variables));
    if let Err(failure) = first {
        assert!(failure.at <= expression.len(), "{failure:?}");
        assert!(expression.is_char_boundary(failure.at.min(expression.len())), "{failure:?}");
    }
});
