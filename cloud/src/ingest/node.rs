//! Who this node is, and how its machine was started.

use std::io;
use std::path::Path;

use super::files;

/// The node's name and its boot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The same after a restart.
    pub id: String,
    /// Another after each boot of the machine; where the system does not say, after each start of this program.
    pub boot: String,
}

/// The longest name of a node.
const LONGEST: usize = 64;

impl Node {
    /// The node `named` so, or else by the id that is kept in `data_dir`, which is made up the first time.
    ///
    /// # Errors
    /// The file can be neither read nor written.
    pub fn open(named: Option<&str>, data_dir: &Path) -> io::Result<Self> {
        let id = match named {
            Some(name) => name.to_owned(),
            None => kept(&data_dir.join("node"))?,
        };
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        let boot =
            boot.map(|boot| boot.trim().to_owned()).unwrap_or_else(|_| uuid::Uuid::now_v7().to_string());
        Ok(Self { id, boot })
    }
}

fn kept(file: &Path) -> io::Result<String> {
    match std::fs::read_to_string(file) {
        Ok(text) if is_name(text.trim()) => return Ok(text.trim().to_owned()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {} // the first start, or one that was cut short while writing
    }
    let id = uuid::Uuid::now_v7().to_string();
    files::replace(file, id.as_bytes())?;
    Ok(id)
}

/// Letters, digits, dots and dashes.
fn is_name(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_stays_itself_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let first = Node::open(None, folder.path()).unwrap();
        assert_eq!(Node::open(None, folder.path()).unwrap(), first);
        let other = tempfile::tempdir().unwrap();
        assert_ne!(Node::open(None, other.path()).unwrap().id, first.id);
        assert_eq!(Node::open(Some("ingest-0"), folder.path()).unwrap().id, "ingest-0");
        std::fs::write(folder.path().join("node"), "").unwrap();
        assert_ne!(Node::open(None, folder.path()).unwrap().id, "");
    }
}
