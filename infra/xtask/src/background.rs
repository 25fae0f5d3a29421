//! Commands that work beside the tests. The tests wait for most of their time: for time-outs, for servers, for a browser.

use std::path::Path;
use std::process::{Command as Blocking, Output, Stdio};

use anyhow::{Context, Result, ensure};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

/// As `nice -n` takes it: what works beside the tests takes the time that they leave.
const NICENESS: &str = "19";

/// A command that is running. Dropping it ends the command and all that it started.
pub struct Background {
    what: &'static str,
    output: JoinHandle<std::io::Result<Output>>,
    /// Ends the processes when this is dropped.
    _group: Group,
}

impl Background {
    /// Starts Cargo. What it prints is kept until [`Self::finish`].
    pub fn start(what: &'static str, root: &Path, arguments: &[&str]) -> Result<Self> {
        let child = Command::new("nice")
            .args(["-n", NICENESS, env!("CARGO")])
            .args(arguments)
            .current_dir(root)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .with_context(|| format!("{what} cannot be started"))?;
        let group = Group::of(&child);
        Ok(Self { what, output: tokio::spawn(child.wait_with_output()), _group: group })
    }

    /// Waits for its end and prints its results. A failure shows all that it said.
    pub async fn finish(self) -> Result<()> {
        let output = self.output.await.context("nothing ends the task but its own end")??;
        println!("== {}", self.what);
        print!("{}", String::from_utf8_lossy(&output.stdout));
        ensure!(
            output.status.success(),
            "{}{}: not passed ({}).",
            String::from_utf8_lossy(&output.stderr),
            self.what,
            output.status
        );
        Ok(())
    }
}

/// The process group of a command, which its own children share.
struct Group(Option<u32>);

impl Group {
    /// The group of a process that was started as its leader.
    fn of(child: &Child) -> Self {
        Self(child.id())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // A group that has ended already is what was wanted.
            let kill =
                Blocking::new("kill").args(["-TERM", "--", &format!("-{leader}")]).stderr(Stdio::null()).status();
            drop(kill);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_running(process: &str) -> bool {
        Path::new("/proc").join(process).join("stat").exists()
    }

    #[tokio::test]
    async fn dropping_a_group_ends_what_its_leader_started() {
        let mut leader = Command::new("sh")
            .args(["-c", "sleep 600 & echo $!; wait"])
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let group = Group::of(&leader);
        let mut lines = tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(leader.stdout.take().unwrap()));
        let started = lines.next_line().await.unwrap().unwrap();
        assert!(is_running(&started));
        drop(group);
        leader.wait().await.unwrap();
        // The pipe closes when nobody holds it any more.
        assert_eq!(lines.next_line().await.unwrap(), None);
    }
}
