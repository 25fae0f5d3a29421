//! The commands, and what they take from a stack's description.

use std::path::PathBuf;

use clap::Subcommand;

use crate::StackDescription;

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Registers an integrator, or updates a registered one to what the file says, keys included.
    RegisterIntegrator {
        /// `client_id`, `name`, `jwks`, `claims`, `purposes` and, if it wants notices, `callback`, as JSON: see docs/operations.md.
        file: PathBuf,
    },
    /// Gives an integrator no token and no claim from now on.
    DisableIntegrator { client_id: String },
    /// Takes that back.
    EnableIntegrator { client_id: String },
    /// Makes the next key sign, and a new one the next: see docs/operations.md.
    RotateKey {
        /// The secret's ARN or name: the stack's parameter SigningSecretArn.
        secret: Option<String>,
        /// The version that is current now, so that a repeated command does not rotate twice.
        #[arg(long)]
        from_version: String,
    },
    /// Lifts the lock of a PIN as an officer does, where no officer can.
    UnlockHolder {
        /// The holder's NIK.
        nik: String,
    },
    /// Takes a printed document off the record: its code counts no more from now on.
    RevokeDocument {
        /// The name in the print's code, as typed from the address below it.
        name: String,
    },
    /// Shows the secret that an integrator verifies notices with. Bring it there by a safe way.
    CallbackSecret {
        client_id: String,
        /// The stack's output CallbackKeyArn.
        #[arg(long)]
        key: Option<String>,
        /// The stack's parameter CallbackKeyVersion; the current version if it is empty.
        #[arg(long)]
        key_version: Option<String>,
    },
    /// Lists what was given up: records of streams, and notices that no integrator took.
    DeadLetters {
        /// The stack's output DeadLetterQueueUrl.
        queue_url: Option<String>,
    },
    /// Hands the records of dead letters to their functions again, and deletes the letters that are done.
    ReplayDeadLetters {
        /// The stack's output DeadLetterQueueUrl.
        queue_url: Option<String>,
    },
    /// Shows the state of tables and integrators, how many dead letters wait and whether keys are published.
    Status {
        #[arg(long)]
        queue_url: Option<String>,
        /// Where callers reach the service.
        #[arg(long)]
        public_url: Option<String>,
    },
}

impl Command {
    /// Takes what was not named from the stack's description.
    pub fn complete(&mut self, stack: &StackDescription) {
        let fill = |value: &mut Option<String>, described: Option<&str>| {
            if value.is_none() {
                *value = described.map(str::to_owned);
            }
        };
        match self {
            Self::RotateKey { secret, .. } => fill(secret, stack.parameter("SigningSecretArn")),
            Self::CallbackSecret { key, key_version, .. } => {
                fill(key, stack.output("CallbackKeyArn"));
                fill(key_version, stack.parameter("CallbackKeyVersion"));
            }
            Self::ReplayDeadLetters { queue_url } | Self::DeadLetters { queue_url } => {
                fill(queue_url, stack.output("DeadLetterQueueUrl"));
            }
            Self::Status { queue_url, public_url } => {
                fill(queue_url, stack.output("DeadLetterQueueUrl"));
                fill(public_url, stack.parameter("PublicUrl"));
            }
            Self::RegisterIntegrator { .. }
            | Self::DisableIntegrator { .. }
            | Self::EnableIntegrator { .. }
            | Self::UnlockHolder { .. }
            | Self::RevokeDocument { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_named_is_taken_from_the_stack_and_what_is_named_stays() {
        let answer = json!({ "Stacks": [{
            "StackName": "ikd",
            "Parameters": [
                { "ParameterKey": "PublicUrl", "ParameterValue": "https://identitas.example.go.id" },
                { "ParameterKey": "SigningSecretArn", "ParameterValue": "arn:of-the-stack" },
            ],
            "Outputs": [{ "OutputKey": "DeadLetterQueueUrl", "OutputValue": "https://queue.example" }],
        }] });
        let stack = StackDescription::of(&answer.to_string()).unwrap();
        let completed = |mut command: Command| {
            command.complete(&stack);
            format!("{command:?}")
        };

        let status = completed(Command::Status { queue_url: None, public_url: None });
        assert!(
            status.contains("https://queue.example") && status.contains("https://identitas.example.go.id"),
            "{status}"
        );
        let rotate = |secret: Option<&str>| {
            let secret = secret.map(str::to_owned);
            completed(Command::RotateKey { secret, from_version: "1".to_owned() })
        };
        assert!(rotate(None).contains("arn:of-the-stack"));
        assert!(rotate(Some("named")).contains("named"));
        assert!(completed(Command::ReplayDeadLetters { queue_url: None }).contains("https://queue.example"));
    }
}
