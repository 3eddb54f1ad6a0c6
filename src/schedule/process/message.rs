//! What a session and its workers say to each other: messages in postcard's format, each behind its
//! length in four bytes, the least significant first.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::wire::Parcel;
use crate::program::{Language, UnitKind};

/// The longest message. What goes across at once is limited before it comes here; only a broken
/// stream claims more.
const MAX_BYTES: u32 = 1 << 30;

/// Which scheduler a worker runs its tasks on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorkerScheduler {
    /// Truly in parallel, on as many threads of the host.
    Parallel(u32),
    /// One thread at a time.
    Gil,
}

/// The first message to a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::schedule) struct Hello {
    pub(in crate::schedule) name: String,
    pub(in crate::schedule) scheduler: WorkerScheduler,
    pub(in crate::schedule) seed: u64,
    /// How old the session is, so that all its processes agree on the time.
    pub(in crate::schedule) age_nanoseconds: u64,
    pub(in crate::schedule) executable: Option<PathBuf>,
    pub(in crate::schedule) generation: u32,
    pub(in crate::schedule) readable: Vec<PathBuf>,
    /// How much memory each process may take, in bytes, and how many threads it may have.
    pub(in crate::schedule) memory: u64,
    pub(in crate::schedule) threads: u64,
}

/// The further messages to a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// Lower this text, the next one of the program; its top level is not run.
    Unit {
        name: String,
        text: String,
        language: Language,
        kind: UnitKind,
    },
    /// A name stands for this function of a unit when it is called with so many arguments.
    Define {
        name: String,
        params: u32,
        unit: u32,
        ordinal: u32,
    },
    /// A name stands for no function any more when it is called with so many arguments.
    Undefine { name: String, params: u32 },
    /// Call the first value, a function, with the others.
    Call(Parcel),
    /// What an object of the session's has answered to a thread of the worker's: a value, or an error as
    /// the only one.
    Reply {
        task: u64,
        end: Result<Parcel, Parcel>,
    },
}

/// The messages of a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// Something that is shown as it happens.
    Said {
        said: Said,
        /// The thread, when it is not the worker's main thread.
        thread: Option<String>,
        pos: (u16, u16),
    },
    /// A thread asks an object of the session's, by its number and that of the operation.
    Asked(Asked),
    /// The call has ended: with a value, or with an error as the only value.
    Ended(Result<Parcel, Parcel>),
}

/// A thread of a worker's asks an object of the session's.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::schedule) struct Asked {
    /// The thread, in the worker.
    pub(in crate::schedule) task: u64,
    /// The object, in the session.
    pub(in crate::schedule) object: u64,
    /// The place of the operation in the table of them.
    pub(in crate::schedule) verb: u16,
    pub(in crate::schedule) args: Parcel,
}

/// What a worker shows.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::schedule) enum Said {
    /// A line that was printed, or a part of one that is still open.
    Print { text: String, is_open: bool },
    /// It wrote this to standard error.
    Note(String),
    /// An error that nobody caught.
    Failure(String),
    /// Something that was forgotten.
    Warning(String),
}

/// Writes a message; it is on its way when the writer is flushed.
pub(super) fn write(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let bytes = postcard::to_allocvec(message).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&bytes)
}

/// Reads a message. Blocks until it is there.
pub(super) fn read<M: DeserializeOwned>(from: &mut impl Read) -> io::Result<M> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > MAX_BYTES {
        return Err(io::Error::other("a message is longer than any can be"));
    }
    // What has not come takes no memory.
    let mut bytes = Vec::new();
    from.take(u64::from(length)).read_to_end(&mut bytes)?;
    if bytes.len() < length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    postcard::from_bytes(&bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_out_as_it_went_in() {
        let mut pipe = Vec::new();
        for number in 0..3_u32 {
            write(&mut pipe, &(number, "text")).unwrap();
        }
        let mut from = &pipe[..];
        for number in 0..3_u32 {
            let message: (u32, String) = read(&mut from).unwrap();
            assert_eq!(message, (number, "text".to_string()));
        }
        assert!(read::<(u32, String)>(&mut from).is_err());
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        for bytes in [&[][..], &[1, 0], &[9, 0, 0, 0, 1], &[255; 40]] {
            let mut from = bytes;
            assert!(read::<String>(&mut from).is_err(), "{bytes:?}");
        }
    }
}
