#![no_main]

#[allow(dead_code)]
#[path = "../../tests/wire/entries.rs"]
mod entries;

libfuzzer_sys::fuzz_target!(|data: &[u8]| entries::client_session(data));
