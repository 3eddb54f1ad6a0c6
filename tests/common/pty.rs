//! The program at a pseudo-terminal.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};

use rexpect::process::PtyProcess;

/// The program, and both ends of its terminal.
pub(crate) struct Pty {
    pub(crate) keyboard: File,
    /// What it writes, as it comes; disconnected when it has ended.
    pub(crate) output: Receiver<Vec<u8>>,
    pub(crate) process: PtyProcess,
}

impl Pty {
    /// Starts the program with these words of the command line, at a terminal of so many columns and
    /// rows, with its folders below `home`; `prepare` may change more of its environment.
    pub(crate) fn open(
        words: &str,
        (columns, rows): (u16, u16),
        home: &Path,
        prepare: impl FnOnce(&mut Command),
    ) -> Self {
        let binary = env!("CARGO_BIN_EXE_threadlab");
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!(
                "stty rows {rows} cols {columns}; exec {binary} {words}"
            ))
            .env("HOME", home)
            .env("XDG_STATE_HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env("TERM", "xterm");
        prepare(&mut command);
        let mut process = PtyProcess::new(command).expect("a terminal");
        process.set_kill_timeout(Some(1000));
        let keyboard = process.get_file_handle().expect("a handle");
        let mut screen = process.get_file_handle().expect("a handle");
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count) = screen.read(&mut bytes) {
                if count == 0 || send.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            keyboard,
            output,
            process,
        }
    }
}
