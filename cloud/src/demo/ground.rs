//! What must be true before anything starts: free ports, a folder that can be written.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use super::args::Args;
use super::error::DemoError;

/// The file that marks a folder as a demo's.
const MARK: &str = ".vitrine-demo";

/// Makes the demo's folder ready; with `--fresh` it is emptied first.
pub(super) fn folder(args: &Args) -> Result<(), DemoError> {
    let folder = &args.data_dir;
    let read_only = |source| DemoError::ReadOnly { folder: folder.clone(), source };
    if let Some(pid) = serving_in(folder) {
        return Err(DemoError::Running { folder: folder.clone(), pid });
    }
    if args.fresh && folder.exists() {
        empty(folder)?;
    }
    fs::create_dir_all(folder).map_err(read_only)?;
    fs::write(folder.join(MARK), "the folder of `vitrine-cloud demo`; --fresh empties it\n")
        .map_err(read_only)
}

/// The process that serves from the folder now, if there is one.
fn serving_in(folder: &Path) -> Option<u32> {
    let run: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("run/serve.json")).ok()?).ok()?;
    let pid = u32::try_from(run.get("pid")?.as_u64()?).ok()?;
    let command = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    // A number is given out again: only a process that serves counts.
    command.split(|byte| *byte == 0).any(|word| word == b"serve").then_some(pid)
}

fn empty(folder: &Path) -> Result<(), DemoError> {
    let read_only = |source| DemoError::ReadOnly { folder: folder.to_owned(), source };
    let mut entries = fs::read_dir(folder).map_err(read_only)?.peekable();
    // Somebody's folder given by mistake must survive.
    if entries.peek().is_some() && !folder.join(MARK).exists() {
        return Err(DemoError::NotOurs(folder.to_owned()));
    }
    for entry in entries {
        let path = entry.map_err(read_only)?.path();
        let gone = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match gone {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(read_only(error)),
            _ => {}
        }
    }
    Ok(())
}

/// Says in one sentence which port is taken, before anything is started.
pub(super) fn ports(args: &Args) -> Result<(), DemoError> {
    for (port, option) in
        [(args.cloud_port()?, "--port"), (args.rtmp_port, "--rtmp-port"), (args.shop_port, "--shop-port")]
    {
        drop(listen((args.ip(), port).into(), option)?);
    }
    Ok(())
}

/// Listens, or says what to do.
pub(super) fn listen(address: SocketAddr, option: &'static str) -> Result<TcpListener, DemoError> {
    TcpListener::bind(address).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => DemoError::PortInUse { port: address.port(), option },
        _ => DemoError::CannotListen { address, option, source },
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    #[command(args_override_self = true)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }

    fn args(folder: &Path, more: &[&str]) -> Args {
        let folder = folder.to_str().unwrap();
        let words = ["x", "--data-dir", folder, "--port", "0", "--shop-port", "0", "--rtmp-port", "0"];
        Cli::parse_from(words.iter().chain(more)).args
    }

    #[test]
    fn fresh_empties_a_demo_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let demo = dir.path().join("demo");
        folder(&args(&demo, &["--fresh"])).unwrap();
        fs::write(demo.join("vitrine.db"), "x").unwrap();
        fs::create_dir(demo.join("run")).unwrap();
        folder(&args(&demo, &[])).unwrap();
        assert!(demo.join("vitrine.db").exists());
        folder(&args(&demo, &["--fresh"])).unwrap();
        assert!(!demo.join("vitrine.db").exists() && !demo.join("run").exists());

        let photos = dir.path().join("photos");
        fs::create_dir(&photos).unwrap();
        fs::write(photos.join("holiday.jpg"), "x").unwrap();
        assert!(matches!(folder(&args(&photos, &["--fresh"])), Err(DemoError::NotOurs(_))));
        assert!(photos.join("holiday.jpg").exists());
    }

    #[test]
    fn a_run_file_of_a_process_that_is_gone_holds_nobody_up() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("run")).unwrap();
        fs::write(dir.path().join("run/serve.json"), "{\"pid\":4194305}").unwrap();
        assert_eq!(serving_in(dir.path()), None);
        let ours = format!("{{\"pid\":{}}}", std::process::id());
        fs::write(dir.path().join("run/serve.json"), ours).unwrap();
        assert_eq!(serving_in(dir.path()), None, "this process serves nothing");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_one_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "x").unwrap();
        let error = folder(&args(&file.join("demo"), &[])).unwrap_err().to_string();
        assert!(error.contains("choose another with --data-dir") && !error.contains('\n'), "{error}");
    }

    #[test]
    fn a_port_in_use_is_named_with_its_option() {
        let dir = tempfile::tempdir().unwrap();
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = held.local_addr().unwrap().port().to_string();
        let error = ports(&args(dir.path(), &["--shop-port", &port])).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "port {port} is in use; end the program that holds it, or choose another with --shop-port"
            )
        );
        ports(&args(dir.path(), &[])).unwrap();
    }
}
