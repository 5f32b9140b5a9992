//! Compiles the window's configuration into the program.

fn main() {
    let dist = std::path::Path::new("../studio-ui/dist");
    // A checkout without a built page still compiles; the page then says what to run. Releases refuse it.
    if !dist.join("index.html").exists() {
        let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
        if release {
            println!("cargo::error=studio-ui/dist is empty: build the page first (./x does)");
        }
        let _ = std::fs::create_dir_all(dist);
        let _ = std::fs::write(
            dist.join("index.html"),
            "<!doctype html><!-- empty dist --><title>Vitrine</title><p>The page is not built: run ./x studio.",
        );
    }
    // The page is built into the program: a new page is a new program.
    println!("cargo::rerun-if-changed=../studio-ui/dist");
    tauri_build::build();
}
