//! The functions that a page calls. It writes a question into the memory at `question`, calls `answer`, and reads the
//! answer from the memory at `text`; both are UTF-8. The module imports nothing, so there is nothing else that it could do.
//!
//! This is by hand and not by wasm-bindgen: one text goes in and one comes out, and a generator of bindings would be one more
//! tool to install, in the one version that fits.

use std::sync::{Mutex, MutexGuard, Once, PoisonError};

static QUESTION: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static ANSWER: Mutex<String> = Mutex::new(String::new());

/// What is said of a panic. It ends the module, and the page reads this before it makes a new one.
static LAST_WORDS: Mutex<String> = Mutex::new(String::new());
static HOOK: Once = Once::new();

fn held<T>(text: &Mutex<T>) -> MutexGuard<'_, T> {
    text.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes room for a question of so many bytes, and returns where it is. It is zeros until the page has written to it.
#[expect(unsafe_code, reason = "no other function of this module has the name")]
#[unsafe(no_mangle)]
pub extern "C" fn question(length: usize) -> *mut u8 {
    let mut question = held(&QUESTION);
    question.clear();
    question.resize(length, 0);
    question.as_mut_ptr()
}

/// Answers the question that is there, and returns the length of the answer in bytes.
#[expect(unsafe_code, reason = "no other function of this module has the name")]
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> usize {
    HOOK.call_once(|| std::panic::set_hook(Box::new(|panic| *held(&LAST_WORDS) = panic.to_string())));
    let question = std::mem::take(&mut *held(&QUESTION));
    // Nothing is held while it is answered, so that a panic leaves nothing held.
    let text = injector::answer(&String::from_utf8_lossy(&question));
    *held(&ANSWER) = text;
    held(&ANSWER).len()
}

/// Where the last answer is. It is there until the next call of `answer`.
#[expect(unsafe_code, reason = "no other function of this module has the name")]
#[unsafe(no_mangle)]
pub extern "C" fn text() -> *const u8 {
    held(&ANSWER).as_ptr()
}

/// Makes what was said of a panic the answer, and returns its length in bytes. It is empty where memory or stack ran out.
#[expect(unsafe_code, reason = "no other function of this module has the name")]
#[unsafe(no_mangle)]
pub extern "C" fn last_words() -> usize {
    let words = std::mem::take(&mut *held(&LAST_WORDS));
    *held(&ANSWER) = words;
    held(&ANSWER).len()
}
