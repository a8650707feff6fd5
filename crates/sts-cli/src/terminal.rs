//! Questions to the person at the terminal.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};

use huaweicloud_sts::sts_client::Secret;

/// Maximum length of a reply, in bytes.
const LONGEST_REPLY: u64 = 256;

/// Input and output of the terminal, regardless of redirections.
const TERMINAL: [&str; 2] = if cfg!(windows) { ["CONIN$", "CONOUT$"] } else { ["/dev/tty"; 2] };

/// Prints a question to the terminal and returns the reply. It is shown while it is typed.
///
/// # Errors
///
/// The process has no terminal, or the reply is empty or too long.
pub(crate) fn ask(question: &str) -> io::Result<Secret> {
    let [input, mut output] = open().map_err(|error| {
        io::Error::new(error.kind(), format!("this process has no terminal: {error}"))
    })?;
    write!(output, "{question}: ")?;
    output.flush()?;
    let mut reply = Vec::new();
    BufReader::new(input).take(LONGEST_REPLY).read_until(b'\n', &mut reply)?;
    let is_longest = u64::try_from(reply.len()).is_ok_and(|length| length == LONGEST_REPLY);
    if is_longest && !reply.ends_with(b"\n") {
        return Err(invalid("the reply is too long"));
    }
    let reply = Secret::from(String::from_utf8(reply).map_err(|_| invalid("not valid UTF-8"))?);
    match reply.expose_secret().trim() {
        "" => Err(invalid("nothing was entered")),
        reply => Ok(Secret::from(reply)),
    }
}

fn open() -> io::Result<[File; 2]> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    let [input, output] = TERMINAL.map(|path| options.open(path));
    Ok([input?, output?])
}

fn invalid(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}
