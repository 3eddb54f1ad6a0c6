//! How the terminal was before the prompt, for an end that the line editor does not see.
//!
//! While a line is typed, the editor has the terminal in a mode of its own. A signal that ends the
//! process comes on another thread, which must set the terminal back without the editor.

use crate::front::lines::has_input;

/// The mode of a terminal.
#[cfg(unix)]
pub(super) struct Mode(Option<nix::sys::termios::Termios>);

#[cfg(unix)]
impl Mode {
    /// The mode that the terminal has now.
    pub(super) fn now() -> Self {
        Self(nix::sys::termios::tcgetattr(std::io::stdin()).ok())
    }

    /// Sets the terminal back. Blocks for at most a moment, also when nobody reads the terminal.
    pub(super) fn restore(&self) {
        use std::io::Write;
        use std::os::fd::AsFd;
        use std::time::Duration;

        use nix::sys::termios::{SetArg, tcsetattr};

        /// Ends the marking of what is pasted, and the line that was being typed.
        const END: &[u8] = b"\x1b[?2004l\r\n";
        const MOMENT: Duration = Duration::from_millis(100);

        let Some(mode) = &self.0 else { return };
        let _ = tcsetattr(std::io::stdin(), SetArg::TCSANOW, mode);
        // Past the lock of standard output, which a blocked writer may hold.
        let Ok(terminal) = std::io::stdout().as_fd().try_clone_to_owned() else {
            return;
        };
        let (written, is_written) = std::sync::mpsc::channel();
        let write = move || {
            let _ = std::fs::File::from(terminal).write_all(END);
            let _ = written.send(());
        };
        let thread = std::thread::Builder::new().name("last line".into());
        if thread.spawn(write).is_ok() {
            let _ = is_written.recv_timeout(MOMENT);
        }
    }
}

/// The mode of a terminal, which no signal leaves changed here.
#[cfg(not(unix))]
pub(super) struct Mode;

#[cfg(not(unix))]
impl Mode {
    /// The mode that the terminal has now.
    pub(super) fn now() -> Self {
        Self
    }

    /// Sets the terminal back.
    pub(super) fn restore(&self) {}
}

/// Whether standard output is a terminal.
pub(super) fn is_terminal() -> bool {
    std::io::IsTerminal::is_terminal(&std::io::stdout())
}

/// Waits for a key that is not shown, while `wait` says so; it is called about ten times a second. None
/// when it says no. Ctrl-C stays a signal.
pub(super) fn key(mut wait: impl FnMut() -> bool) -> Option<u8> {
    const LOOK: std::time::Duration = std::time::Duration::from_millis(100);
    let _unseen = Unseen::new();
    while wait() {
        if has_input(LOOK) {
            return read_byte();
        }
    }
    None
}

/// The next key that is pressed from now on: what was typed or pasted before this is thrown away, since it
/// answers no question that was not asked yet. `wait` is as for [`key`].
pub(super) fn fresh_key(wait: impl FnMut() -> bool) -> Option<u8> {
    const REST: std::time::Duration = std::time::Duration::from_millis(20);
    let _unseen = Unseen::new();
    while has_input(std::time::Duration::ZERO) {
        read_byte()?;
    }
    let pressed = key(wait);
    // An arrow is a key of several bytes.
    while pressed == Some(b'\x1b') && has_input(REST) {
        read_byte()?;
    }
    pressed
}

#[cfg(unix)]
fn read_byte() -> Option<u8> {
    use std::io::Read;
    use std::os::fd::AsFd;
    // Past the buffer of standard input, which would take more than this key.
    let stdin = std::io::stdin().as_fd().try_clone_to_owned().ok()?;
    let mut byte = [0];
    let count = std::fs::File::from(stdin).read(&mut byte).ok()?;
    (count == 1).then_some(byte[0])
}

#[cfg(not(unix))]
fn read_byte() -> Option<u8> {
    None
}

/// While it is there, keys come one by one and are not shown.
#[cfg(unix)]
struct Unseen(Option<nix::sys::termios::Termios>);

#[cfg(unix)]
impl Unseen {
    fn new() -> Self {
        use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};
        let before = tcgetattr(std::io::stdin()).ok();
        if let Some(mut mode) = before.clone() {
            mode.local_flags
                .remove(LocalFlags::ICANON | LocalFlags::ECHO);
            let _ = tcsetattr(std::io::stdin(), SetArg::TCSANOW, &mode);
        }
        Self(before)
    }
}

#[cfg(unix)]
impl Drop for Unseen {
    fn drop(&mut self) {
        use nix::sys::termios::{SetArg, tcsetattr};
        if let Some(mode) = &self.0 {
            let _ = tcsetattr(std::io::stdin(), SetArg::TCSANOW, mode);
        }
    }
}

#[cfg(not(unix))]
struct Unseen;

#[cfg(not(unix))]
impl Unseen {
    fn new() -> Self {
        Self
    }
}
