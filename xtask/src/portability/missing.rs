//! Parts that the packages of Debian lack.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tools::{root, succeeds};

/// A function of glibc that libgcc prefers to `dl_iterate_phdr`: it finds nothing.
const UNWIND: &str = "int _dl_find_object(void *address, void *found) { return -1; }\n";

/// The source of randomness of std, which Wine has since version 9, by an older one.
const RANDOM: &str = "\
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
    return SystemFunction036(data, (ULONG)length);
}
";

/// Makes `libunwind.a` of the one of GCC, which targets of rustup contain. Returns the flags of rustc to
/// link with it, and with the other parts that `linker` knows.
pub(super) fn flags_for_musl(linker: &str) -> Result<String, String> {
    let place = place("unwind", UNWIND)?;
    let found = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output();
    let found = found.map_err(|error| format!("cannot run {linker}: {error}"))?;
    let of_gcc = String::from_utf8_lossy(&found.stdout).trim().to_owned();
    fs::copy(&of_gcc, place.join("libunwind.a")).map_err(|error| format!("{of_gcc}: {error}"))?;
    run(&place, linker, &["-c", "part.c"])?;
    run(&place, "ar", &["rc", "libunwind.a", "part.o"])?;
    Ok(format!("-Clink-self-contained=no -Crelocation-model=static -L{}", place.display()))
}

/// Makes `bcryptprimitives.dll`. Returns the path of its directory for Wine.
pub(super) fn path_for_wine(linker: &str) -> Result<String, String> {
    let place = place("wine", RANDOM)?;
    let library = ["-shared", "part.c", "-o", "bcryptprimitives.dll", "-ladvapi32"];
    run(&place, linker, &library)?;
    Ok(format!("Z:{}", place.display()).replace('/', "\\"))
}

/// Returns a directory with this source.
fn place(name: &str, source: &str) -> Result<PathBuf, String> {
    let place = root().join("target/portability").join(name);
    let failed = |error| format!("{}: {error}", place.display());
    fs::create_dir_all(&place).map_err(failed)?;
    fs::write(place.join("part.c"), source).map_err(failed)?;
    Ok(place)
}

fn run(place: &Path, program: &str, arguments: &[&str]) -> Result<(), String> {
    if succeeds(Command::new(program).args(arguments).current_dir(place))? {
        return Ok(());
    }
    Err(format!("{program} {} fails in {}", arguments.join(" "), place.display()))
}
