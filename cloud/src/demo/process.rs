//! The few things of an operating system that have no safe door in the standard library.
//!
//! The demo becomes the *subreaper* of everything it starts: a transmission that outlives a killed
//! `serve` becomes the demo's own child, so that the demo can end it (`prctl(2)`).
#![expect(unsafe_code, reason = "prctl, kill and waitpid are plain system calls without memory to guard")]

use std::io;

/// Makes this process inherit the orphans among its descendants.
pub(super) fn inherit_orphans() -> io::Result<()> {
    // SAFETY: takes two integers and touches no memory of ours.
    checked(unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1) })
}

/// Lets `command` start in a process group of its own, which is told to end when this process dies.
pub(super) fn leash(command: &mut tokio::process::Command) {
    command.process_group(0);
    // SAFETY: between fork and exec only an async-signal-safe system call is made.
    unsafe {
        command.pre_exec(|| checked(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM)));
    }
}

/// Asks a process to end.
pub(super) fn terminate(pid: u32) {
    signal(pid, libc::SIGTERM);
}

/// Ends a process.
pub(super) fn kill(pid: u32) {
    signal(pid, libc::SIGKILL);
}

fn signal(pid: u32, signal: libc::c_int) {
    // 0 and 1 name groups and the machine's first process; never ours.
    if let Some(pid) = i32::try_from(pid).ok().filter(|pid| *pid > 1) {
        // SAFETY: takes two integers and touches no memory of ours.
        let _ = unsafe { libc::kill(pid, signal) };
    }
}

/// Buries an inherited child that has ended. Does nothing while it runs.
pub(super) fn bury(pid: u32) {
    if let Ok(pid) = i32::try_from(pid) {
        // SAFETY: no status is asked for, so no memory is written.
        let _ = unsafe { libc::waitpid(pid, std::ptr::null_mut(), libc::WNOHANG) };
    }
}

fn checked(result: libc::c_int) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The children of a process, by `/proc`.
pub(super) fn children(pid: u32) -> Vec<u32> {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let lists = tasks.flatten().filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect()
}

/// Everything below a process, nearest first.
pub(super) fn descendants(pid: u32) -> Vec<u32> {
    let mut found = children(pid);
    let mut next = 0;
    while next < found.len() && found.len() < 4_096 {
        found.extend(children(found[next]));
        next += 1;
    }
    found
}
