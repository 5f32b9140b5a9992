//! How much memory there is, and what the C library does with that which is given back to it.

use std::fs::read_to_string;
use std::path::Path;

/// Taken for the machine's where the system does not say.
const UNSAID: u64 = 4 << 30;
/// Where control groups are, by what their line in `/proc/self/cgroup` names: all of the second version, memory of the first.
const GROUPS: [(&str, &str, &str); 2] =
    [("", "/sys/fs/cgroup", "memory.max"), ("memory", "/sys/fs/cgroup/memory", "memory.limit_in_bytes")];

/// Blocks below this come from the heap: parts of a stream do.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: i32 = 8 << 20;
/// The heap keeps so much that is free.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: i32 = 32 << 20;

/// Has the heap keep what a show's window of media frees, for the parts that come next. Else glibc hands each part's pages back
/// to the system, which clears them for the next one. Does nothing where the C library is
/// not glibc. To be called before the first thread is started.
#[cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "calls of the C library that take two plain numbers")
)]
pub fn keep_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: mallopt takes any numbers, and refuses those that make no sense.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
    }
}

/// The memory that this process may use, in bytes: the machine's, or what its control group leaves of it.
#[must_use]
pub fn usable_memory() -> u64 {
    let text = |path: &str| read_to_string(path).unwrap_or_default();
    let machine = of_machine(&text("/proc/meminfo")).unwrap_or(UNSAID);
    let limit = |path: &Path| read_to_string(path).ok()?.trim().parse().ok();
    of_groups(&text("/proc/self/cgroup"), limit).map_or(machine, |groups| groups.min(machine))
}

/// What `/proc/meminfo` says that the machine has.
fn of_machine(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The lowest limit of the groups that `/proc/self/cgroup` names, and of those around them.
fn of_groups(groups: &str, limit: impl Fn(&Path) -> Option<u64>) -> Option<u64> {
    let mut lowest = None;
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(kind), Some(group)) = (fields.next(), fields.next()) else { continue };
        let Some((_, root, file)) = GROUPS.iter().find(|(named, ..)| *named == kind) else { continue };
        let folder = Path::new(root).join(group.trim_start_matches('/'));
        let limits = folder.ancestors().filter_map(|around| limit(&around.join(file)));
        lowest = lowest.into_iter().chain(limits).min();
    }
    lowest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_the_machines_or_what_a_group_leaves_of_it() {
        assert_eq!(of_machine("MemTotal:       24610528 kB\nMemFree: 1 kB\n"), Some(24_610_528 << 10));
        assert_eq!(of_machine("nonsense"), None);
        let limit = |path: &Path| match path.to_str()? {
            "/sys/fs/cgroup/system.slice/memory.max" => Some(2 << 30),
            "/sys/fs/cgroup/system.slice/vitrine.service/memory.max" => Some(3 << 30),
            "/sys/fs/cgroup/memory/box/memory.limit_in_bytes" => Some(1 << 30),
            _ => None,
        };
        assert_eq!(of_groups("0::/system.slice/vitrine.service\n", limit), Some(2 << 30));
        assert_eq!(of_groups("9:name=systemd:/\n4:memory:/box\n0::/\n", limit), Some(1 << 30));
        assert_eq!(of_groups("1:cpu:/box\n0::/\n", limit), None);
        assert!(usable_memory() > 64 << 20);
    }
}
