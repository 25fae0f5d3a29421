//! infra/template.yaml, as far as commands read it.

use anyhow::{Context, Result};
use serde_yaml_ng::{Mapping, Value};

/// The deployment template.
pub struct Template(Value);

impl Template {
    pub fn read() -> Result<Self> {
        Self::parse(&std::fs::read_to_string(crate::root().join("infra/template.yaml")).context("the template")?)
    }

    pub fn parse(text: &str) -> Result<Self> {
        Ok(Self(serde_yaml_ng::from_str(text)?))
    }

    /// The properties of all resources of a type, with their names, as they follow one another.
    pub fn of_type(&self, kind: &'static str) -> impl Iterator<Item = (&str, &Value)> {
        let resources = self.0.get("Resources").and_then(Value::as_mapping).into_iter().flat_map(Mapping::iter);
        resources
            .filter(move |(_, resource)| resource.get("Type").and_then(Value::as_str) == Some(kind))
            .filter_map(|(name, resource)| Some((name.as_str()?, resource.get("Properties").unwrap_or(&Value::Null))))
    }

    /// The functions by the names of their packages.
    pub fn functions(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.of_type("AWS::Serverless::Function").filter_map(|(_, properties)| {
            let folder = properties.get("CodeUri")?.as_str()?;
            Some((folder.rsplit('/').next()?, properties))
        })
    }

    /// A function's memory in megabytes.
    pub fn memory(&self, function: &Value) -> Option<u64> {
        let usual = &self.0["Globals"]["Function"]["MemorySize"];
        function.get("MemorySize").unwrap_or(usual).as_u64()
    }
}

/// A value without its `!Tag`.
pub fn plain(value: &Value) -> &Value {
    match value {
        Value::Tagged(tagged) => &tagged.value,
        value => value,
    }
}

/// The items of a list, or the single item in its place.
pub fn each(value: &Value) -> impl Iterator<Item = &Value> {
    let (list, one) = match value {
        Value::Sequence(items) => (items.as_slice(), None),
        Value::Null => (&[][..], None),
        one => (&[][..], Some(one)),
    };
    list.iter().chain(one)
}
