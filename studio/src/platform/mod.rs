//! What each system does in its own way: one door, one file per system.
//!
//! Every file has the same names: `stay_awake`, whose answer is held for as long as it shall last,
//! `asked_to_end`, `may_run`, `mind_page`, and `before_all`.

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

pub use system::{asked_to_end, before_all, may_run, mind_page, stay_awake};

/// Opens a page in the system's browser, and says whether there is one. Waits for nothing.
pub fn open_page(url: &str) -> bool {
    let opened = open::that_detached(url);
    if let Err(error) = &opened {
        tracing::warn!(%error, "no browser was opened");
    }
    opened.is_ok()
}

/// What people know this machine by: the studio, and the machine's name where it has one.
pub fn device_name() -> String {
    let name =
        std::env::var("COMPUTERNAME").or_else(|_| std::fs::read_to_string("/proc/sys/kernel/hostname"));
    named(name.unwrap_or_default().trim())
}

/// The cloud takes up to 60 characters.
fn named(machine: &str) -> String {
    let machine: String = machine.chars().filter(|one| !one.is_control()).take(40).collect();
    if machine.is_empty() { "Vitrine Studio".to_owned() } else { format!("Vitrine Studio on {machine}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_whatever_the_machine_is_called() {
        assert_eq!(named(""), "Vitrine Studio");
        assert_eq!(named("shop-desk"), "Vitrine Studio on shop-desk");
        assert!(named(&"x".repeat(300)).chars().count() <= 60);
    }
}
