//! The command ends quietly when nobody reads its output any more, as in `operator … | head`.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

fn operator(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_operator"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn a_list_whose_reader_goes_away_ends_without_a_word() {
    // More than the pipe holds.
    let mut running = operator(&["synthesise-residents", "20000", "--seed", "1"]).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(running.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("nik,"), "{first}");
    let ended = running.wait_with_output().unwrap();
    assert_eq!((ended.status.success(), String::from_utf8(ended.stderr).unwrap().as_str()), (true, ""));
}

#[test]
fn a_line_that_nobody_reads_is_no_failure() {
    let mut running = operator(&["signing-secret"]).spawn().unwrap();
    drop(running.stdout.take());
    let ended = running.wait_with_output().unwrap();
    assert_eq!((ended.status.success(), String::from_utf8(ended.stderr).unwrap().as_str()), (true, ""));
}
