//! Files and output of commands, as the operating system returns them.

use std::fs;
use std::path::Path;
use std::time::Duration;

use sts_client::proto::Body;
use sts_client::{Command, Environment as _, SystemEnvironment};
use xtask_secrets::mark;

use crate::{ALLOCATOR, show};

pub(crate) fn wipes_files_and_output() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wiped");
    let _ = fs::remove_dir_all(&directory);
    let private = directory.join("private").join("credentials");
    ALLOCATOR.assert_wiped("private file", || {
        let content = Body::from(mark!().as_bytes().to_vec());
        for _ in 0..2 {
            SystemEnvironment.write_private_file(&private, &content).unwrap();
            show(&SystemEnvironment.read_private_file(&private).unwrap());
        }
    });
    let file = directory.join("file");
    fs::write(&file, mark!()).unwrap();
    ALLOCATOR.assert_wiped("file", || show(&SystemEnvironment.read_file(&file).unwrap()));
    let large = directory.join("large");
    fs::write(&large, [mark!(), " ", &"x".repeat(100_000)].concat()).unwrap();
    ALLOCATOR.assert_wiped("large file", || show(&SystemEnvironment.read_file(&large)));

    let run = |script: &str| {
        let command = Command::new("/bin/sh").arguments(["-c", script]);
        show(&SystemEnvironment.run_command(&command.timeout(Duration::from_secs(60))));
    };
    for script in [
        "cat \"$FILE\"; cat \"$FILE\" >&2",
        "cat \"$FILE\"; exit 3",
        "for i in 1 2 3 4 5 6 7 8 9; do cat \"$FILE\" \"$FILE\" \"$FILE\"; done",
        "cat \"$FILE\"; exec cat /dev/zero",
    ] {
        let script = script.replace("$FILE", &file.display().to_string());
        ALLOCATOR.assert_wiped(&script, || run(&script));
    }
}
