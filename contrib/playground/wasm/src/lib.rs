//! The three functions that a page calls. It writes a question into the memory at `question`, calls `answer`, and reads the
//! answer from the memory at `text`; both are UTF-8. The module imports nothing, so there is nothing else that it could do.
//!
//! This is by hand and not by wasm-bindgen: one text goes in and one comes out, and a generator of bindings would be one more
//! tool to install, in the one version that fits.

use std::sync::{Mutex, MutexGuard, PoisonError};

static QUESTION: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static ANSWER: Mutex<String> = Mutex::new(String::new());

/// A panic ends the module, so that no one ever sees a lock of a thread that panicked.
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
    let question = std::mem::take(&mut *held(&QUESTION));
    let mut answer = held(&ANSWER);
    *answer = injector::answer(&String::from_utf8_lossy(&question));
    answer.len()
}

/// Where the last answer is. It is there until the next call of `answer`.
#[expect(unsafe_code, reason = "no other function of this module has the name")]
#[unsafe(no_mangle)]
pub extern "C" fn text() -> *const u8 {
    held(&ANSWER).as_ptr()
}
