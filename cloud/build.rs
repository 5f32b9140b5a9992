//! Puts the built web files into the binary: the widget and the demo shop.
//!
//! Writes `$OUT_DIR/widget_files.rs` and `$OUT_DIR/demo_shop_files.rs`, each an array of
//! `(path, bytes, gzip)`; `gzip` is empty where it would not be smaller. Where a `dist` is missing, a marked placeholder is written so that the crate
//! compiles without Node; a release build refuses placeholders.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The file whose presence says that nobody has built this `dist`.
const MARK: &str = ".placeholder";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let rooms = [
        ("widget", "vitrine.js", "console.warn('Vitrine: the widget is not built; run npm run build');\n"),
        ("demo-shop", "index.html", "<!doctype html><title>Vitrine</title><p>The demo shop is not built.\n"),
    ];
    for (room, entry, words) in rooms {
        let dist = root.join(room).join("dist");
        if !dist.join(entry).exists() {
            fs::create_dir_all(&dist)?;
            fs::write(dist.join(entry), words)?;
            fs::write(dist.join(MARK), "written by cloud/build.rs; the web build replaces it\n")?;
        }
        if release && dist.join(MARK).exists() {
            println!(
                "cargo::error=cloud/{room}/dist is a placeholder; run `npm run build` before a release build"
            );
        }
        println!("cargo::rerun-if-changed={}", dist.display());
        let mut files = Vec::new();
        collect(&dist, &dist, &mut files)?;
        files.sort();
        let mut code = String::from("&[\n");
        for (n, (name, path)) in files.into_iter().enumerate() {
            let small = out.join(format!("{room}-{n}.gz"));
            fs::write(&small, compress(&fs::read(&path)?)?)?;
            let _ = writeln!(
                code,
                "    ({name:?}, include_bytes!({path:?}).as_slice(), include_bytes!({small:?}).as_slice()),"
            );
        }
        code.push_str("]\n");
        fs::write(out.join(format!("{}_files.rs", room.replace('-', "_"))), code)?;
    }
    Ok(())
}

/// The bytes as gzip (RFC 1952), or nothing when that saves less than a tenth: pictures are small already.
fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes)?;
    let small = gzip.finish()?;
    Ok(if small.len() * 10 < bytes.len() * 9 { small } else { Vec::new() })
}

/// Every file below `folder`, by its path relative to `dist` with `/` between the parts.
fn collect(dist: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(dist, &path, files)?;
        } else if let Ok(name) = path.strip_prefix(dist) {
            let name = name.to_string_lossy().replace('\\', "/");
            // Source maps serve the people who build it, not the shop's pages.
            if name != MARK && !name.ends_with(".map") {
                files.push((name, path));
            }
        }
    }
    Ok(())
}
