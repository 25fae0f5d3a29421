//! A stack as CloudFormation describes it: what an operator would otherwise copy from there by hand.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// The part of the answer of `aws cloudformation describe-stacks` that commands need.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StackDescription {
    #[serde(rename = "StackName")]
    pub name: String,
    #[serde(default)]
    outputs: Vec<Output>,
    #[serde(default)]
    parameters: Vec<Parameter>,
}

#[derive(Debug, Deserialize)]
struct Output {
    #[serde(rename = "OutputKey")]
    key: String,
    #[serde(rename = "OutputValue")]
    value: String,
}

#[derive(Debug, Deserialize)]
struct Parameter {
    #[serde(rename = "ParameterKey")]
    key: String,
    #[serde(rename = "ParameterValue")]
    value: String,
}

impl StackDescription {
    /// Reads a file that describes one stack.
    pub fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        Self::of(&text).with_context(|| format!("{} is not what describe-stacks answers", file.display()))
    }

    /// The value of an output.
    pub fn output(&self, key: &str) -> Option<&str> {
        self.outputs.iter().find(|output| output.key == key).map(|output| output.value.as_str())
    }

    /// The value of a parameter; an empty one has none.
    pub fn parameter(&self, key: &str) -> Option<&str> {
        let parameter = self.parameters.iter().find(|parameter| parameter.key == key);
        parameter.map(|parameter| parameter.value.as_str()).filter(|value| !value.is_empty())
    }

    pub(crate) fn of(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            stacks: Vec<StackDescription>,
        }

        let mut answer: Answer = serde_json::from_str(text)?;
        match (answer.stacks.pop(), answer.stacks.len()) {
            (Some(stack), 0) => Ok(stack),
            (None, _) => bail!("it describes no stack"),
            (Some(_), others) => bail!("it describes {} stacks: ask for one with --stack-name", others + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_stack_is_read_as_cloudformation_describes_it() {
        let answer = json!({ "Stacks": [{
            "StackName": "ikd",
            "StackStatus": "UPDATE_COMPLETE",
            "Parameters": [
                { "ParameterKey": "PublicUrl", "ParameterValue": "https://identitas.example.go.id" },
                { "ParameterKey": "OfficerIssuer", "ParameterValue": "" },
            ],
            "Outputs": [{ "OutputKey": "DeadLetterQueueUrl", "OutputValue": "https://queue.example", "Description": "…" }],
        }] });
        let stack = StackDescription::of(&answer.to_string()).unwrap();
        assert_eq!(stack.name, "ikd");
        assert_eq!(stack.output("DeadLetterQueueUrl"), Some("https://queue.example"));
        assert_eq!(stack.parameter("PublicUrl"), Some("https://identitas.example.go.id"));
        assert_eq!((stack.parameter("OfficerIssuer"), stack.output("ApiUrl")), (None, None));
    }

    #[test]
    fn an_answer_about_several_stacks_or_none_is_refused() {
        let named = |name: &str| json!({ "StackName": name });
        for stacks in [json!([]), json!([named("a"), named("b")])] {
            assert!(StackDescription::of(&json!({ "Stacks": stacks }).to_string()).is_err(), "{stacks}");
        }
    }
}
