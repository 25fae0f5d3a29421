//! Which deployment a command is about, and how to go about it.

use std::path::PathBuf;

use clap::Args;

/// Options of every command. Commands that only look, or make something new, ignore some of them.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// The stack, whose name its tables begin with.
    #[arg(long, global = true, default_value = "ikd-local", conflicts_with = "outputs")]
    pub stack: String,
    /// A file with the answer of `aws cloudformation describe-stacks --stack-name STACK`: what a command needs of the
    /// stack's name, parameters and outputs comes from there.
    #[arg(long, global = true, value_name = "FILE")]
    pub outputs: Option<PathBuf>,
    /// Where DynamoDB is; without it, AWS's own, with the credentials of the environment.
    #[arg(long, global = true)]
    pub endpoint: Option<String>,
    /// Say what would change, and change nothing.
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// Do not ask.
    #[arg(long, global = true)]
    pub yes: bool,
    /// Report as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// Who does this; without it, the owner of the credentials, according to AWS.
    #[arg(long, global = true)]
    pub actor: Option<String>,
    /// Where a line is added for everything that was done.
    #[arg(long, global = true, default_value = ".local/audit.jsonl")]
    pub audit_log: PathBuf,
}

impl Options {
    /// The name of one of the stack's tables.
    pub fn table(&self, name: &str) -> String {
        format!("{}-{name}", self.stack)
    }
}
